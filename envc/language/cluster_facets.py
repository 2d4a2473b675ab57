"""Where an environment also runs, what starts its ranks, and what they talk over. A part of `facets.py`."""

from __future__ import annotations

from typing import Literal, NamedTuple

from envc.language.origin import Origin

ContainerPlugin = Literal["pyxis", "apptainer", "enroot"]
LaunchProgram = Literal["torchrun", "mpi", "accelerate", "deepspeed"]
FabricKind = Literal["efa", "infiniband", "tcp"]


class Target(NamedTuple):
    """A machinery that runs the container, and what one installation of it wants to be told."""

    name: str
    form: str | None
    image: str | None  # where the image is pulled from, without tag
    namespace: str | None
    select: tuple[tuple[str, str], ...]  # labels that a node must have
    resources: tuple[tuple[str, int], ...]  # what device plug-ins give
    replicas: int | None
    retries: int | None
    claim: str | None  # one volume claim that holds all mounts
    host: str | None  # a folder of the machines that holds all mounts
    readonly: bool
    partition: str | None
    time: int | None
    account: str | None
    qos: str | None
    constraint: str | None
    container: ContainerPlugin | None
    exclusive: bool
    settings: tuple[tuple[str, str], ...]
    origin: Origin


class Launch(NamedTuple):
    """What starts the ranks of a program, on how many nodes, and how many on each; None is one for each GPU."""

    program: LaunchProgram
    nodes: int
    each: int | None
    origin: Origin


class Fabric(NamedTuple):
    """What ranks on several nodes talk over."""

    kind: FabricKind
    interface: str | None
    origin: Origin


ClusterFacet = Target | Launch | Fabric
