"""Judge packages for the target instead of this machine."""

from __future__ import annotations

from typing import Any

from .change import change


def aim(specification: dict[str, Any]) -> None:
    """Judge markers, tags and Requires-Python for the target."""
    import packaging.markers
    from pip._internal.commands.install import InstallCommand
    from pip._internal.models.target_python import TargetPython
    from pip._internal.resolution.resolvelib.factory import Factory
    from pip._vendor.packaging import markers as vendored

    markers: dict[str, str] = specification["markers"]
    for module in (packaging.markers, vendored):
        change(module, "default_environment", lambda _: lambda: dict(markers))
    version = tuple(specification["python"])
    target = TargetPython(
        platforms=specification["platforms"], py_version_info=version, abis=[specification["abi"]], implementation="cp"
    )
    change(
        InstallCommand,
        "_build_package_finder",
        lambda build: lambda self, options, session, **_: build(self, options, session, target_python=target),
    )
    change(
        Factory,
        "__init__",
        lambda begin: (
            lambda self, *positional, **named: begin(self, *positional, **{**named, "py_version_info": version})
        ),
    )
