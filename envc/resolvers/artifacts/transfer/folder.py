"""A remote folder: its files are measured side by side, and its checksum is that of the same folder on a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from envc.lock.artifacts import MeasuredArtifact
from envc.lock.source_tree import SourceFile, folder_checksum
from envc.resolvers.artifacts.transfer.failures import FileNameError, SizeError
from envc.resolvers.artifacts.transfer.reading import Reading, RemoteFile
from envc.resolvers.artifacts.transfer.side_by_side import side_by_side

#: More connections make no server of big files faster.
_AT_ONCE = 6


def refuse_unusable(path: str) -> None:
    """Refuse a name that could not lie in the container as it is named here. Raises FileNameError."""
    parts = path.split("/")
    if not path or len(path) > 4000 or any(part in {"", ".", ".."} for part in parts) or "\\" in path:
        raise FileNameError(f"`{_shown(path)}` names no place within a folder")
    if not path.isprintable() or any(0xD800 <= ord(character) < 0xE000 for character in path):
        raise FileNameError(f"`{_shown(path)}` is no text on one line")


def measure_folder(
    files: Sequence[RemoteFile],
    sha256_of: Callable[[RemoteFile], tuple[int, str]],
    reading: Reading,
    revision: str | None,
) -> MeasuredArtifact:
    """Measure every file with a function that returns its size and SHA-256; the first failure ends all work."""
    for file in files:
        refuse_unusable(file.path)

    def measure(file: RemoteFile) -> SourceFile:
        size, sha256 = sha256_of(file)
        if size != file.size:
            raise SizeError(f"`{_shown(file.path)}` has {size} bytes, and was listed with {file.size}")
        return SourceFile(file.path, False, sha256, size)

    measured = side_by_side(measure, files, _AT_ONCE, reading.stop)
    size = sum(file.size for file in measured)
    return MeasuredArtifact(len(measured), size, folder_checksum(measured, "."), revision)


def _shown(path: str) -> str:
    text = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in path)
    return text if len(text) <= 120 else f"{text[:117]}…"
