"""What every part of a plan is made as."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer


class Part(BaseModel):
    """A part of the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GrownPart(Part):
    """A part that got fields after plans were made of it. Unused they are left out, so that no older hash changes."""

    later: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_unused(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = serialize(self)
        return {name: value for name, value in content.items() if value or name not in self.later}
