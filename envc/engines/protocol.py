"""What an engine is asked and what it answers, as values.

Sizes are bytes, times seconds. An engine raises a `Report` when it fails; whatever it starts ends with the call.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from envc.engines.container import ContainerRequest

#: The time in the configuration of every image: 1980-01-01, the oldest that a ZIP archive can hold.
EPOCH = 315_532_800


class BuildRequest(NamedTuple):
    """What to build. Secrets are files of this machine that steps may read and no layer holds."""

    context: Path
    dockerfile: Path
    tags: tuple[str, ...]
    platform: str
    arguments: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, Path], ...] = ()
    epoch: int = EPOCH
    cached: bool = True
    contexts: tuple[tuple[str, str], ...] = ()  # further contexts by name: a folder, or `oci-layout://FOLDER@DIGEST`
    network: bool = True  # whether steps may reach one


def without_mounts(step: str) -> str:
    """Return an instruction on one line, without the mounts of RUN."""
    return " ".join(word for word in step.split() if not word.startswith("--mount="))


def shortened(text: str, length: int) -> str:
    """Return at most so many characters of a text; the last one then says that there was more."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


class Step(NamedTuple):
    """A step of a build as it is now."""

    id: str
    name: str
    state: Literal["running", "done", "cached", "failed"]
    seconds: float = 0.0

    @property
    def short(self) -> str:
        """Its name as a line of talk wants it: mounts left out, blanks single, an end cut off."""
        return shortened(without_mounts(self.name), 90)


class Transfer(NamedTuple):
    """Something that a step moves: a layer that comes, a context that is sent. `total` is None when nobody knows it."""

    step: str
    id: str
    name: str
    current: int
    total: int | None
    done: bool


Event = Step | Transfer
Listen = Callable[[Event], None]


class Layer(NamedTuple):
    """A layer, what made it, and whether the base image brought it."""

    size: int
    made_by: str
    of_base: bool


class Built(NamedTuple):
    """An image. `digest` is its manifest's, where the engine has one."""

    id: str
    digest: str | None
    tags: tuple[str, ...]
    layers: tuple[Layer, ...]
    steps: tuple[Step, ...]

    @property
    def size(self) -> int:
        """How much it takes unpacked."""
        return sum(layer.size for layer in self.layers)


class EngineState(NamedTuple):
    """Whether an engine answers, and what it is."""

    name: str
    answers: bool
    version: str | None = None
    platform: str | None = None  # `linux/amd64`
    reason: str | None = None  # why it does not answer
    same_users: bool = False  # a container's user 1000 is this machine's 1000, and its files are this machine's

    def __str__(self) -> str:
        """Return it as one line."""
        if not self.answers:
            return f"{self.name}: {self.reason or 'does not answer'}"
        return " ".join(filter(None, (self.name, self.version, f"({self.platform})" if self.platform else None)))


class Ended(NamedTuple):
    """How a container ended, or the name of one that goes on in the background."""

    exit_code: int
    out_of_memory: bool = False
    name: str | None = None


@runtime_checkable
class Engine(Protocol):
    """Makes images."""

    name: str

    def state(self) -> EngineState:
        """Ask whether it answers. Raises nothing."""

    def build(self, request: BuildRequest, listen: Listen) -> Built:
        """Build an image and keep it under its tags. Raises a Report: `no-engine`, `build-failed`, the engine's own."""


@runtime_checkable
class Runner(Engine, Protocol):
    """An engine that runs containers, too."""

    def labels(self, image: str) -> dict[str, str] | None:
        """Return the labels of an image, or None when the engine has no image of that name. Raises a Report."""

    def run(self, request: ContainerRequest, tell: Callable[[str], None]) -> Ended:
        """Run a container to its end, its output on stdout and stderr, signals passed on; afterwards it is removed.

        `tell` takes what the caller should know before the program starts. Raises a Report.
        """
