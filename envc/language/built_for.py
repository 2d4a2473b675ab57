"""What the version of a package says that it was built for. Pure.

Makers of accelerated packages write it behind the `+`: `2.8.3+cu12torch2.8cxx11abiTRUE`, `0.0.30+cu124`,
`1.0+pt26cu118`.
"""

from __future__ import annotations

import re

_CUDA = re.compile(r"(?<![a-z])cu(?P<major>1[0-9]|[89])\.?(?P<minor>[0-9])?(?![0-9])")
_TORCH = re.compile(r"(?:torch|pt)(?P<major>[0-9])\.?(?P<minor>[0-9]{1,2})")


def built_for(version: str) -> tuple[str | None, str | None]:
    """Return the CUDA, `12` or `12.4`, and the torch, `2.8`, that the local part of a version names."""
    local = version.partition("+")[2].lower()
    cuda, torch = _CUDA.search(_TORCH.sub("|", local)), _TORCH.search(local)
    return (
        cuda and cuda["major"] + (f".{cuda['minor']}" if cuda["minor"] else ""),
        torch and f"{torch['major']}.{torch['minor']}",
    )


def cuda_of_wheel(address: str) -> str | None:
    """Return the CUDA that the name of a wheel says that it was built for, by its address."""
    from urllib.parse import unquote

    return built_for(unquote(address.rpartition("/")[2]).partition("-")[2].partition("-")[0])[0]


def cuda_of_name(name: str) -> str | None:
    """Return the CUDA that a package's name says that it is for: `cupy-cuda12x`, `nvidia-cublas-cu12`, `x-cu118`."""
    found = re.search(r"-cu(?:da)?-?(?P<major>1[0-9]|[89])\.?(?P<minor>[0-9])?x?(?:-|$)", name)
    return found and found["major"] + (f".{found['minor']}" if found["minor"] else "")


def cuda_of_index(address: str) -> str | None:
    """Return the CUDA that an index has builds for, as a folder of its address says: `…/whl/cu124`."""
    found = (built_for(f"+{one}")[0] for one in address.split("/")[3:] if re.fullmatch(r"cu\d+", one))
    return next((one for one in found if one), None)
