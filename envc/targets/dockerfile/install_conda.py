"""Installs the packages of a lock's list below a prefix. It runs in the builder, and never in envc.

Every archive is checked by its SHA-256. What installing stamps with times and places is left out, so that two builds of
one list are the same: of each package there is only what it is, where it came from, and its files.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

listing, prefix, folder = map(Path, sys.argv[1:4])
vendored = sys.argv[4:]
certificates = "/etc/ssl/certs/ca-certificates.crt"
if Path(certificates).is_file():
    os.environ.setdefault("SSL_CERT_FILE", certificates)


def fetch(line: str) -> tuple[str, Path]:
    """Return an archive that has the bytes of the lock."""
    where, digest = line.split()
    channel, subdir, name = where.split("/")
    if vendored:
        address = f"file://{vendored[0]}/{digest[7:]}"
    else:
        address = f"{os.environ[channel.upper().replace('-', '_') + '_CHANNEL'].rstrip('/')}/{subdir}/{name}"
    archive, found = folder / channel / subdir / name, hashlib.sha256()
    archive.parent.mkdir(parents=True, exist_ok=True)
    try:
        with urlopen(address, timeout=180) as answer, archive.open("wb") as file:  # noqa: S310  # the lock's channels
            while block := answer.read(1 << 20):
                found.update(block)
                file.write(block)
    except OSError as error:
        sys.exit(f"{where} cannot be fetched: {error}")
    if f"sha256:{found.hexdigest()}" != digest:
        sys.exit(f"{where} has other bytes than the lock says: sha256:{found.hexdigest()}")
    return channel, archive


def described(path: Path, archives: dict[str, str]) -> dict[str, object]:
    """Return what is known of an installed package, without times and places."""
    record = json.loads(path.read_text())
    own = ("name", "version", "build", "build_number", "subdir", "noarch", "license", "depends", "constrains", "sha256")
    kept = {name: record[name] for name in own if record.get(name) is not None}
    return {**kept, "channel": archives[record["fn"]], "fn": record["fn"], "files": sorted(record["files"])}


async def install(archives: list[tuple[str, Path]]) -> None:
    """Install all archives."""
    import rattler

    records = [await rattler.RepoDataRecord.from_package_archive(archive) for _, archive in archives]
    await rattler.install(records, prefix, cache_dir=folder / "cache", show_progress=False)


lines = [line for line in listing.read_text().splitlines() if line and not line.startswith("#")]
with ThreadPoolExecutor(8) as pool:
    archives = list(pool.map(fetch, lines))
asyncio.run(install(archives))
channels = {archive.name: channel for channel, archive in archives}
notes = prefix / "conda-meta"
(prefix / "CACHEDIR.TAG").unlink(missing_ok=True)
for path in notes.iterdir():
    if path.suffix == ".json":
        path.write_text(json.dumps(described(path, channels), indent=1, sort_keys=True) + "\n")
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
shutil.rmtree(folder)
sys.stdout.flush()
os._exit(0)  # the library's own threads end badly otherwise
