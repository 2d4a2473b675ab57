"""Which paths of the container are the system's, the packages' and the secrets', and so not the program's. Pure."""

from __future__ import annotations

from typing import NamedTuple

#: Folders that a container's user is never given, and those below which it is given none but `/usr/src`.
_SYSTEM_FOLDERS = frozenset(("/", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var"))  # noqa: S108
_SYSTEM_TREES = frozenset(
    ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr")
)
#: The home of root, whom a container's user is or is not.
HOME_OF_ROOT = "/root"
#: What is said of such paths, and what to do in place of one that a container's user is not given.
_RESERVED = "the system or the packages lie there"
_SECRETS = "the secrets of the container lie there"
OWN_FOLDER = "take a folder of your own, such as /app or /data; commands name what lies elsewhere by its whole path"
#: Folders that are the kernel's, and those that may be links to the system's own: what is laid below goes through them.
_KERNEL = frozenset(("dev", "proc", "sys"))
_LINKS = frozenset(("/bin", "/boot", "/lib", "/lib32", "/lib64", "/libx32", "/sbin"))
#: Programs that a build's steps are made of, and where they lie.
_PROGRAMS = frozenset(("/bin", "/sbin", "/usr/bin", "/usr/sbin"))
_STEPS = frozenset(("apt", "apt-get", "bash", "dash", "dpkg", "env", "python", "python3", "sh", "tar"))
#: Who there is in the image.
_USERS = frozenset(f"/etc/{name}{end}" for name in ("passwd", "group", "shadow", "gshadow") for end in ("", "-"))
#: Folders that hold what the system needs beside what programs lay there.
_WHOLE = frozenset(("/etc", "/run", "/var"))
#: Folders of every system, at which no single file can lie.
FOLDERS = _WHOLE | frozenset(
    (
        *("/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr"),  # noqa: S108
        *(f"{top}/{name}" for top in ("/usr", "/usr/local") for name in ("bin", "include", "lib", "sbin", "share")),
        "/usr/local",
    )
)


class Reserved(NamedTuple):
    """Why nothing is laid at a path, and what to do in its place."""

    reason: str
    remedy: str


def holds_packages(path: str) -> bool:
    """Say whether the environment's packages may lie at a path of the container, or below it."""
    return path.split("/")[1:3] in (["opt", "venv"], ["opt", "venv-beside"])


def _holds_secrets(path: str) -> bool:
    return f"{path.removeprefix('/var')}/".startswith("/run/secrets/")


def not_owned(path: str) -> Reserved | None:
    """Return why a container's user is given no folder at a path, None where it may have one."""
    top = "/" + path.split("/")[1]
    system = top in _SYSTEM_TREES and path.split("/")[1:3] != ["usr", "src"]  # programs' own, as official images use it
    if path in _SYSTEM_FOLDERS or system or holds_packages(path):
        return Reserved(_RESERVED, OWN_FOLDER)
    return Reserved(_SECRETS, OWN_FOLDER) if _holds_secrets(path) else None


def reserved(path: str, *, on_nothing: bool = False) -> Reserved | None:
    """Return why a program lays nothing at a path of the image, None where it may; `on_nothing`: no system is there."""
    folder, _, name = path.rpartition("/")
    if path in _USERS:
        return Reserved("the users of the image are written there", "`user NAME uid NUMBER` adds one")
    if _holds_secrets(path):
        return Reserved(_SECRETS, "`secret NAME` puts one there when the container is started")
    elsewhere = "take a folder of your own, such as /app or /opt/NAME, or /usr/local/bin for programs"
    kept = path == "/" or path.split("/")[1] in _KERNEL or holds_packages(path)
    of_system = path in _LINKS or (name in _STEPS and folder in _PROGRAMS)
    if kept or (of_system and not on_nothing):
        return Reserved(_RESERVED, elsewhere)
    if path in _WHOLE and not on_nothing:
        return Reserved("the system's own files lie there", "name the files in it, or a folder of their own")
    return None
