"""Which known name a reader may have meant."""

from __future__ import annotations

from collections.abc import Iterable

#: Words that people bring from other tools, which no edit distance finds, and what to write in their place.
BROUGHT_ALONG = {
    "from": "base",
    "image": "base",
    "cuda": "gpu cuda",
    "nvidia": "gpu",
    "mamba": "conda",
    "micromamba": "conda",
    "packages": "pip",
    "requirements": "pip",
    "install": "pip",
    "torch": "ml torch",
    "system": "apt",
    "apt-get": "apt",
    "environment": "set",
    "dataset": "data",
    "volume": "data",
    "model": "weights",
    "checkpoint": "weights",
    "add": "copy",
    "port": "expose",
    "ports": "expose",
    "cmd": "run",
    "command": "run",
    "entrypoint": "run",
    "healthcheck": "health",
    "memory": "limit memory",
    "resources": "limit",
    "label": "labels",
    "exclude": "ignore",
    "argument": "arg",
    "curl": "tool",
    "wget": "tool",
    "download": "tool",
    "ulimits": "ulimit",
    "cap-add": "capability",
    "smoketest": "check",
    "rust": "toolchain rust",
    "rustup": "toolchain rust",
    "cargo": "toolchain rust",
    "node": "toolchain node",
    "npm": "toolchain node",
    "golang": "toolchain go",
    "make": "build",
    "cmake": "build",
    "compile": "build",
    "git": "source",
    "clone": "source",
    "repository": "source",
}


def similar(name: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to a name, or None: first by case, then by habit, then by spelling.

    What habit finds may have a second word behind the name: `gpu cuda` for `cuda`.
    """
    from difflib import get_close_matches

    names = sorted(known)
    for candidate in names:
        if candidate.lower() == name.lower():
            return candidate
    habit = BROUGHT_ALONG.get(name.lower(), "")
    if habit.partition(" ")[0] in names:
        return habit
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return near[0] if near else None
