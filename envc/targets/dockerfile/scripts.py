"""Files of this folder whose code runs while an image is built. Each says so in its first line; envc imports none."""

from __future__ import annotations

from pathlib import Path


def script(name: str, *arguments: str, program: str = "python") -> tuple[str, ...]:
    """Return the command that runs a file of this folder, `keep_files`, by a Python of the stage."""
    return (program, "-c", script_text(name), *arguments)


def script_text(name: str) -> str:
    """Return what a file of this folder holds."""
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
