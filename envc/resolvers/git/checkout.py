"""A commit as files: laid out by git in a folder, as every other checkout of it, then read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from envc.lock.repositories import GitFailure, GitFile
from envc.resolvers.git.failures import failure_of
from envc.resolvers.git.store import Store

_BLOCK = 1 << 20
#: How a file begins that stands for one of Git LFS (its specification, version 1), and how long it is at the most.
_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_LONGEST_POINTER = 1024


def lay_out(store: Store, commit: str, folder: Path) -> GitFailure | None:
    """Write the files of a commit into a folder. Returns why it could not."""
    index = {"GIT_INDEX_FILE": str(folder) + ".index"}
    try:
        for words in (("read-tree", commit), ("checkout-index", "--all", "--force")):
            done = store.git(f"--work-tree={folder}", *words, variables=index)
            if done.code:
                return failure_of(done.err, store.address)
    finally:
        Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    return None


def files_in(folder: Path) -> tuple[GitFile, ...]:
    """Return the files of a folder, sorted by path. Raises UnicodeEncodeError for a name that is no text in UTF-8."""
    found = []
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*names, *links):
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            relative.encode()
            found.append(_file(path, relative))
    return tuple(sorted(found))


def _file(path: Path, relative: str) -> GitFile:
    known = path.lstat()
    if stat.S_ISLNK(known.st_mode):
        target = os.fsencode(path.readlink())
        return GitFile(relative, "120000", sha256(target).hexdigest(), len(target))
    digest, pointer = sha256(), False
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            pointer = pointer or (known.st_size < _LONGEST_POINTER and block.startswith(_POINTER))
    mode = "100755" if known.st_mode & 0o100 else "100644"
    return GitFile(relative, mode, digest.hexdigest(), known.st_size, pointer)


def submodules_of(store: Store, commit: str) -> Mapping[str, tuple[str, str]]:
    """Return the submodules of a commit: by path, the address as written, and the commit."""
    listed = store.git("ls-tree", "-r", "-z", "--full-tree", commit).out.split(b"\0")
    links = {}
    for line in filter(None, listed):
        facts, _, path = line.partition(b"\t")
        mode, _, name = facts.decode().split(" ")
        if mode == "160000":
            links[os.fsdecode(path)] = name
    if not links:
        return {}
    said = store.git("config", f"--blob={commit}:.gitmodules", "-z", "--list")
    facts_of: dict[str, dict[str, str]] = {}
    for entry in filter(None, said.out.split(b"\0")):
        key, _, value = os.fsdecode(entry).partition("\n")
        if key.startswith("submodule."):
            name, _, fact = key.removeprefix("submodule.").rpartition(".")
            facts_of.setdefault(name, {})[fact] = value
    addresses = {facts.get("path", ""): facts.get("url", "") for facts in facts_of.values()}
    return {path: (addresses.get(path, ""), name) for path, name in sorted(links.items())}
