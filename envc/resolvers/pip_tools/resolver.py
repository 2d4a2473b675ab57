"""Choose versions of packages with pip-compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envc.diagnostics.diagnostic import Diagnostic, Report, world_failed
from envc.lock.resolution import Progress, Request, Resolution
from envc.resolvers.settings import Settings, clean_environment

if TYPE_CHECKING:
    from queue import Queue

    from envc.resolvers.package_indexes.index import Indexes

#: Seconds that one resolution may take. The longest that was measured took 84.
TIME_LIMIT = 900.0


def ignore(warning: Diagnostic) -> None:
    """Take a warning and do nothing with it."""


class PipTools:
    """The resolver that asks pip-compile, for any Linux target from any machine.

    `cache` is a folder for the environment and for what is kept of indexes, `settings` says how to reach these,
    `time_limit` is in seconds, and `warn` is called once for each warning about what was chosen (a withdrawn package).

    A routed name comes from its index alone. Any other name comes from the first that has it of the machine's extra
    indexes and its main index, and only from that one: `Settings` says which count and why local folders do not.
    Wheels only: a package that must be built is refused.
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

        Pins of the request are kept where they fit. When pip-compile finds no answer with them, it is asked once more
        without: it gives up on some conflicts that only the pins bring.
        """
        import os
        import queue

        from envc.resolvers.credentials import with_login
        from envc.resolvers.package_indexes.opening import indexes_for
        from envc.resolvers.pip_tools import answer, environment, failure
        from envc.resolvers.stand_in import without_provided

        variables = clean_environment(os.environ)
        if not self.settings.remote_indexes:
            raise no_package_index()
        interpreter = environment.environment(self.cache, self.settings, variables, progress)
        named = tuple((name, with_login(address, self.settings, os.environ)) for name, address in request.indexes)
        request = request._replace(indexes=named)
        time_limit = min(self.time_limit, request.patience or self.time_limit)
        mail: queue.Queue[str | dict[str, Any]] = queue.Queue()
        indexes = indexes_for(request, self.settings, self.cache, mail.put)
        try:
            message = ask(interpreter, request, indexes, variables, mail, progress, time_limit)
            if "failure" in message:
                raise failure.report_of(message["failure"], request, time_limit)
            resolution = answer.resolution_of(message["answer"], request)
            for warning in answer.warnings_of(message["answer"], request):
                self.warn(warning)
        finally:
            indexes.close()
        return without_provided(resolution, request)


def ask(
    interpreter: Path,
    request: Request,
    indexes: Indexes,
    variables: Mapping[str, str],
    mail: Queue[str | dict[str, Any]],
    progress: Progress,
    time_limit: float,
) -> dict[str, Any]:
    """Return the child's last word, and what it is about."""
    from packaging.requirements import Requirement

    from envc.resolvers.package_indexes.ahead import Ahead
    from envc.resolvers.pip_tools import child, specification
    from envc.resolvers.pip_tools.replies import Replies
    from envc.resolvers.python_target import markers_of

    task = specification.task_of(request)
    pins = (pin.partition(" ")[0].partition("==") for pin in request.pins)
    pinned = {name: version for name, _, version in pins}
    markers, bounds = markers_of(request.target), map(Requirement, task.bounds.splitlines())
    ahead = Ahead(indexes, markers, pinned, bounds)
    replies = Replies(indexes, ahead)
    ahead.expect(Requirement(one) for one in (*task.requirements.splitlines(), *pinned))
    try:
        message = child.run(interpreter, task, variables, replies.reply, mail, progress, time_limit)
        if request.pins and message.get("failure", {}).get("kind") == "conflict":
            progress("trying without the versions of the lock")
            again = task._replace(pins="")
            message = child.run(interpreter, again, variables, replies.reply, mail, progress, time_limit)
    finally:
        ahead.stop()
    return replies.complete(message, pinned)


def no_package_index() -> Report:
    """Return the report of a machine whose pip is told to use no index that counts."""
    return world_failed(
        "no-package-index",
        "pip on this machine is set to use no package index that other machines can reach",
        notes=("`no-index` is set, or `index-url` is not an http address",),
        helps=("unset `no-index`, or give `index-url` an https address",),
    )
