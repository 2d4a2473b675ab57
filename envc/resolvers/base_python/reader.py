"""The way in: streams the layers of an image that were not read before, and reads its Python off their excerpts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from envc.lock.base_python import BasePython
from envc.lock.python_host import PythonHost
from envc.lock.resolution import Progress
from envc.resolvers.base_python.excerpt import layer_of, read_excerpt
from envc.resolvers.base_python.folders import python_of
from envc.resolvers.base_python.system import system_of
from envc.resolvers.registry import Registry
from envc.resolvers.registry.layers import Layer, Layers
from envc.resolvers.registry.source import Described


class LayerReader:
    """Reads what images bring. `cache` is a folder for excerpts of layers, by digest: no layer is read twice."""

    def __init__(self, registry: Registry, cache: Path) -> None:
        self.registry = registry
        self.cache = cache / "layers"

    def read(self, repository: str, digest: str, platform: str, progress: Progress) -> BasePython | None:
        """Return the base's Python, or None when it has none. Raises a `Report` as the registry does."""
        image = self.registry.described(repository, digest, platform)
        found = python_of(self.layers(repository, image, progress), dict(image.variables))
        return found and found._replace(unprivileged=_unprivileged(image))

    def system(self, repository: str, digest: str, platform: str, progress: Progress) -> PythonHost:
        """Return the base's system. Raises a `Report` as the registry does."""
        image = self.registry.described(repository, digest, platform)
        found = system_of(self.layers(repository, image, progress), dict(image.variables))
        return found._replace(unprivileged=_unprivileged(image))

    def files_of(self, repository: str, digest: str, platform: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Return files of an image as the registry does, of those that excerpts hold: of its system and packages."""
        image = self.registry.described(repository, digest, platform)
        return self.layers(repository, image, lambda _: None).read(paths)

    def variables_of(self, repository: str, digest: str, platform: str) -> dict[str, str]:
        """Return the environment variables of an image."""
        return self.registry.variables_of(repository, digest, platform)

    def layers(self, repository: str, image: Described, progress: Progress) -> Layers:
        """Return the excerpts of an image's layers."""
        opened: dict[str, Layer] = {}
        for number, (digest, size) in enumerate(image.layers, 1):
            if digest not in opened:
                shown = f"layer {number} of {len(image.layers)}, {size / 1e6:.0f} MB"
                opened[digest] = self.layer(repository, digest, size, shown, progress)
        return Layers(image.layers, lambda one, _size, _likely: opened[one])

    def layer(self, repository: str, digest: str, size: int, shown: str, progress: Progress) -> Layer:
        """Return the excerpt of a layer, from the cache where it is."""
        place = self.cache / f"{digest.removeprefix('sha256:')}.json"
        try:
            known = layer_of(place.read_text("utf-8"))
        except (OSError, ValueError):
            known = None
        if known is not None:
            return known
        progress(shown)
        text = self.registry.stream(repository, digest, size, read_excerpt)
        keep(place, text)
        layer = layer_of(text)
        assert layer is not None  # noqa: S101  # it was just made
        return layer


def _unprivileged(image: Described) -> bool:
    return image.user.partition(":")[0] not in {"", "0", "root"}


def keep(place: Path, text: str) -> None:
    """Put a text into the cache, whole or not at all. A cache that cannot be written is none."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(new).replace(place)
    except OSError:
        return
