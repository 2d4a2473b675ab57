"""What a step of `build` may lack, told by what it printed last: such a step sees little, and has no network."""

from __future__ import annotations

import re
from collections.abc import Sequence

_STEP = re.compile(r"\[(?:build|before)-(?P<build>[^\s\]]+) ")
_PACKAGE = "`{build} … with packages` lets the steps see the environment's packages, and {name} must be one of them"
_PROGRAM = "`apt NAME` in the block of `{build}` installs what brings `{name}`, for building alone"
_FILE = "`apt NAME` in the block of `{build}` installs what brings `{name}`; headers of another build come by `after`"
_LIBRARY = (
    "`apt NAME` in the block of `{build}` installs what brings `{name}`, mostly a package that ends with `-dev`; "
    "libraries of another build come by `after`"
)
_NETWORK = "a step has no network: `envc explain network-in-build` says what brings each kind of file before"
#: Tried in this order, for what a step prints of a lack, in the words of Python, shells, compilers, make and others.
_LACKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"ModuleNotFoundError: No module named '(?P<name>\w+)"), _PACKAGE),
    (re.compile(r"fatal error: (?P<name>\S+): No such file or directory"), _FILE),
    (re.compile(r"exec: \"(?P<name>[^\"/]+)\": executable file not found"), _PROGRAM),
    (re.compile(r": (?:line )?\d+: (?P<name>[\w.+-]+): (?:command )?not found"), _PROGRAM),
    (re.compile(r"\benv: \W?(?P<name>\w[\w.+-]*)\W?: No such file or directory"), _PROGRAM),
    (re.compile(r"\bld(?:\.\w+)?: cannot find (?P<name>-l[\w.+-]+)"), _LIBRARY),
    (re.compile(r"lld: error: unable to find library (?P<name>-l[\w.+-]+)"), _LIBRARY),
    (re.compile(r"make(?:\[\d+\])?: (?P<name>[\w.+-]+): No such file or directory"), _PROGRAM),
    (re.compile(r"Could not resolve host|[Nn]ame resolution|Network is unreachable"), _NETWORK),
    (re.compile(r"dial tcp: lookup \S+|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|unable to resolve host address"), _NETWORK),
)


def what_a_build_lacks(step: str, log: Sequence[str]) -> tuple[str, ...]:
    """Return the help for a failed step, none where it is no step of a `build` or the cause is not among those known.

    `log` are the lines that it printed last, of which the last that says a lack counts.
    """
    stage = _STEP.match(step)
    if stage is None:
        return ()
    for line in reversed(log):
        for pattern, text in _LACKS:
            if found := pattern.search(line):
                return (text.format(build=f"build {stage['build']}", **found.groupdict()),)
    return ()
