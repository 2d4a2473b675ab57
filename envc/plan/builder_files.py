"""What lies in the builder alone: tools by address, files of the project and of other images."""

from __future__ import annotations

from typing import NamedTuple

from envc.language.environment import Environment
from envc.language.stages import seen_from
from envc.lock.model import Lock
from envc.lock.source_tree import SourceTree
from envc.plan.copies import copies_of
from envc.plan.file_parts import PlannedCopy, PlannedImageFile, PlannedTool
from envc.plan.outside import image_files, tools_of
from envc.plan.places import Places


class BuilderFiles(NamedTuple):
    """The tools and files that only building sees."""

    tools: tuple[PlannedTool, ...] = ()
    images: tuple[PlannedImageFile, ...] = ()
    copies: tuple[PlannedCopy, ...] = ()


def builder_files_of(
    environment: Environment, lock: Lock, sources: SourceTree, places: Places, working_directory: str
) -> BuilderFiles:
    """Return what the program says in `stage builder`, sorted as elsewhere."""
    return BuilderFiles(
        tools_of(seen_from(environment, "builder")),
        image_files(seen_from(environment, "builder"), lock),
        copies_of(environment, sources, places, working_directory, "builder"),
    )
