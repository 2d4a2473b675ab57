"""The word `processes`: those that share the processors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.language.container_facets import WorkingProcesses
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.values import Count
from envc.language.word import Declaration


class Processes(Declaration):
    """Says how many processes `run` starts for its work; each gets its part of the threads that `limit cpu` allows.

    It starts none itself: the program is told by its own arguments. `OMP_NUM_THREADS` is `limit cpu` divided by the
    processes, and one at the least. What `launch` starts is counted already.
    """

    examples = ('limit cpu 8; processes 4; run "gunicorn --workers 4 ranker:app"',)

    count: Annotated[Count, Positional()]

    def facets(self, origin: Origin) -> Iterator[WorkingProcesses]:
        """Return the number."""
        yield WorkingProcesses(self.count, origin)
