"""What a package resolver is asked, and what it answers.

A resolver (`envc/resolvers/`) reaches the world; these values are all that passes between it and the rest of envc.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from envc.diagnostics import Report

#: Called with the name of what is being done, for progress on a terminal.
Progress = Callable[[str], None]


class Target(NamedTuple):
    """What the packages must run on, which is rarely what envc runs on."""

    python: str  # the full version, `3.12.15`
    platform: str  # `linux/amd64` or `linux/arm64`, as Docker spells it
    glibc: tuple[int, int]  # of the base image, (2, 36)


class Requirement(NamedTuple):
    """One package that the program asks for."""

    text: str  # a PEP 508 requirement, `transformers[torch]>=4.46,<5`
    index_name: str | None = None  # the name of the only index it may come from; None is Python's default index


class Given(NamedTuple):
    """A package whose one version is known already, because it comes from no index: a resolver asks nobody for it.

    A base brings it, it is built, or it comes as a wheel of no index.
    """

    name: str  # normalised as PEP 503 does
    version: str
    requires: tuple[str, ...]  # PEP 508 with its markers, as the package says it, sorted


class Request(NamedTuple):
    """One set of packages to be resolved together."""

    target: Target
    requirements: tuple[Requirement, ...]
    indexes: tuple[tuple[str, str], ...] = ()  # index name, address; needed by the resolver alone, never written
    pins: tuple[str, ...] = ()  # `name==version` of an earlier lock, kept where they still fit
    routes: tuple[tuple[str, str], ...] = ()  # names that may come along and the name of their only index
    bounds: tuple[str, ...] = ()  # requirements that count only for what is asked for anyway, `numpy<3`
    provided: tuple[Given, ...] = ()  # are there already: the only versions of their names, and not chosen
    #: Those among `bounds` that the base sets, and `name version` of who.
    bounds_of_base: tuple[tuple[str, str], ...] = ()
    patience: float | None = None  # seconds to wait for the answer; the resolver's own limit when None
    overrides: tuple[tuple[str, str], ...] = ()  # names, and the versions that count in place of what packages ask
    bare: tuple[str, ...] = ()  # names of packages of which nothing counts that they ask for
    given: tuple[Given, ...] = ()  # sorted; those of them that are asked for are in the answer, without a file
    pages: tuple[str, ...] = ()  # names of the indexes that are one page of links to wheels each, sorted

    @property
    def known(self) -> tuple[Given, ...]:
        """All packages that come from no index: those that are given, and those that the base provides."""
        return (*self.given, *self.provided)


class Package(NamedTuple):
    """One package that was chosen."""

    name: str  # normalised as PEP 503 does
    version: str  # with its local part, `2.7.1+cu118`
    hashes: tuple[str, ...]  # `sha256:…` of every wheel of this version, sorted
    index_name: str | None  # as in Requirement
    required_by: tuple[str, ...]  # names of packages, sorted; empty when the program alone asks for it
    wheel: str | None  # file name of the wheel that the target takes
    size: int | None  # bytes of that wheel, where the index says
    requires: tuple[str, ...] = ()  # what it needs on the target, sorted: `scipy>=1.8`, `uvicorn[standard]`
    digest: str | None = None  # `sha256:…` of that wheel, where the resolver knows which of the hashes it is
    overruled: tuple[str, ...] = ()  # what it asks for and does not count, sorted, in the form of `requires`


class LostPin(NamedTuple):
    """A pin of the request whose version is not to be had any more, whatever else is asked for."""

    name: str
    version: str
    reason: Literal["gone", "yanked", "no-wheel", "other-python"]


class Resolution(NamedTuple):
    """All packages of one request, sorted by name."""

    resolver: str  # `pip-tools 7.6.2, pip 26.3`
    packages: tuple[Package, ...]
    lost: tuple[LostPin, ...] = ()  # pins of the request that could not stay on their own account, sorted


class Resolver(Protocol):
    """Chooses versions. Raises a `Report` with exit code 3 when an index fails and 1 when the request has no answer."""

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        """Choose every version once."""
        ...


class ImageRequest(NamedTuple):
    """A base image that is wanted."""

    repository: str  # with its registry, `docker.io/library/python`
    tag: str
    platform: str


class Image(NamedTuple):
    """A base image as a registry names it."""

    repository: str
    tag: str
    digest: str  # of the multi-platform index where there is one, `sha256:…`
    manifest: str | None  # digest of the platform's own manifest; None when only a table is known
    origin: str  # `registry`, or `table of 2026-11-24`
    variables: tuple[tuple[str, str], ...] = ()  # its environment, sorted; empty when only a table is known
    size: int | None = None  # bytes of its compressed layers
    entrypoint: tuple[str, ...] = ()  # what every command is given to; not known where there is no manifest
    command: tuple[str, ...] = ()  # what it starts where nothing else is said


class ImageSource(Protocol):
    """Finds digests of images."""

    def find(self, request: ImageRequest) -> Image | None:
        """Return the image, or None when nobody who could know it answers. Raises a `Report` when it does not exist."""
        ...


@runtime_checkable
class ExplainsSilence(Protocol):
    """An image source that can say why it answered None, where no table knows the image either."""

    @property
    def failure(self) -> Report | None:
        """The report of the registry that did not answer last; None when every one answered."""
        ...
