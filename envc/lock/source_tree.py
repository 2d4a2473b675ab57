"""What an image copies from the project: paths, modes and checksums, without times."""

from __future__ import annotations

from typing import NamedTuple

from envc.diagnostics import Span

#: Left out wherever they lie: caches, byte code, version control, virtual environments, tools' leavings.
JUNK = (
    "__pycache__",
    "*.pyc",
    "*.pyo",
    "*.pyd",
    ".Python",
    "venv",
    ".venv",
    "pip-log.txt",
    "pip-delete-this-directory.txt",
    ".tox",
    ".nox",
    ".coverage",
    ".coverage.*",
    ".cache",
    "nosetests.xml",
    "coverage.xml",
    "*.cover",
    "*.log",
    ".git",
    ".gitignore",
    ".hg",
    ".svn",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".DS_Store",
    ".env",
    "*.egg-info",
    "node_modules",
)

#: Left out at the root of the project only: what envc writes there, and a virtual environment by its usual name.
JUNK_AT_ROOT = ("/build", "/env", "/lockfiles")


class WantedPath(NamedTuple):
    """A file or folder that the image copies."""

    source: str  # relative to the root
    filtered: bool = True  # leave out junk and ignored files
    linked: bool = False  # may be a symbolic link, for it is mounted and not sent to a builder
    origin: Span | None = None  # where the program names it


class SourceFile(NamedTuple):
    """A file that the image copies."""

    path: str  # relative to the root
    executable: bool
    sha256: str
    size: int  # bytes
    link: str | None = None  # where a symbolic link points to


class SourceTree(NamedTuple):
    """All files behind the wanted paths, sorted by path."""

    folders: frozenset[str]  # the wanted paths that are folders
    files: tuple[SourceFile, ...]

    def below(self, wanted: str) -> list[SourceFile]:
        """Return the files of one wanted path."""
        prefix = "" if wanted == "." else f"{wanted}/"
        return [file for file in self.files if file.path == wanted or file.path.startswith(prefix)]


def folder_checksum(files: list[SourceFile], folder: str) -> str:
    """Return one SHA-256 for a folder: over its sorted `sha256  path` lines, as `sha256sum` would print them."""
    from hashlib import sha256

    prefix = "" if folder == "." else f"{folder}/"
    lines = (f"{file.sha256}  {file.path.removeprefix(prefix)}\n" for file in sorted(files, key=lambda file: file.path))
    return sha256("".join(lines).encode()).hexdigest()
