"""The part of a lock that is about what a base image brings: its Python, and the packages of that."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from envc.lock.fact import Fact


class LockedProvidedPackage(Fact):
    """A Python package that the base brings."""

    name: str
    version: str
    requires: tuple[str, ...]  # as the package says it, with markers, sorted


class LockedBasePython(Fact):
    """The Python that the base brings, of which the environment is made. As in `base_python.BasePython`."""

    program: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.+@-]+)+$")]  # a shell reads it in the Dockerfile
    whole: bool
    folders: tuple[Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.+@-]+)+$")], ...] = ()
    variables: tuple[Annotated[str, Field(pattern=r"^PIP_[A-Z0-9_]+$")], ...] = ()
    occupied: bool = False
    unprivileged: bool = False
    searched: tuple[Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_.+@-]+)+$")], ...] = ()

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what few bases have, so that locks of the others stay as they are."""
        content: dict[str, Any] = serialize(self)
        return {name: value for name, value in content.items() if value or name != "searched"}


class LockedObstacles(Fact):
    """What of a base is in the way of the Python that is copied into it. As in `python_host.PythonHost`."""

    linked: bool = False
    occupied: bool = False
    conda: bool = False
    variables: tuple[Annotated[str, Field(pattern=r"^PYTHON[A-Z]+$")], ...] = ()
    unprivileged: bool = False
