"""Copies what a build made new below its kept paths. It runs in a stage of its own, and never in envc.

It is told three folders: the file system before the build, that behind it, and where to; then the kept paths.
"""

import os
import shutil
import sys
from filecmp import cmp
from pathlib import Path

before, behind, target = map(Path, sys.argv[1:4])
kept = sys.argv[4:]
#: What only compiling needs comes along where a kept path names it.
NAMES = ("/include/", "/pkgconfig/", "/cmake/", "/share/man/", "/share/doc/", "/share/info/")


def files_below(top: str) -> "list[str]":
    """Return the files and links at a path or below it, relative to the file system."""
    inside = behind / top
    if inside.is_symlink() or inside.is_file():
        return [top]
    found = []
    for place, folders, names in os.walk(inside):
        links = [one for one in folders if Path(place, one).is_symlink()]
        found += [str(Path(place, name).relative_to(behind)) for name in (*names, *links)]
    return found


def is_fresh(path: str) -> bool:
    """Say whether a file or link was not there before, or was another."""
    old, new = before / path, behind / path
    if not os.path.lexists(old) or old.lstat().st_mode != new.lstat().st_mode:
        return True
    if new.is_symlink():
        return os.readlink(str(old)) != os.readlink(str(new))
    return not cmp(str(old), str(new), shallow=False)


def is_unneeded(path: str, top: str) -> bool:
    """Say whether only compiling needs a file below a kept path."""
    below = path[len(top) :]
    return path != top and (path.endswith((".a", ".la")) or any(name in below for name in NAMES))


for top in (one.strip("/") for one in kept):
    fresh = [path for path in files_below(top) if not is_unneeded(path, top) and is_fresh(path)]
    if not fresh:
        sys.exit(f"the build left nothing new at /{top}")
    for path in sorted(fresh):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(behind / path, target / path, follow_symlinks=False)
