"""The model that training and serving share: a score for each document, higher is better."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

FEATURES = ("match", "freshness", "clicks", "length")


def new() -> torch.nn.Linear:
    """Return an untrained model."""
    return torch.nn.Linear(len(FEATURES), 1, bias=False, dtype=torch.float64)


def as_rows(documents: Sequence[Mapping[str, float]]) -> torch.Tensor:
    """Return documents as (n, features); ValueError for one that lacks a feature or has another."""
    for number, document in enumerate(documents):
        if set(document) != set(FEATURES):
            raise ValueError(f"document {number} has {sorted(document)}, not {sorted(FEATURES)}")
    return torch.tensor([[document[name] for name in FEATURES] for document in documents], dtype=torch.float64)


def save(model: torch.nn.Linear, path: Path) -> None:
    """Write a model as numbers: reading it runs no code."""
    weights = [round(weight, 6) for weight in model.weight[0].tolist()]
    path.write_text(json.dumps({"weights": dict(zip(FEATURES, weights, strict=True))}, indent=2) + "\n")


def load(path: Path) -> torch.nn.Linear:
    """Read a model; ValueError when it was trained on other features."""
    weights = json.loads(path.read_text())["weights"]
    model = new()
    with torch.no_grad():
        model.weight.copy_(as_rows([weights]))
    return model.requires_grad_(False)
