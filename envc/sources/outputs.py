"""Writes what a compilation makes, and removes the manifests that the program no longer asks for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from envc.plan.manifests import MADE_BY, manifest_names
from envc.sources.writing import write_files

_HEAD = 200


def write_outputs(folder: Path, files: Mapping[str, str], shown: str) -> None:
    """Write the files; a manifest of an older program would start what is no longer meant. Others' files stay."""
    write_files(folder, files, shown)
    for path in stale_manifests(folder, files):
        with suppress(FileNotFoundError):
            path.unlink()


def stale_manifests(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Return the manifests of an older program."""
    return [folder / name for name in manifest_names() if name not in files and _is_ours(folder / name)]


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return MADE_BY.encode() in stream.read(_HEAD)
    except OSError:
        return False
