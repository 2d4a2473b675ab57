"""The part of a lock that is about wheels by their address, or of the project: none of an index."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from envc.lock.fact import Fact
from envc.lock.locked_built_packages import Sha256


class LockedWheel(Fact):
    """A wheel that comes from no index."""

    name: str
    version: str  # with its local part, `2.8.3+cu12torch2.8`
    asked: str  # what the program asks for, in one form
    stated: tuple[str, ...]  # what its metadata asks for, with markers
    requires: tuple[str, ...]  # what it needs on the target, sorted, without markers
    overruled: tuple[str, ...] = ()  # as of other packages
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9._+!-]+\.whl$")]
    sha256: Sha256
    size: int  # bytes

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = serialize(self)
        return {name: value for name, value in content.items() if value or name != "overruled"}
