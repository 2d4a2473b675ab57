"""The plan of one environment. Its top-level parts are the branches of the reproducibility hash.

Every value is final: targets only write it down. Sizes are bytes, times milliseconds, processors thousandths of one.
"""

from __future__ import annotations

from posixpath import join, normpath
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

#: The version of what envc makes of a plan. It is part of the hash: a change of output is a change of inputs.
OUTPUT = 1

Pair = tuple[str, str]
BuilderStep = Literal["system packages", "virtual environment", "packages", "byte code", "libraries of Python", "tools"]
InferenceStep = Literal[
    "system packages", "Python", "user", "tools", "images", "virtual environment", "data", "source", "configuration"
]


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


class LanguagePart(Part):
    """Which language the program is in, and which output is made of it."""

    edition: int
    output: int = OUTPUT


class BasePart(Part):
    """The images that the stages begin with."""

    platform: str
    official_python: bool  # whether the image that runs is the official Python image, with its pip and headers
    python_copied: bool  # whether the image that runs gets its Python from the builder
    builder: str  # `docker.io/library/python:3.12.15-slim-bookworm@sha256:…`
    inference: str


class PythonPart(Part):
    """The interpreter and its virtual environment."""

    version: str
    environment: str = "/opt/venv"

    @property
    def minor(self) -> str:
        """`3.12`."""
        return ".".join(self.version.split(".")[:2])


class PlannedSystemPackage(Part):
    """A system package that a stage installs, exactly so."""

    name: str
    stage: Literal["builder", "inference"]
    version: str
    architecture: str
    sha256: str


class PlannedArchive(Part):
    """An archive as it was at a time."""

    name: str  # `debian-security`
    suites: tuple[str, ...]
    components: tuple[str, ...]
    address: str | None  # the public address that envc's library knows for its snapshots


def snapshots_argument(archive: str) -> str:
    """Return the build argument that gives an archive's snapshots another address."""
    return f"{archive.upper().replace('-', '_')}_SNAPSHOTS"


class PlannedDistribution(Part):
    """Where the system packages of a stage come from, and what is there when they are installed."""

    stage: Literal["builder", "inference"]
    name: str
    release: str
    snapshot: str | None  # None: the archives that the base is configured with
    archives: tuple[PlannedArchive, ...]  # those of the snapshot
    keyring: str
    listing: str  # SHA-256 of dpkg's list


class AptPart(Part):
    """System packages by stage, sorted. `builder` and `inference` are the names that the program asks for.

    What follows is there when the lock has versions; the plan of a lock without is what it always was.
    """

    builder: tuple[str, ...] = ()
    inference: tuple[str, ...] = ()
    packages: tuple[PlannedSystemPackage, ...] = ()
    distributions: tuple[PlannedDistribution, ...] = ()

    def packages_of(self, stage: str) -> tuple[PlannedSystemPackage, ...]:
        """Return what a stage installs exactly."""
        return tuple(one for one in self.packages if one.stage == stage)

    def distribution_of(self, stage: str) -> PlannedDistribution | None:
        """Return where a stage's packages come from, or None when the lock has only names."""
        return next((one for one in self.distributions if one.stage == stage), None)

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = write(self)
        return {name: value for name, value in content.items() if value or name in {"builder", "inference"}}


class PlannedPackage(Part):
    """A Python package and every hash that its wheel may have."""

    name: str
    version: str
    hashes: tuple[str, ...]


def index_argument(index: str) -> str:
    """Return the build argument that gives an index another address."""
    return f"{index.upper().replace('-', '_').replace('.', '_')}_INDEX"


class PackageGroup(Part):
    """The packages that come from one index."""

    index: str | None  # None is Python's default index
    address: str | None  # the public address that envc's library knows for the index
    file: str  # the name of the requirements file
    packages: tuple[PlannedPackage, ...]

    @property
    def argument(self) -> str | None:
        """The build argument that gives a named index another address: `PYTORCH_CU118_INDEX`."""
        return index_argument(self.index) if self.index else None


class PlannedArtifact(Part):
    """A data set, weights, or a cache."""

    kind: Literal["data", "weights", "cache"]
    name: str
    version: str
    delivery: Literal["mounted", "copied", "fetched"]
    path: str  # in the container
    location: str | None  # an address, or a path relative to the program
    writable: bool
    size: int | None
    sha256: str | None


