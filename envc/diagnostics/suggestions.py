"""Which known name a reader may have meant."""

from __future__ import annotations

from collections.abc import Iterable

#: Words that people bring from other tools, which no edit distance finds, and what to write in their place.
BROUGHT_ALONG = {
    "from": "base",
    "image": "base",
    "cuda": "gpu cuda",
    "gpus": "gpu count",
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
    "golang": "toolchain go",
    "make": "build",
    "cmake": "build",
    "compile": "build",
    "git": "source",
    "clone": "source",
    "repository": "source",
}
#: Machines, what runs containers on them, and the line of the edition, by the names that others give them.
_ELSEWHERE = {
    "edition": "envc",
    "aarch64": "arm64",
    "x64": "amd64",
    "x86-64": "amd64",
    "x86_64": "amd64",
    "docker-compose": "compose",
    "k8s": "kubernetes",
    "kube": "kubernetes",
    "sbatch": "slurm",
}


def similar(name: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to a name, or None: first by case, then by habit, then by spelling.

    Of spellings two letters in each other's place come first, the slip of quick fingers.

    What habit finds may have a second word behind the name: `gpu cuda` for `cuda`. What all have in common up to a `/`
    makes nothing similar: `linux/arm64` is no spelling of `linux/s390x`.
    """
    from difflib import get_close_matches

    names = sorted(known)
    shared = name[: name.find("/") + 1]
    if shared and all(one.startswith(shared) for one in names):
        near_rest = similar(name.removeprefix(shared), [one.removeprefix(shared) for one in names])
        return f"{shared}{near_rest}" if near_rest else None
    for candidate in names:
        if candidate.lower() == name.lower():
            return candidate
    habit = BROUGHT_ALONG.get(name.lower()) or _ELSEWHERE.get(name.lower(), "")
    if habit.partition(" ")[0] in names:
        return habit
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.6)
    return next((one for one in near if _is_swapped(name.lower(), one)), near[0] if near else None)


def _is_swapped(one: str, other: str) -> bool:
    """Say whether two neighbouring letters of a name have changed places."""
    if len(one) != len(other):
        return False
    differ = [position for position, letter in enumerate(one) if letter != other[position]]
    return (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and one[differ[0] : differ[1] + 1] == other[differ[1]] + other[differ[0]]
    )
