"""A channel of conda packages in a folder: real archives of files that are given, and the index that solvers read."""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: What stands in files for the folder that they are installed below. As long as those of real packages.
PLACEHOLDER = "/opt/placeholder" + "_placehold" * 24

#: Prints a line of a library and the text of a file below the prefix, whose path the program holds itself.
_LIBRARY = 'const char *greeting(void) { return "hello"; }\n'
_PROGRAM = """\
#include <stdio.h>
const char *greeting(void);
static const char word[] = "%s/share/greet/word";
int main(void) {
  char line[512] = "";
  FILE *file = fopen(word, "r");
  if (!file) { perror(word); return 1; }
  if (!fgets(line, sizeof line, file)) return 1;
  printf("%%s, %%s", greeting(), line);
  return 0;
}
"""


class File(NamedTuple):
    """A file of a package."""

    content: bytes
    mode: int = 0o644
    prefix: str | None = None  # how the prefix in it is replaced: `text` or `binary`
    link: str | None = None  # where a symbolic link points to


class Channel:
    """A folder that is written as packages are added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for subdir in ("linux-64", "linux-aarch64", "noarch"):
            (folder / subdir).mkdir(parents=True, exist_ok=True)
            self._write(subdir, {})

    def add(
        self,
        name: str,
        version: str,
        files: Mapping[str, File],
        depends: Sequence[str] = (),
        *,
        subdir: str = "linux-64",
        build: str = "h0000000_0",
        noarch: str | None = None,
        constrains: Sequence[str] = (),
    ) -> Path:
        """Add a package and return its archive."""
        index: dict[str, Any] = {
            "name": name,
            "version": version,
            "build": build,
            "build_number": int(build.rpartition("_")[2]),
            "depends": list(depends),
            "constrains": list(constrains),
            "subdir": subdir,
            "license": "MIT",
            "timestamp": 1_700_000_000_000,
        }
        if noarch:
            index["noarch"] = noarch
        file = self.folder / subdir / f"{name}-{version}-{build}.tar.bz2"
        file.write_bytes(_archive(index, files))
        digests = {
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "md5": hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest(),
            "size": file.stat().st_size,
        }
        self._write(subdir, {**self.packages(subdir), file.name: {**index, **digests}})
        return file

    def packages(self, subdir: str) -> dict[str, Any]:
        """Return what the index lists, by file."""
        return dict(json.loads((self.folder / subdir / "repodata.json").read_text())["packages"])

    def _write(self, subdir: str, packages: Mapping[str, Any]) -> None:
        content = {
            "info": {"subdir": subdir},
            "packages": packages,
            "packages.conda": {},
            "removed": [],
            "repodata_version": 1,
        }
        file = self.folder / subdir / "repodata.json"
        time = file.stat().st_mtime if file.exists() else 1_700_000_000
        file.write_text(json.dumps(content, indent=1, sort_keys=True))
        os.utime(file, (time + 2, time + 2))  # whoever asks whether it has changed compares seconds

    def add_greeting(self) -> None:
        """Add `greet`, a compiled program of three versions, and `greetlib`, the library and the file that it needs."""
        work = self.folder.parent / f"{self.folder.name}-work"
        work.mkdir(exist_ok=True)
        (work / "library.c").write_text(_LIBRARY)
        (work / "program.c").write_text(_PROGRAM % PLACEHOLDER)
        _compile(work, "-shared", "-fPIC", "-Wl,-soname,libgreet.so.1", "-o", "libgreet.so.1.2", "library.c")
        (work / "libgreet.so").unlink(missing_ok=True)
        (work / "libgreet.so").symlink_to("libgreet.so.1.2")
        _compile(work, "-o", "greet", "program.c", "-L.", "-lgreet", "-Wl,-rpath,$ORIGIN/../lib")
        word = f"from {PLACEHOLDER}\n".encode()
        library = {
            "lib/libgreet.so.1.2": File((work / "libgreet.so.1.2").read_bytes(), 0o755),
            "lib/libgreet.so.1": File(b"", link="libgreet.so.1.2"),
            "share/greet/word": File(word, prefix="text"),
        }
        program = {"bin/greet": File((work / "greet").read_bytes(), 0o755, "binary")}
        script = f"#!{PLACEHOLDER}/bin/greet\n".encode()
        self.add("greetlib", "1.2", library)
        self.add("greet", "3.4", program, ("greetlib >=1.0,<2", "__glibc >=2.17"))
        self.add("greet", "3.4.1", program, ("greetlib >=1.0,<2", "__glibc >=2.17"), build="h0000000_1")
        self.add("greet", "3.5", program, ("greetlib >=2", "__glibc >=2.17"))  # of which there is none
        self.add(
            "greet-data", "2024a", {"share/greet/data": File(script, prefix="text")}, subdir="noarch", noarch="generic"
        )
        self.add("greet-far", "1.0", program, ("greetlib >=1.0", "__glibc >=9.9"))
        self.add("greet-gpu", "1.0", program, ("greetlib >=1.0", "__cuda >=12"))


def _compile(folder: Path, *arguments: str) -> None:
    subprocess.run(["gcc", "-O1", *arguments], cwd=folder, check=True, capture_output=True)


def _archive(index: Mapping[str, Any], files: Mapping[str, File]) -> bytes:
    paths = []
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for path, file in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.mode, member.mtime = file.mode, 1_700_000_000
            entry: dict[str, Any] = {"_path": path, "path_type": "softlink" if file.link else "hardlink"}
            if file.link:
                member.type, member.linkname = tarfile.SYMTYPE, file.link
                archive.addfile(member)
            else:
                member.size = len(file.content)
                entry |= {"sha256": hashlib.sha256(file.content).hexdigest(), "size_in_bytes": len(file.content)}
                archive.addfile(member, io.BytesIO(file.content))
            if file.prefix:
                entry |= {"prefix_placeholder": PLACEHOLDER, "file_mode": file.prefix}
            paths.append(entry)
        described = {
            "info/index.json": json.dumps(index),
            "info/paths.json": json.dumps({"paths_version": 1, "paths": paths}),
            "info/files": "".join(f"{path}\n" for path in sorted(files)),
        }
        for path, text in described.items():
            member = tarfile.TarInfo(path)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return bz2.compress(stream.getvalue())
