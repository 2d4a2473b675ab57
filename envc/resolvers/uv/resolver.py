"""Choose versions of packages with uv."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from envc.diagnostics.diagnostic import Diagnostic
from envc.lock.resolution import Progress, Request, Resolution
from envc.resolvers.pip_tools.resolver import TIME_LIMIT, ignore, no_package_index
from envc.resolvers.pip_tools.settings import Settings


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
        import os
        import queue

        from envc.resolvers.pip_tools import answer as shared
        from envc.resolvers.pip_tools import failure
        from envc.resolvers.pip_tools.specification import routes_of
        from envc.resolvers.uv import answer, process, program
        from envc.resolvers.uv.index import Indexes
        from envc.resolvers.uv.selection import Taker
        from envc.resolvers.uv.session import IndexFailureError, Session

        if not self.settings.remote_indexes:
            raise no_package_index()
        uv = program.find_uv(os.environ)
        version = program.version_of(uv)
        routes = routes_of(request)
        mail: queue.Queue[process.Mail] = queue.Queue()
        addresses = (*filter(None, self.settings.remote_indexes), *routes.values())
        session = Session(self.settings, addresses, os.environ)
        indexes = Indexes(
            session,
            routes,
            self.settings.remote_indexes,
            Taker(request.target),
            self.cache / "uv" / "metadata",
            mail.put,
        )

        from envc.resolvers.pip_tools.answer import indexes_of

        indexes.expect([*indexes_of(request), *(pin.partition("==")[0] for pin in request.pins)])
        try:
            outcome = self.compile(uv, request, indexes, mail, progress, os.environ)
            if not isinstance(outcome, str):
                raise failure.report_of(outcome, request, self.time_limit, "uv")
            resolution = answer.resolution_of(outcome, indexes.facts, request, version)
            for warning in shared.warnings_of(answer.as_answer(resolution, indexes.facts)):
                self.warn(warning)
        except IndexFailureError as error:
            raise failure.report_of(error.facts, request, self.time_limit, "uv") from error
        finally:
            session.close()
        return resolution

    def compile(
        self,
        uv: Path,
        request: Request,
        indexes: Any,
        mail: Any,
        progress: Progress,
        environ: Mapping[str, str],
    ) -> str | dict[str, Any]:
        """Run uv in an empty folder and return its text, or the facts of a failure."""
        import sys
        import tempfile

        from envc.resolvers.pip_tools.specification import lines_of, markers_of
        from envc.resolvers.uv import causes, command, process
        from envc.resolvers.uv.server import Server

        with tempfile.TemporaryDirectory(prefix="envc-") as folder, Server(indexes, mail.put) as server:
            place = Path(folder)
            place.joinpath("requirements.in").write_text(
                "".join(f"{line}\n" for line in lines_of(request)), encoding="utf-8"
            )
            written = place / "requirements.txt"
            if request.pins:
                written.write_text("".join(f"{pin}\n" for pin in sorted(request.pins)), encoding="utf-8")
            arguments = command.command_for(uv, Path(sys.executable), request.target)
            variables = command.variables_for(environ, server.address, folder)
            ended = process.run(arguments, place, variables, mail, progress, self.time_limit)
            if isinstance(ended, dict):
                return ended
            if ended.status == 0:
                return written.read_text(encoding="utf-8")
            return causes.explain(
                ended.output,
                request,
                markers_of(request.target),
                indexes.read_so_far(),
                indexes.files_so_far(),
                indexes.taker,
            )
