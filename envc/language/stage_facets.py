"""What is said for one stage of the image alone. A part of `facets.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from envc.language.origin import Origin

if TYPE_CHECKING:
    from envc.language.facets import CopiedPath, Setting
    from envc.language.outside_facets import ImageFile, Tool

#: The two stages of every image: what builds it, and what runs.
Stage = Literal["builder", "inference"]


class BuilderSetting(NamedTuple):
    """A variable that only the builder's steps see."""

    setting: Setting
    origin: Origin

    @property
    def name(self) -> str:
        """The variable."""
        return self.setting.name


class BuilderFile(NamedTuple):
    """A tool, a path of the project or of another image that lies in the builder alone."""

    file: Tool | CopiedPath | ImageFile
    origin: Origin


StageFacet = BuilderSetting | BuilderFile
