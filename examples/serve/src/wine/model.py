"""A standardised logistic regression, read from numbers in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """What examples/sklearn writes: f features, c classes."""

    features: tuple[str, ...]
    classes: tuple[int, ...]
    mean: Numbers  # (f,)
    scale: Numbers  # (f,)
    coefficients: Numbers  # (c, f)
    intercepts: Numbers  # (c,)

    def rows(self, samples: Sequence[Mapping[str, float]]) -> Numbers:
        """Return samples as (n, f); ValueError unless each has exactly the features."""
        for number, sample in enumerate(samples):
            missing, unknown = sorted(set(self.features) - set(sample)), sorted(set(sample) - set(self.features))
            if missing or unknown:
                raise ValueError(f"sample {number}: missing {missing}, unknown {unknown}")
        return np.array([[sample[name] for name in self.features] for sample in samples], dtype=np.float64)

    def probabilities(self, rows: Numbers) -> Numbers:
        """Return (n, c) from (n, f); each row sums to one."""
        logits = (rows - self.mean) / self.scale @ self.coefficients.T + self.intercepts
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)


def load(path: Path) -> Model:
    """Read a model; ValueError when its parts do not fit together."""
    parts = json.loads(path.read_text(encoding="utf-8"))
    arrays = {name: np.array(parts[name], dtype=np.float64) for name in ("mean", "scale", "coefficients", "intercepts")}
    model = Model(features=tuple(parts["features"]), classes=tuple(parts["classes"]), **arrays)
    f, c = len(model.features), len(model.classes)
    shapes = {"mean": (f,), "scale": (f,), "coefficients": (c, f), "intercepts": (c,)}
    wrong = [name for name, shape in shapes.items() if arrays[name].shape != shape]
    if wrong:
        raise ValueError(f"{path.name}: wrong shape: {', '.join(wrong)}")
    return model
