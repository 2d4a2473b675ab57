"""Choose versions of packages with uv."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc.diagnostics.diagnostic import Diagnostic
from envc.lock.resolution import Progress, Request, Resolution
from envc.resolvers.pip_tools.resolver import TIME_LIMIT, ignore, no_package_index
from envc.resolvers.settings import Settings
from envc.resolvers.uv.process import Ended, Mail

if TYPE_CHECKING:
    from queue import Queue

    from envc.resolvers.package_indexes.index import Indexes


class Uv:
    """The resolver that asks uv, for any Linux target from any machine. It takes what `PipTools` takes.

    Which index a name belongs to, which wheels count and what is refused are the same as there. `cache` is a folder for
    the metadata of wheels, by their hash.
    """

    def __init__(
        self,
        cache: Path,
        settings: Settings,
        time_limit: float = TIME_LIMIT,
        warn: Callable[[Diagnostic], None] = ignore,
    ) -> None:
        self.cache = cache
        self.settings = settings
        self.time_limit = time_limit
        self.warn = warn

    def resolve(self, request: Request, progress: Progress) -> Resolution:
        """Choose every version once. Raises a `Report`: exit code 1 when there is no answer, 3 when the world failed.

        Pins of the request are kept where they fit.
        """
        import gc
        import os
        import queue

        from envc.resolvers.credentials import with_login
        from envc.resolvers.package_indexes.opening import indexes_for
        from envc.resolvers.package_indexes.session import IndexFailureError
        from envc.resolvers.stand_in import without_provided
        from envc.resolvers.uv import program

        if not self.settings.remote_indexes:
            raise no_package_index()
        uv = program.find_uv(os.environ)
        version = program.asked_version(uv)
        named = tuple((name, with_login(address, self.settings, os.environ)) for name, address in request.indexes)
        request = request._replace(indexes=named)
        time_limit = min(self.time_limit, request.patience or self.time_limit)
        mail: queue.Queue[Mail] = queue.Queue()
        indexes = indexes_for(request, self.settings, self.cache, mail.put)
        collecting = gc.isenabled()
        gc.disable()  # looking for cycles among the many rows of large pages takes a seventh of the time
        told = told_by(indexes, request)
        try:
            outcome = self.ask(uv, request, indexes, mail, progress)
            from envc.resolvers.pip_tools import failure
            from envc.resolvers.pip_tools.answer import warnings_of
            from envc.resolvers.uv import answer

            if not isinstance(outcome, str):
                version.result()  # another program of the name fails in its own way
                raise failure.report_of({**told, **outcome}, request, time_limit, "uv")
            chosen = answer.answer_of(outcome, indexes.facts, indexes.needs, told, request, indexes.rules)
            resolution = answer.resolution_of(chosen, request, version.result())
            for warning in warnings_of(chosen, request):
                self.warn(warning)
        except IndexFailureError as error:
            from envc.resolvers.pip_tools import failure

            raise failure.report_of({**told, **error.facts}, request, time_limit, "uv") from error
        finally:
            if collecting:
                gc.enable()
            indexes.close()
        return without_provided(resolution, request)

    def ask(
        self, uv: Path, request: Request, indexes: Indexes, mail: Queue[Mail], progress: Progress
    ) -> str | dict[str, Any]:
        """Return uv's text, or the facts of a failure. What packages name by `==` counts even when withdrawn."""
        from envc.resolvers.python_target import markers_of
        from envc.resolvers.uv import causes

        ended = self.run(uv, request, indexes, mail, progress)
        if not isinstance(ended, Ended):
            return ended
        asks = causes.asks_of(request, markers_of(request.target), indexes.read_so_far())
        indexes.lifted = causes.withdrawn_pins(asks, indexes.withdrawn_so_far())
        if indexes.lifted and causes.NO_SOLUTION in ended.output:
            progress("trying with withdrawn versions that packages name")
            again = self.run(uv, request, indexes, mail, progress)
            if not isinstance(again, Ended):
                return again
        return causes.explain(ended.output, request, asks, indexes.read_so_far(), indexes.pages_so_far(), indexes.taker)

    def run(
        self, uv: Path, request: Request, indexes: Indexes, mail: Queue[Mail], progress: Progress
    ) -> str | dict[str, Any] | Ended:
        """Run uv in an empty folder and return its text, the facts of an index's failure, or how uv failed."""
        import os
        import sys
        import tempfile

        from envc.resolvers.disk import TEMPORARY, room_in
        from envc.resolvers.requested import bounds_of, lines_of
        from envc.resolvers.uv import command, process
        from envc.resolvers.uv.server import Server

        with (
            room_in(TEMPORARY),
            tempfile.TemporaryDirectory(prefix="envc-") as folder,
            Server(indexes, mail.put) as server,
        ):
            wanted, written = Path(folder, "requirements.in"), Path(folder, "requirements.txt")
            wanted.write_text("".join(f"{line}\n" for line in lines_of(request)), encoding="utf-8")
            if request.pins:
                written.write_text("".join(f"{pin}\n" for pin in sorted(request.pins)), encoding="utf-8")
            bounds = bounds_of(request)
            if bounds:
                Path(folder, "constraints.txt").write_text("".join(f"{one}\n" for one in bounds), encoding="utf-8")
            own_cache = command.own_cache(self.cache / "uv" / "program")
            arguments = command.command_for(
                uv, Path(sys.executable), request.target, bounded=bool(bounds), cached=own_cache is not None
            )
            time_limit = min(self.time_limit, request.patience or self.time_limit)
            variables = command.variables_for(os.environ, server.address, folder, own_cache)
            ended = process.run(
                arguments, Path(folder), variables, mail, progress, time_limit, partial(look_ahead, request, indexes)
            )
            return written.read_text(encoding="utf-8") if isinstance(ended, Ended) and ended.status == 0 else ended


def look_ahead(request: Request, indexes: Indexes) -> None:
    """Begin, while uv starts, to read the pages that it will ask for, and load what reads its answer."""
    from envc.resolvers.pip_tools.answer import indexes_of

    indexes.start_reading([*indexes_of(request), *(pin.partition("==")[0] for pin in request.pins)])
    from envc.resolvers.uv import answer  # noqa: F401 (it takes as long as uv's start)


def told_by(indexes: Indexes, request: Request) -> Mapping[str, Any]:
    """Return what was learnt on the way: who asks for what, the files of pinned names, and those passed over.

    Each part is put together when it is asked for: what succeeds needs none of them.
    """
    from envc.resolvers.package_indexes.page import rows_for
    from envc.resolvers.python_target import markers_of
    from envc.resolvers.uv import causes, needs
    from envc.resolvers.uv.told import Told

    def graph() -> dict[str, Any]:
        return needs.graph_of(causes.asks_of(request, markers_of(request.target), indexes.read_so_far()))

    def files() -> Mapping[str, Any]:
        pinned = {pin.partition("==")[0] for pin in request.pins}
        pages = {name: page for name, page in indexes.pages_so_far().items() if name in pinned}
        return Told({name: partial(rows_for, page) for name, page in pages.items()})

    def passed_over() -> dict[str, Any]:
        return {name: list(map(list, files.items())) for name, files in indexes.passed_over.items()}

    return Told({"graph": graph, "files": files, "passed_over": passed_over})
