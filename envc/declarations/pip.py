"""The word `pip`: packages from the Python package index."""

from __future__ import annotations

from envc.language.package_words import PackageList


class Pip(PackageList):
    """Installs Python packages.

    A number is a version (`2.7` any 2.7 patch, `2.7.1` exactly that), a specifier is PEP 440's. All packages of an
    environment are resolved together, once, and locked with hashes; `pinned` holds a version even when the lock is
    upgraded.

    `from` takes them from a list that you have: a requirements file (with what it names by `-r` and `-c`),
    `pyproject.toml` (the project's dependencies, with `group` and `extra` for more), or another tool's lock: `uv.lock`,
    `poetry.lock`, `pylock.toml`. Markers are judged for the target; of a list with hashes no other file is taken.
    """

    examples = (
        "pip fastapi uvicorn[standard]",
        "pip < pandas >=2.2,<3; pyarrow 18 >",
        'pip from "requirements.txt"',
        'pip from "pyproject.toml" group train extra gpu',
    )
