"""Sees that a build left the wheels that the program names. It runs in the builder, and never in envc.

It is told the folder, the name of the build, and each package with its version: `ranker==1.0`. A version that lacks,
or does not fit, is said, and ends the build; others may lie beside it. Any Python that the language knows reads this.
"""

import re
import sys
from pathlib import Path

from pip._internal.utils.compatibility_tags import get_supported
from pip._vendor.packaging.tags import parse_tag
from pip._vendor.packaging.version import InvalidVersion, Version

folder, build, *wanted = sys.argv[1:]
files = sorted(one.name for one in Path(folder).glob("*.whl"))
supported = set(get_supported())
said = []


def name_of(wheel: str) -> str:
    """Return the package's name as PEP 503 normalises it."""
    return re.sub("[-_.]+", "-", wheel.split("-", maxsplit=1)[0]).lower()


def version_of(wheel: str) -> "Version | None":
    """Return the version that the name of a wheel says; None where it is no such name."""
    try:
        return Version(wheel.split("-")[1]) if wheel.count("-") >= 4 else None
    except InvalidVersion:
        return None


def fits(wheel: str) -> bool:
    """Say whether this Python takes a wheel on this platform."""
    tags = "-".join(wheel[: -len(".whl")].split("-")[-3:])
    return bool(supported.intersection(parse_tag(tags)))


for text in wanted:
    name, _, version = text.partition("==")
    mine = [one for one in files if version_of(one) and name_of(one) == name]
    right = [one for one in mine if version_of(one) == Version(version)]
    others = sorted({one.split("-")[1] for one in mine})
    if not mine:
        said.append(f"build {build} left no wheel of {name} in /wheels: {', '.join(files) or 'there is none at all'}")
    elif not right:
        said.append(f"build {build} made {name} {', '.join(others)}, and the program says {version}")
    elif not any(map(fits, right)):
        said.append(f"build {build} made {name} for another Python or platform: {', '.join(right)}")
if said:
    sys.exit("\n".join(said))
