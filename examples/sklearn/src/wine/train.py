"""Read a table, train, and leave `model.json`, `metrics.json` and a `heartbeat` in the output folder.

python -m wine.train --data /data/wine.csv --out /out
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import pandas as pd
import sklearn

from wine.classifier import as_numbers, train
from wine.heartbeat import heartbeat


def main() -> None:
    arguments = parse(sys.argv[1:])
    signal.signal(signal.SIGTERM, stop)
    beat = heartbeat(arguments.out / "heartbeat")
    beat("started")

    trained = train(pd.read_csv(arguments.data), arguments.seed, beat)
    write(arguments.out / "model.json", as_numbers(trained.pipeline))
    write(arguments.out / "metrics.json", {**trained.scores, "made": made(arguments.data, arguments.seed)})
    print(json.dumps({key: trained.scores[key] for key in ("accuracy", "log_loss", "strength")}), flush=True)

    end = time.monotonic() + arguments.hold
    beat("done")
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 1))
        beat("done")


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m wine.train", description="Train a classifier of wines.")
    parser.add_argument("--data", type=Path, required=True, help="the table, CSV")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write to")
    parser.add_argument("--seed", type=int, default=0, help="decides which rows are held back")
    parser.add_argument(
        "--hold", type=float, default=0, metavar="SECONDS", help="stay that long after the work, still beating"
    )
    return parser.parse_args(words)


def stop(number: int, _frame: FrameType | None) -> None:
    # Nothing to save: the model and its scores are whole or not there.
    sys.exit(128 + number)


def made(data: Path, seed: int) -> dict[str, object]:
    """Return what the scores depend on."""
    return {
        "data_sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "environment": os.environ.get("ENVC_HASH"),
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "seed": seed,
    }


def write(path: Path, value: dict[str, object]) -> None:
    """Write JSON beside `path`, then move it there: a reader never sees half a file."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    main()
