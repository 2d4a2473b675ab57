"""What a run is told by its file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Settings:
    """One run. A key that is not known is an error: a misspelt one would train something else."""

    model: str
    data: str
    output: str
    rank: int = 16
    epochs: int = 1
    batch: int = 1
    learning_rate: float = 1e-4
    length: int = 2048


def read_settings(path: Path) -> Settings:
    """Read a file. Raises ValueError."""
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = said.keys() - {field.name for field in fields(Settings)}
    if unknown:
        raise ValueError(f"{path.name}: unknown: {', '.join(sorted(unknown))}")
    return Settings(**said)
