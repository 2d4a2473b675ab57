"""The instructions of a Dockerfile as values. Text from a program stands in them as it is; the printer escapes."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Comment(NamedTuple):
    """Lines for readers."""

    lines: tuple[str, ...]


class Blank(NamedTuple):
    """An empty line."""


class From(NamedTuple):
    """Begins a stage."""

    image: str
    stage: str


class Argument(NamedTuple):
    """ARG: a value given at build time."""

    name: str
    default: str


class Variables(NamedTuple):
    """ENV: name and value; with `expand`, `$` in the values is resolved."""

    pairs: tuple[tuple[str, str], ...]
    expand: frozenset[str] = frozenset()


class ImageLabels(NamedTuple):
    """LABEL."""

    pairs: tuple[tuple[str, str], ...]


class Mount(NamedTuple):
    """A mount of a RUN instruction."""

    kind: Literal["cache", "bind", "secret"]
    options: tuple[tuple[str, str], ...]


class Run(NamedTuple):
    """RUN in shell form: commands joined by `&&`, each a list of arguments."""

    commands: tuple[tuple[str, ...], ...]
    mounts: tuple[Mount, ...] = ()
    raw: frozenset[str] = frozenset()  # arguments that are left to the shell as they are: redirections, wildcards
    network: bool = True


class RunExact(NamedTuple):
    """RUN in exec form, without network unless it says so: no shell reads the arguments."""

    arguments: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    network: bool = False


class Copy(NamedTuple):
    """COPY in exec form."""

    source: str
    path: str
    stage: str | None = None
    link: bool = False
    mode: str | None = None


class AddRemote(NamedTuple):
    """ADD of an address, checked against a checksum."""

    address: str
    path: str
    sha256: str
    mode: str


class AddCommit(NamedTuple):
    """ADD of a commit of a git repository, without its history."""

    address: str  # ends in `.git`
    commit: str
    path: str
    submodules: bool = True  # as builders do by themselves


class WorkingDirectory(NamedTuple):
    """WORKDIR."""

    path: str


class User(NamedTuple):
    """USER."""

    uid: int
    gid: int


class Expose(NamedTuple):
    """EXPOSE."""

    ports: tuple[str, ...]


class HealthCheck(NamedTuple):
    """HEALTHCHECK in exec form; times in milliseconds."""

    command: tuple[str, ...]
    interval: int
    timeout: int
    start: int
    retries: int


class Command(NamedTuple):
    """CMD in exec form."""

    arguments: tuple[str, ...]


class EntryPoint(NamedTuple):
    """ENTRYPOINT in exec form; empty takes away the base's."""

    arguments: tuple[str, ...]


class StopSignal(NamedTuple):
    """STOPSIGNAL."""

    name: str


Instruction = (
    Comment
    | Blank
    | From
    | Argument
    | Variables
    | ImageLabels
    | Mount
    | Run
    | RunExact
    | Copy
    | AddRemote
    | AddCommit
    | WorkingDirectory
    | User
    | Expose
    | HealthCheck
    | Command
    | EntryPoint
    | StopSignal
)
