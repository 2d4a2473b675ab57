"""How system packages are installed: one layer, no lists, no logs, no caches."""

from __future__ import annotations

from envc.targets.dockerfile.instructions import Comment, Instruction, Run

#: What apt and dpkg leave behind, with times in it.
_LEAVINGS = (
    "/var/lib/apt/lists/*",
    "/var/cache/apt/*.bin",
    "/var/cache/ldconfig/aux-cache",
    "/var/cache/debconf/*-old",
    "/var/lib/dpkg/*-old",
    "/var/log/apt",
    "/var/log/dpkg.log",
    "/var/log/alternatives.log",
)


def install(packages: tuple[str, ...]) -> list[Instruction]:
    """Return the step that installs packages without their recommended ones."""
    reason = Comment(
        (
            "The base's digest fixes the release of the distribution; this lock holds no versions of its packages.",
            "hadolint ignore=DL3008",
        )
    )
    step = Run(
        (
            ("apt-get", "update", "-qq"),
            (
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "install",
                "-qq",
                "--yes",
                "--no-install-recommends",
                *packages,
            ),
            ("rm", "-rf", *_LEAVINGS),
        ),
        raw=frozenset(_LEAVINGS),
    )
    return [reason, step]
