"""What the team's notebooks share."""

from __future__ import annotations

from pathlib import Path

import polars as pl

DATA = Path("/data")


def read(folder: Path = DATA) -> pl.LazyFrame:
    """Return all clicks, unread."""
    return pl.scan_parquet(folder / "*.parquet")


def daily(clicks: pl.LazyFrame) -> pl.DataFrame:
    """Return clicks and users of each day."""
    day = pl.col("time").dt.date().alias("day")
    return clicks.group_by(day).agg(pl.len().alias("clicks"), pl.col("user").n_unique()).sort("day").collect()
