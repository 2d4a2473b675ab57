"""The word `ulimit`: what the kernel allows each process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.container_facets import ProcessLimit
from envc.language.environment import Environment
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.process_limits import LIMITS, read_limit, readable_or_refused
from envc.language.word import Declaration


class Ulimit(Declaration):
    """Sets limits of each process: pairs of a name and a value, `unlimited` or with the hard limit behind a colon.

    Memory is a size (`memlock`, `stack`, `core`, `data`, `fsize`, `msgqueue`, `rss`), `cpu` a time, all others are
    numbers (`nofile`, `nproc`, `locks`, `nice`, `rtprio`, `sigpending`). Without a hard limit both are the same.
    RDMA wants `memlock unlimited`, data loaders with many files `nofile 65536`.
    """

    repeatable = True
    thing_size = 2
    examples = ("ulimit memlock unlimited stack 64MiB", "ulimit nofile 65536:1048576")

    limits: Annotated[tuple[str, ...], AfterValidator(readable_or_refused), Positional(many=True)]

    def facets(self, origin: Origin) -> Iterator[ProcessLimit]:
        """Return the limits."""
        for position in range(0, len(self.limits) - 1, 2):
            name, value = self.limits[position : position + 2]
            if name in LIMITS:
                soft, hard = read_limit(name, value)
                spans = {"name": origin.of(f"limits.{position}"), "value": origin.of(f"limits.{position + 1}")}
                yield ProcessLimit(name, soft, hard, Origin(origin.item, spans))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a limit that another item sets, too, and one whose soft value is above the hard one."""
        for limit in self.facets(origin):
            place = limit.origin.of("name")
            first = environment.every_with(ProcessLimit, "name", limit.name)[0].origin
            if first.item is not origin.item or first.of("name") != place:
                labels = (wrong(place, "again here"), Label(first.of("name"), "first here"))
                yield Diagnostic("repeated-name", f"`{limit.name}` is limited twice", labels)
            if limit.hard is not None and (limit.soft is None or limit.soft > limit.hard):
                yield Diagnostic(
                    "contradiction",
                    f"the soft limit of `{limit.name}` is above the hard one",
                    (wrong(limit.origin.of("value"), "the hard limit stands behind the colon"),),
                )
