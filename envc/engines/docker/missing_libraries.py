"""What a failed step says of libraries that a kept program needs, told by what the step behind `build` prints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from envc.diagnostics import Diagnostic, Report

_LACKING = re.compile(r"(/\S+) needs (\S+), which the image has not")


def missing_libraries(log: Sequence[str]) -> Report | None:
    """Return the report of a program without its libraries; None for any other step. The program is to be mended."""
    found = dict.fromkeys(match.groups() for line in log for match in _LACKING.finditer(line))
    if not found:
        return None
    libraries = sorted({library for _, library in found})
    named = ", ".join(f"`{library}`" for library in libraries)
    return Report(
        [
            Diagnostic(
                "missing-library",
                f"what was compiled needs {named}, which the image has not",
                notes=tuple(f"{path} needs {library}" for path, library in found),
                helps=(
                    "`apt` of the environment itself installs the package with the library in the image, as `libgomp1`",
                    "or keep the library, where the build made it",
                ),
            )
        ]
    )
