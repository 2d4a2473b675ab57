"""Endpoints that break the server on purpose, so that a test can watch what the container does about it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request

router = APIRouter()


@router.post("/break", status_code=204)
def fall_ill(request: Request) -> None:
    """Fail every health check from now on."""
    request.app.state.healthy = False


@router.post("/memory")
def take_memory(mib: Annotated[int, Query(ge=1, le=1 << 20)]) -> dict[str, int]:
    """Write to `mib` MiB of memory, then give them back."""
    pages = np.ones(mib << 20, dtype=np.uint8)  # not zeros: untouched zeros take no memory
    return {"mib": pages.nbytes >> 20}
