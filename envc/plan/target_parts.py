"""The parts of a plan that say where the container also runs, and what starts its ranks. Sizes are bytes."""

from __future__ import annotations

from envc.language.cluster_facets import ContainerPlugin, FabricKind, LaunchProgram
from envc.plan.part import GrownPart, Part


class PlannedLaunch(GrownPart):
    """What starts the ranks of the program, and the command of one rank."""

    later = frozenset({"entrypoint"})

    program: LaunchProgram
    nodes: int
    each: int
    gpus: bool  # whether a rank computes on one
    command: tuple[str, ...]
    entrypoint: tuple[str, ...] = ()  # of the base: it starts what starts the ranks


class PlannedFabric(Part):
    """What ranks on several nodes talk over."""

    kind: FabricKind
    interface: str | None
    variables: tuple[tuple[str, str], ...]  # sorted by name
    resource: str | None  # what Kubernetes calls the devices


class PlannedTarget(GrownPart):
    """A place where the container also runs. What it is told by a field of its own that is new is among `later`."""

    later = frozenset()

    name: str
    form: str
    image: str | None  # where it is pulled from, without tag
    variables: tuple[tuple[str, str], ...]  # that hold there alone, sorted by name
    namespace: str | None = None
    select: tuple[tuple[str, str], ...] = ()
    resources: tuple[tuple[str, int], ...] = ()
    replicas: int | None = None
    retries: int | None = None
    claim: str | None = None
    host: str | None = None
    readonly: bool = False
    partition: str | None = None
    time: int | None = None  # milliseconds
    account: str | None = None
    qos: str | None = None
    constraint: str | None = None
    container: ContainerPlugin | None = None
    exclusive: bool = False
