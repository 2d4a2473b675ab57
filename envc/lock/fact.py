"""What every part of a lock is made as."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """A part of the lock."""

    model_config = ConfigDict(frozen=True, extra="forbid")
