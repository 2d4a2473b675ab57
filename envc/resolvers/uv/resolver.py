"""Choose versions of packages with uv."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc.diagnostics.diagnostic import Diagnostic
from envc.lock.resolution import Progress, Request, Resolution
from envc.resolvers.pip_tools.resolver import TIME_LIMIT, ignore, no_package_index
from envc.resolvers.pip_tools.settings import Settings
from envc.resolvers.uv.process import Ended, Mail

if TYPE_CHECKING:
    from queue import Queue

    from envc.resolvers.uv.index import Indexes


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

        from envc.resolvers.credentials import with_login, with_logins
        from envc.resolvers.pip_tools import failure
        from envc.resolvers.pip_tools.answer import indexes_of, warnings_of
        from envc.resolvers.pip_tools.inside.rules import Rules
        from envc.resolvers.pip_tools.specification import flat_of, overrides_of, routes_of
        from envc.resolvers.stand_in import without_provided
        from envc.resolvers.uv import answer, program
        from envc.resolvers.uv.index import Indexes
        from envc.resolvers.uv.selection import Taker
        from envc.resolvers.uv.session import IndexFailureError, Session

        if not self.settings.remote_indexes:
            raise no_package_index()
        uv = program.find_uv(os.environ)
        version = program.version_of(uv)
        named = tuple((name, with_login(address, self.settings, os.environ)) for name, address in request.indexes)
        request = request._replace(indexes=named)
        places = with_logins(self.settings, os.environ).remote_indexes
        time_limit = min(self.time_limit, request.patience or self.time_limit)
        routes = routes_of(request)
        mail: queue.Queue[Mail] = queue.Queue()
        session = Session(self.settings, (*filter(None, places), *routes.values()), os.environ)
        indexes = Indexes(
            session,
            routes,
            places,
            Taker(request.target),
            self.cache / "uv" / "metadata",
            mail.put,
            request.known,
        )
        indexes.flat = frozenset(flat_of(request))
        indexes.rules = Rules(overrides_of(request), request.bare)
        collecting = gc.isenabled()
        gc.disable()  # looking for cycles among the many rows of large pages takes a seventh of the time
        indexes.expect([*indexes_of(request), *(pin.partition("==")[0] for pin in request.pins)])
        try:
            outcome = self.ask(uv, request, indexes, mail, progress)
            told = told_by(indexes, request)
            if not isinstance(outcome, str):
                raise failure.report_of({**told, **outcome}, request, time_limit, "uv")
            chosen = answer.answer_of(outcome, indexes.facts, indexes.needs, told, request, indexes.rules)
            resolution = answer.resolution_of(chosen, request, version)
            for warning in warnings_of(chosen, request):
                self.warn(warning)
        except IndexFailureError as error:
            raise failure.report_of({**told_by(indexes, request), **error.facts}, request, time_limit, "uv") from error
        finally:
            if collecting:
                gc.enable()
            session.close()
        return without_provided(resolution, request)

    def ask(
        self, uv: Path, request: Request, indexes: Indexes, mail: Queue[Mail], progress: Progress
    ) -> str | dict[str, Any]:
        """Return uv's text, or the facts of a failure. What packages name by `==` counts even when withdrawn."""
        from envc.resolvers.pip_tools.specification import markers_of
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
        return causes.explain(ended.output, request, asks, indexes.read_so_far(), indexes.files_so_far(), indexes.taker)

    def run(
        self, uv: Path, request: Request, indexes: Indexes, mail: Queue[Mail], progress: Progress
    ) -> str | dict[str, Any] | Ended:
        """Run uv in an empty folder and return its text, the facts of an index's failure, or how uv failed."""
        import os
        import sys
        import tempfile

        from envc.resolvers.pip_tools.disk import TEMPORARY, room_in
        from envc.resolvers.pip_tools.specification import bounds_of, lines_of
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
            arguments = command.command_for(uv, Path(sys.executable), request.target, bounded=bool(bounds))
            time_limit = min(self.time_limit, request.patience or self.time_limit)
            variables = command.variables_for(os.environ, server.address, folder)
            ended = process.run(arguments, Path(folder), variables, mail, progress, time_limit)
            return written.read_text(encoding="utf-8") if isinstance(ended, Ended) and ended.status == 0 else ended


def told_by(indexes: Indexes, request: Request) -> dict[str, Any]:
    """Return what was learnt on the way: who asks for what, the files of pinned names, and those passed over."""
    from envc.resolvers.pip_tools.specification import markers_of
    from envc.resolvers.uv import causes, needs

    pinned = {pin.partition("==")[0] for pin in request.pins}
    return {
        "graph": needs.graph_of(causes.asks_of(request, markers_of(request.target), indexes.read_so_far())),
        "offers": {name: causes.rows_of(files) for name, files in indexes.files_so_far().items() if name in pinned},
        "passed_over": {name: list(map(list, files.items())) for name, files in indexes.passed_over.items()},
    }
