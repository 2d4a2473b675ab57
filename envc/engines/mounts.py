"""What is mounted into a container, and as whom it then runs."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.suggestions import similar
from envc.engines.container import Mount


class Ownership(NamedTuple):
    """Who may write to a folder that is mounted writable."""

    path: str
    uid: int
    gid: int
    mode: int  # permission bits

    def writable_by(self, uid: int, gid: int) -> bool:
        """Say whether the kernel lets that user write and enter; access control lists are not looked at."""
        if uid == 0:
            return True
        shift = 6 if uid == self.uid else 3 if gid == self.gid else 0
        return self.mode >> shift & 0o3 == 0o3


def mounts_of(planned: Iterable[Mapping[str, Any]], given: Mapping[str, Path], root: Path) -> tuple[Mount, ...]:
    """Return a manifest's mounts; `given` has other sources by name. Raises a Report for a name that nothing has."""
    known = {one["name"]: one for one in planned}
    for name in given:
        if name not in known:
            near = similar(name, known)
            raise Report(
                [
                    Diagnostic(
                        "unknown-mount",
                        f"the program mounts nothing of the name `{name}`",
                        notes=(f"it mounts: {', '.join(sorted(known)) or 'nothing'}",),
                        helps=(f"one has a similar name: {near}",) if near else (),
                    )
                ]
            )
    return tuple(_mount(one, given.get(name), root) for name, one in known.items())


def _mount(planned: Mapping[str, Any], given: Path | None, root: Path) -> Mount:
    name, target, readonly = planned["name"], planned["target"], planned["readonly"]
    if given is not None:
        return Mount(name, "bind", str(given.absolute()), target, readonly)
    if planned["type"] == "bind":
        return Mount(name, "bind", str(root / planned["source"]), target, readonly)
    return Mount(name, "volume", planned["source"], target, readonly)


def user_for(user: str, folders: Sequence[Ownership], caller: int) -> str | None:
    """Return as whom a container runs that writes to folders of this machine, or None for the image's own user.

    Group 0 may write wherever the image's user may, so any user id works with it. A folder that the image's user cannot
    write to is therefore written to as its owner, `<owner>:0`, and what the program leaves there is the owner's: yours,
    when you are not root. Root runs containers as the owner of the folder, but never as root; nobody else runs one as a
    third user. Raises a Report that names the command which opens a folder when there is no such user.
    """
    uid, gid = (int(part) for part in user.split(":"))
    if all(folder.writable_by(uid, gid) for folder in folders):
        return None
    candidates = dict.fromkeys(folder.uid for folder in folders if folder.uid != 0 and caller in {0, folder.uid})
    for owner in candidates:
        if all(folder.writable_by(owner, 0) for folder in folders):
            return f"{owner}:0"
    raise Report([_unwritable(folder, uid, gid) for folder in folders if not folder.writable_by(uid, gid)])


def _unwritable(folder: Ownership, uid: int, gid: int) -> Diagnostic:
    command = f"chmod g+wx {folder.path}"
    command = command if folder.gid == gid else f"chgrp {gid} {folder.path} && {command}"
    return Diagnostic(
        "unwritable-mount",
        f"the container's user {uid}:{gid} cannot write to `{folder.path}`",
        notes=(f"it belongs to {folder.uid}:{folder.gid}, mode {stat.S_IMODE(folder.mode):04o}",),
        helps=(f"`{command}` opens it for the container", "`--user UID:GID` runs it as somebody else"),
    )


def look_at_sources(mounts: Iterable[Mount]) -> list[Ownership]:
    """Return who owns the folders that are mounted writable, making those that are not there.

    Raises a Report that names every source that is not there.
    """
    found, missing = [], []
    for mount in mounts:
        if mount.kind != "bind":
            continue
        path = Path(mount.source)
        if not mount.readonly and not path.exists():
            _make(path)
        if not path.exists():
            missing.append(_missing(mount))
        elif not mount.readonly:
            status = path.stat()
            found.append(Ownership(mount.source, status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)))
    if missing:
        raise Report(missing)
    return found


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True)
        if path.stat().st_gid == 0:
            path.chmod(path.stat().st_mode | 0o070)  # group 0 is the container's, whoever it runs as
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise Report([Diagnostic("missing-mount", f"the folder `{path}` cannot be made: {reason}")]) from None


def _missing(mount: Mount) -> Diagnostic:
    return Diagnostic(
        "missing-mount",
        f"`{mount.source}` is not there, and `{mount.name}` is mounted from it",
        helps=(f"put the data there, or say where they are: `--mount {mount.name}=PATH`",),
    )
