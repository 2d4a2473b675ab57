"""What comes from outside of index and project, planned: tools by address, and files of other images."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.outside_facets import ImageFile, Tool
from envc.lock.copied_images import copied_images
from envc.lock.model import Lock
from envc.plan.file_parts import PlannedImageFile, PlannedTool


def tools_of(environment: Environment) -> tuple[PlannedTool, ...]:
    """Return the tools, sorted by name."""
    return tuple(
        PlannedTool(
            name=tool.name,
            version=tool.version,
            location=tool.location,
            sha256=tool.sha256,
            path=tool.path,
            unpacked=tool.unpacked,
            inside=tool.inside,
        )
        for tool in sorted(environment.every(Tool), key=lambda tool: tool.name)
    )


def image_files(environment: Environment, lock: Lock) -> tuple[PlannedImageFile, ...]:
    """Return what is copied from other images, sorted by place, the images as the lock has them."""
    images = copied_images(lock)
    return tuple(
        PlannedImageFile(image=images[one.image].reference, source=one.source, path=one.path)
        for one in sorted(environment.every(ImageFile), key=lambda one: one.path)
    )
