"""The word `target`: where the container also runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic
from envc.language.cluster_facets import ContainerPlugin
from envc.language.cluster_facets import Target as TargetFacet
from envc.language.environment import Environment
from envc.language.fields import Entries, Flag, Keyword, Positional
from envc.language.origin import Origin
from envc.language.repetitions import pairs_again
from envc.language.target_mistakes import target_mistakes
from envc.language.target_values import (
    Constraint,
    DnsLabel,
    HostPath,
    Repository,
    SlurmName,
    label_pairs,
    resource_pairs,
)
from envc.language.targets import forms, names
from envc.language.values import Count, Duration, Text, Variable
from envc.language.word import Declaration, Entry

if TYPE_CHECKING:
    TargetName = str
    TargetForm = str
else:  # who knows a machinery by its file knows what it may become
    TargetName, TargetForm = Literal[names()], Literal[forms()]


class TargetSetting(Entry):
    """A variable that the container is started with there, and that is not in the image."""

    kind: Annotated[Literal["set"], Positional()]
    name: Annotated[Variable, Positional()]
    value: Annotated[Text, Positional()]


class Target(Declaration):
    """Says where the container also runs; `envc compile` then writes the manifest of that place.

    `compose` gives `compose.yaml`, `kubernetes` gives `kubernetes.yaml`, `slurm` gives `slurm.sbatch`. Each holds all
    that the program says: command, GPUs, memory, data, caches, secrets by name, health. `as` is what it becomes: a
    `task` or a `service` of Compose, a `job`, `deployment` or `pytorchjob` of Kubernetes; without it a program that
    exposes ports serves. `image` is where the image is pulled from; its tag is the hash. In the block, `set` names
    variables that hold there alone, such as those of one cluster's network.

    Kubernetes: `namespace`, `select` for labels that a node must have, `resource` for what device plug-ins give,
    `replicas` of a deployment, `retries` of a job. Slurm: `partition`, `time`, `account`, `qos`, `constraint`,
    `exclusive`, and `container` for what starts the image. Mounts are claims in Kubernetes, one each; `claim` names
    one for all, and `host` a folder of the machines. `readonly` lets the container write to its mounts and its home
    alone, and that is an empty folder then.
    """

    repeatable = True
    lists_things = False
    examples = (
        "target compose",
        'target kubernetes as job select "gpu.class" "h100"',
        "target slurm partition gpu time 4h container pyxis exclusive",
        "target slurm partition gpu < set NCCL_SOCKET_IFNAME eth0 >",
    )

    name: Annotated[TargetName, Positional()]
    form: Annotated[TargetForm | None, Keyword("as")] = None
    image: Annotated[Repository | None, Keyword()] = None
    namespace: Annotated[DnsLabel | None, Keyword()] = None
    select: Annotated[tuple[str, ...], AfterValidator(label_pairs), Keyword(many=True)] = ()
    resources: Annotated[tuple[str, ...], AfterValidator(resource_pairs), Keyword("resource", many=True)] = ()
    replicas: Annotated[Count | None, Keyword()] = None
    retries: Annotated[Count | None, Keyword()] = None
    claim: Annotated[DnsLabel | None, Keyword()] = None
    host: Annotated[HostPath | None, Keyword()] = None
    readonly: Annotated[bool, Flag()] = False
    partition: Annotated[SlurmName | None, Keyword()] = None
    time: Annotated[Duration | None, Keyword()] = None
    account: Annotated[SlurmName | None, Keyword()] = None
    qos: Annotated[SlurmName | None, Keyword()] = None
    constraint: Annotated[Constraint | None, Keyword()] = None
    container: Annotated[ContainerPlugin | None, Keyword()] = None
    exclusive: Annotated[bool, Flag()] = False
    settings: Annotated[tuple[TargetSetting, ...], Entries(TargetSetting, optional=True)] = ()

    def facets(self, origin: Origin) -> Iterator[TargetFacet]:
        """Return the target."""
        yield TargetFacet(
            name=self.name,
            form=self.form,
            image=self.image,
            namespace=self.namespace,
            select=tuple(sorted(dict(_pairs(self.select)).items())),
            resources=tuple(sorted((name, int(number)) for name, number in dict(_pairs(self.resources)).items())),
            replicas=self.replicas,
            retries=self.retries,
            claim=self.claim,
            host=self.host,
            readonly=self.readonly,
            partition=self.partition,
            time=self.time,
            account=self.account,
            qos=self.qos,
            constraint=self.constraint,
            container=self.container,
            exclusive=self.exclusive,
            settings=tuple(sorted((one.name, one.value) for one in self.settings)),
            origin=origin,
        )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse what this place does not know, a second manifest of one kind, and what cannot be started there."""
        (target,) = self.facets(origin)
        yield from pairs_again(self.select, "select", origin)
        yield from pairs_again(self.resources, "resources", origin)
        yield from target_mistakes(target, tuple(one.name for one in self.settings), environment)


def _pairs(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(texts[::2], texts[1::2], strict=False)
