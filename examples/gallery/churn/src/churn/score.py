"""Reads accounts.csv of a folder and writes scores.parquet into another."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from churn.model import scores, trained


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in", dest="source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    accounts = pd.read_csv(options.source / "accounts.csv")
    table = scores(trained(accounts), accounts)
    table.to_parquet(options.out / "scores.parquet", index=False)
    print(f"{len(table)} accounts, first {table.iloc[0]['account']}")


if __name__ == "__main__":
    main()
