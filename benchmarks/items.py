"""How long parsing and checking take by the number of a program's items, and the exponent of the line through it.

usage: python benchmarks/items.py [LARGEST]

Programs of 1,000, 10,000 and 100,000 items (up to LARGEST) are parsed and checked in one process, three times each,
with garbage collected as in `envc`; the shortest times of the processor count. The exponent is the slope of the
least-squares line through the logarithms: 1 is linear.
"""

from __future__ import annotations

import gc
import math
import sys
import time

from envc.cli.main import collect_rarely
from envc.declarations import words
from envc.diagnostics import Source
from envc.language.check import check
from envc.syntax.parse import parse

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
ROUNDS = 3
KINDS = (
    "set A{} 1",
    "pip p{} >=1",
    "apt p{}",
    "expose 80",
    "labels l{} 1",
    "secret s{}",
    "pip q{} 2",
    'copy "f{}"',
    'patch gradio "p{}.patch"',
    'project "p{}"',
    'cache c{0} mounted at "/cache/{0}"',
)


def program(size: int) -> str:
    """Return a program of so many items of many kinds, some inherited, some of a platform."""
    items = [KINDS[number % len(KINDS)].format(number) for number in range(size)]
    third = size // 3
    blocks = ("\n  ".join(part) for part in (items[:third], items[third : 2 * third], items[2 * third :]))
    first, second, last = blocks
    return (
        f"env base takes python 3.12 <\n  python 3.12\n  set PY $python\n  {first}\n>\n"
        f"env train from base <\n  {second}\n  on linux/arm64 <\n  {last}\n  >\n>\n"
    )


def shortest(text: str) -> tuple[float, float]:
    parsing, checking = [], []
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        parsed = parse(Source("train.env", text))
        middle = time.process_time()
        check(parsed, words)
        parsing.append(middle - start)
        checking.append(time.process_time() - middle)
    return min(parsing), min(checking)


def exponent(points: list[tuple[int, float]]) -> float:
    logarithms = [(math.log(size), math.log(seconds)) for size, seconds in points]
    middle_x = sum(x for x, _ in logarithms) / len(logarithms)
    middle_y = sum(y for _, y in logarithms) / len(logarithms)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in logarithms)
    return slope / sum((x - middle_x) ** 2 for x, _ in logarithms)


def main() -> int:
    collect_rarely()
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    parsing, checking = [], []
    for size in (size for size in SIZES if size <= largest):
        seconds = shortest(program(size))
        parsing.append((size, seconds[0]))
        checking.append((size, seconds[1]))
        print(f"{size:>7} items  parse {seconds[0]:7.3f} s  check {seconds[1]:7.3f} s")
    print(f"exponent       parse {exponent(parsing):7.2f}    check {exponent(checking):7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
