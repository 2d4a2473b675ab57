"""The word `capability`: parts of root's power that the container gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.container_facets import KernelCapability
from envc.language.environment import Environment
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import refuse
from envc.language.word import Declaration

#: capabilities(7), Linux 6.12.
_NAMES = frozenset(
    [
        "AUDIT_CONTROL",
        "AUDIT_READ",
        "AUDIT_WRITE",
        "BLOCK_SUSPEND",
        "BPF",
        "CHECKPOINT_RESTORE",
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "IPC_LOCK",
        "IPC_OWNER",
        "KILL",
        "LEASE",
        "LINUX_IMMUTABLE",
        "MAC_ADMIN",
        "MAC_OVERRIDE",
        "MKNOD",
        "NET_ADMIN",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_RAW",
        "PERFMON",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYSLOG",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_CHROOT",
        "SYS_MODULE",
        "SYS_NICE",
        "SYS_PACCT",
        "SYS_PTRACE",
        "SYS_RAWIO",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "WAKE_ALARM",
    ]
)
#: Those with which a container can take over the machine.
_ROOT = frozenset(("BPF", "DAC_READ_SEARCH", "MKNOD", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_RAWIO"))


def _known(name: str) -> str:
    if name not in _NAMES:
        written = name.upper().replace("-", "_").removeprefix("CAP_")
        instead = written if written in _NAMES else ""
        refuse("unknown-choice", "no capability of Linux; they are written as IPC_LOCK or SYS_NICE", instead=instead)
    return name


class Capability(Declaration):
    """Gives the container capabilities of the Linux kernel beside the few that engines give anyway.

    `IPC_LOCK` locks memory for RDMA, `SYS_NICE` binds memory to processors, `SYS_PTRACE` lets a profiler look. The
    kernel gives them to root, and to another user through a program file that carries them (`setcap`).
    """

    repeatable = True
    examples = ("capability IPC_LOCK", "capability SYS_NICE SYS_PTRACE")

    names: Annotated[
        tuple[Annotated[str, AfterValidator(_known)], ...], Positional(many=True, kinds=frozenset({"word"}))
    ]

    def facets(self, origin: Origin) -> Iterator[KernelCapability]:
        """Return the capabilities."""
        for position, name in enumerate(self.names):
            yield KernelCapability(name, Origin(origin.item, {"name": origin.of(f"names.{position}")}))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse one twice, and warn of those that are as good as root on the machine."""
        for one in self.facets(origin):
            place = one.origin.of("name")
            first = environment.every_with(KernelCapability, "name", one.name)[0].origin
            if first.item is not origin.item or first.of("name") != place:
                labels = (wrong(place, "again here"), Label(first.of("name"), "first here"))
                yield Diagnostic("repeated-name", f"`{one.name}` is given twice", labels)
            if one.name in _ROOT:
                yield Diagnostic(
                    "capability-of-root",
                    f"`{one.name}` lets the container take over the machine",
                    (wrong(place, "asked for here"),),
                    severity="warning",
                )
