"""Learn from clicks which document of a query is wanted, and leave `ranker.json` in the output folder.

python -m ranker.train --data /data/clicks.csv --out /out

Every document that was not clicked is compared with the one of its query that was (RankNet).
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import torch

from ranker.model import FEATURES, new, save


def pairs_of(table: Path) -> torch.Tensor:
    """Return (pairs, features): how the clicked document differs from each other one of its query."""
    clicked: dict[str, list[float]] = {}
    others: defaultdict[str, list[list[float]]] = defaultdict(list)
    with table.open(newline="") as lines:
        for row in csv.DictReader(lines):
            values = [float(row[name]) for name in FEATURES]
            if row["clicked"] == "1":
                clicked[row["query"]] = values
            else:
                others[row["query"]].append(values)
    differences = [
        [mine - theirs for mine, theirs in zip(clicked[query], other, strict=True)]
        for query in sorted(clicked)
        for other in others[query]
    ]
    return torch.tensor(differences, dtype=torch.float64)


def train(pairs: torch.Tensor, epochs: int, seed: int) -> torch.nn.Linear:
    """Return a model that scores the first of each pair above the second, as far as the pairs agree."""
    torch.manual_seed(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model, pairs = new().to(device), pairs.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=1e-3)
    for _ in range(epochs):
        optimizer.zero_grad()
        torch.nn.functional.softplus(-model(pairs)).mean().backward()
        optimizer.step()
    return model.cpu()


def main() -> None:
    """Train, and say how many pairs are in the right order."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    pairs = pairs_of(options.data)
    model = train(pairs, options.epochs, options.seed)
    save(model, options.out / "ranker.json")
    right = (model(pairs) > 0).double().mean().item()
    print(json.dumps({"pairs": len(pairs), "right": round(right, 3), "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()
