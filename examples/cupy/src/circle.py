"""Estimates pi from random points on a GPU."""

from __future__ import annotations

import argparse

import cupy


def estimate(points: int, seed: int = 0) -> float:
    """Return four times the share of random points of the unit square that lie within the quarter circle."""
    random = cupy.random.default_rng(seed)
    inside = (random.random(points) ** 2 + random.random(points) ** 2 <= 1).sum()
    return 4 * float(inside) / points


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1_000_000)
    print(estimate(parser.parse_args().points))


if __name__ == "__main__":
    main()
