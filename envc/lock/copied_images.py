"""The images that `copy … from image` takes files from, each by digest."""

from __future__ import annotations

from envc.language.environment import Environment
from envc.language.outside_facets import ImageFile
from envc.language.stages import seen_from
from envc.lock.files import LockedFiles
from envc.lock.image_candidates import find_image
from envc.lock.model import Lock, LockedImage
from envc.lock.world import World


def find_copied_images(
    environment: Environment, platform: str, world: World, old: LockedFiles | None
) -> tuple[LockedImage, ...]:
    """Return the images in the order of their names. Those of an older lock stay where they are still asked for."""
    kept = copied_images(old.lock) if old and old.lock.platform == platform else {}
    files = [*environment.every(ImageFile), *seen_from(environment, "builder").every(ImageFile)]
    names = sorted({one.image for one in files})
    return tuple(kept.get(name) or find_image(name, platform, "files are copied from it", world) for name in names)


def copied_images(lock: Lock) -> dict[str, LockedImage]:
    """Return the images of a lock by the names that the program gives them."""
    return dict(zip(sorted(lock.inputs.get("images", {})), lock.images, strict=True))