class PlannedArgument(Part):
    """A build argument and the value chosen for it."""

    name: str
    value: str
    values: tuple[str, ...]


class PlannedUser(GrownPart):
    """Who the processes run as."""

    later = frozenset({"any_id"})

    name: str
    uid: int
    gid: int = 0
    home: str
    any_id: bool = False  # the id is another one in every cluster


class SettingsPart(Part):
    """What the image's configuration holds."""

    variables: tuple[Pair, ...]  # sorted by name
    arguments: tuple[PlannedArgument, ...]
    labels: tuple[Pair, ...]
    user: PlannedUser
    working_directory: str
    ports: tuple[str, ...]


class PlannedFile(Part):
    """A file that the image copies."""

    path: str  # relative to the copied path; empty when it is that path
    executable: bool
    sha256: str
    link: str | None = None


class PlannedCopy(Part):
    """A file or folder of the project in the image."""

    source: str  # relative to the program
    path: str  # in the container
    folder: bool
    files: tuple[PlannedFile, ...]
    ignored: tuple[str, ...] = ()  # patterns left out of it beside the usual junk, as the program says them


class PlannedTool(Part):
    """A program by its address."""

    name: str
    version: str
    location: str
    sha256: str
    path: str  # in the container
    unpacked: bool
    inside: str  # what of the archive is taken; empty is all


class PlannedImageFile(Part):
    """A file or folder of another image."""

    image: str  # `docker.io/library/busybox:1.37@sha256:…`
    source: str  # there
    path: str  # in the container


class StagePart(GrownPart):
    """What the stages do, step by step."""

    later = frozenset({"builder_variables"})

    builder: tuple[BuilderStep, ...]
    inference: tuple[InferenceStep, ...]
    builder_variables: tuple[Pair, ...] = ()  # what compilers read, sorted by name


class PlannedHealth(Part):
    """The health check as a command for exec."""

    command: tuple[str, ...]
    interval: int
    timeout: int
    start: int
    retries: int


class PlannedAccelerator(Part):
    """The GPUs that the container gets."""

    count: int | None  # None is all
    memory: int | None
    optional: bool
    driver: str | None  # the oldest that will do


class PlannedSecret(Part):
    """A secret that the container gets while it runs. Its value is nowhere in a plan."""

    name: str
    variable: str | None


class PlannedUlimit(Part):
    """A limit of each process, in the unit of `setrlimit`; None is without limit."""

    name: str
    soft: int | None
    hard: int | None


class RunPart(GrownPart):
    """How the container is run."""

    later = frozenset({"ulimits", "ipc", "capabilities", "checks"})

    command: tuple[str, ...]
    health: PlannedHealth | None
    memory: int | None
    cpu: int | None
    shared_memory: int | None
    accelerator: PlannedAccelerator | None
    secrets: tuple[PlannedSecret, ...]
    ulimits: tuple[PlannedUlimit, ...] = ()  # sorted by name
    ipc: str | None = None
    capabilities: tuple[str, ...] = ()  # sorted
    checks: tuple[tuple[str, ...], ...] = ()  # commands that must succeed before there is an image


class Placement(Part):
    """Where things lie, relative to the project's root. Not part of the hash: where a plan lies is not what it is."""

    program: str
    folder: str
    lock: str
    output: str

    def at_root(self, path: str) -> str:
        """Return a path of the program relative to the root."""
        return normpath(join(self.folder, path))


class Plan(GrownPart):
    """Every decision about one environment."""

    later = frozenset({"tools", "images"})

    name: str
    language: LanguagePart
    base: BasePart
    python: PythonPart
    apt: AptPart
    packages: tuple[PackageGroup, ...]
    data: tuple[PlannedArtifact, ...]
    settings: SettingsPart
    source: tuple[PlannedCopy, ...]
    stages: StagePart
    run: RunPart
    tools: tuple[PlannedTool, ...] = ()  # sorted by name
    images: tuple[PlannedImageFile, ...] = ()  # sorted by path

    #: Clauses of the program that parts come from, and reasons for what was chosen: for comments, not for the hash.
    origins: tuple[tuple[str, tuple[str, ...]], ...] = ()
    placement: Placement

    def origin(self, part: str) -> tuple[str, ...]:
        """Return the clauses and reasons behind a part."""
        return dict(self.origins).get(part, ())
