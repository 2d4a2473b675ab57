"""Prints the predicted states of every sequence of the FASTA files in a folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import jax
import orbax.checkpoint

from fold.model import STATES, Model, encoded


def sequences(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.fasta")):
        for record in path.read_text(encoding="ascii").split(">")[1:]:
            head, *lines = record.splitlines()
            yield head.split()[0], "".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    options = parser.parse_args()
    model = Model()
    parameters = orbax.checkpoint.PyTreeCheckpointer().restore(options.weights.resolve() / "fold")
    apply = jax.jit(model.apply)
    for name, sequence in sequences(options.db):
        states = apply(parameters, encoded(sequence)).argmax(axis=-1)
        print(name, "".join(STATES[int(state)] for state in states), flush=True)


if __name__ == "__main__":
    main()
