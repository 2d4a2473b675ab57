"""Source archives that name a build system of their own, which tells what it was given to run."""

from __future__ import annotations

import io
import tarfile

#: A build system that lies in the source, and says which version of `helper` it was given.
BACKEND = """\
import pathlib

def get_requires_for_build_wheel(config_settings=None):
    return {more!r}

def prepare_metadata_for_build_wheel(folder, config_settings=None):
    {first}
    import {module}
    place = pathlib.Path(folder, "old-1.0.dist-info")
    place.mkdir()
    head = "Metadata-Version: 2.1\\nName: old\\nVersion: 1.0\\n"
    place.joinpath("METADATA").write_text(head + f"Requires-Dist: seen=={{{module}.version}}\\n")
    return place.name

def build_wheel(folder, config_settings=None, metadata_directory=None):
    raise SystemExit("nobody builds here")
"""


def source(*requires: str, more: tuple[str, ...] = (), module: str = "helper", first: str = "pass") -> bytes:
    """A source archive of `old` 1.0 whose metadata only its build system knows; `first` is what that does first."""
    files = {
        "pyproject.toml": f'[build-system]\nrequires = {list(requires)}\nbuild-backend = "own"\nbackend-path = ["."]\n',
        "own.py": BACKEND.format(more=list(more), module=module, first=first),
    }
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"old-1.0/{path}")
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()
