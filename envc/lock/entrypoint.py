"""What a base starts by itself: the lock holds it where a command is given to it, or might be. Pure."""

from __future__ import annotations

from envc.diagnostics import Report
from envc.language.environment import Environment
from envc.language.facets import BaseImage, Command
from envc.language.no_entrypoint import no_entrypoint
from envc.lock.model import LockedImage
from envc.lock.resolution import Image
from envc.lock.unread_base import unread_base
from envc.lock.world import World


def with_entrypoint(environment: Environment, base: LockedImage, image: Image, world: World) -> LockedImage:
    """Return a base with its ENTRYPOINT and CMD, where it has the former.

    Raises a Report where `entrypoint base` is said and there is none, or where no registry said it: of an image that is
    known from a table alone, and so without a manifest, nobody knows what it starts.
    """
    command = environment.one(Command)
    if command is not None and command.by_base:
        name = f"{base.repository}:{base.tag}"
        if image.manifest is None:
            raise unread_base(f"what `{name}` starts is not known", command.origin.of("entrypoint"), world)
        if not image.entrypoint:
            raise Report([no_entrypoint(command, name)])
    elif environment.one(BaseImage) is None:
        return base  # of an image that envc chooses nobody expects that it starts something
    if not image.entrypoint:
        return base
    return base.model_copy(update={"entrypoint": image.entrypoint, "command": image.command})
