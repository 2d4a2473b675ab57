"""Reads clicks, makes one row of features for each user, groups users, and writes a table."""

from __future__ import annotations

import argparse
from pathlib import Path

import cudf
from cuml.cluster import KMeans
from cuml.preprocessing import StandardScaler

COLUMNS = ["clicks", "items", "days", "dwell"]


def features(clicks: cudf.DataFrame) -> cudf.DataFrame:
    clicks["day"] = clicks["time"].dt.floor("D")
    grouped = clicks.groupby("user")
    table = cudf.DataFrame(
        {
            "clicks": grouped["item"].count(),
            "items": grouped["item"].nunique(),
            "days": grouped["day"].nunique(),
            "dwell": grouped["dwell"].mean(),
        }
    )
    return table.sort_index().fillna(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--groups", type=int, default=12)
    options = parser.parse_args()
    table = features(cudf.read_parquet(sorted(map(str, options.data.glob("*.parquet")))))
    scaled = StandardScaler().fit_transform(table[COLUMNS].astype("float32"))
    table["group"] = KMeans(n_clusters=options.groups, random_state=1).fit_predict(scaled)
    table.reset_index().to_parquet(str(options.out / "features.parquet"))


if __name__ == "__main__":
    main()
