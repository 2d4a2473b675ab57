"""Each rank adds up its share of the strips below a quarter of a circle; the first one prints the sum."""

from __future__ import annotations

import argparse

from mpi4py import MPI


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000)
    steps = parser.parse_args().steps
    ranks = MPI.COMM_WORLD
    width = 1 / steps
    strips = range(ranks.Get_rank(), steps, ranks.Get_size())
    share = sum(4 / (1 + ((strip + 0.5) * width) ** 2) for strip in strips) * width
    area = ranks.reduce(share, op=MPI.SUM, root=0)
    if area is not None:
        print(f"{ranks.Get_size()} ranks: pi is {area:.6f}", flush=True)


main()
