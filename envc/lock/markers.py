"""The values of environment markers on a target (PEP 508). Pure."""

from __future__ import annotations

import re

from envc.lock.machines import MACHINES


def markers_of(python: str, platform: str) -> dict[str, str]:
    """Return the markers' values for a version of Python and a platform. The kernel's are empty: it is not known."""
    return {
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": MACHINES[platform],
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": ".".join(re.findall(r"\d+", python)[:2]),
        "sys_platform": "linux",
        "extra": "",
    }


def holds(marker: str, python: str, platform: str) -> bool:
    """Say whether a marker is true on a target."""
    from packaging.markers import Marker

    return not marker or Marker(marker).evaluate(markers_of(python, platform))
