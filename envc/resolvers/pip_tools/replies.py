"""What the child asks of indexes, answered: wheels of a name, metadata of a wheel, and the facts of what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from envc.resolvers.disk import FULL
from envc.resolvers.package_indexes.ahead import Ahead
from envc.resolvers.package_indexes.index import Indexes
from envc.resolvers.package_indexes.page import rows_for
from envc.resolvers.package_indexes.session import IndexFailureError
from envc.resolvers.pip_tools.child import unexpected


class Replies:
    """Replies to questions of one resolution. Why one had no answer is kept here: the child is told a number alone."""

    def __init__(self, indexes: Indexes, ahead: Ahead) -> None:
        self.indexes = indexes
        self.ahead = ahead
        self.last: str | None = None  # the name that was asked about last
        self.failures: list[Mapping[str, Any]] = []  # facts as `failure` reads them, with addresses

    def reply(self, question: str, about: Iterable[str]) -> dict[str, Any]:
        """Return `{"answer": …}`, or `{"failure": NUMBER}` for what `complete` then knows by it."""
        by_question: dict[str, Callable[..., object]]
        by_question = {"wheels": self.wheels, "metadata": self.metadata, "facts": self.facts}
        try:
            return {"answer": by_question[question](*about)}
        except IndexFailureError as failure:
            self.failures.append(failure.facts)
        except Exception as error:  # noqa: BLE001 (a mistake of ours must end the run, not hang it)
            if isinstance(error, OSError) and error.errno in FULL:
                self.failures.append({"kind": "disk-full"})
            else:
                self.failures.append(unexpected(error))
        return {"failure": len(self.failures) - 1}

    def wheels(self, name: str) -> list[tuple[str, str, str | None]]:
        """Return version, file and why it was withdrawn of each wheel that the target takes: one a version."""
        self.last = name
        choice = self.indexes.offer(name).choice
        return [(version, file.filename, file.yanked) for version, file in choice.items()]

    def metadata(self, name: str, version: str) -> str:
        """Return the METADATA of a wheel, whatever bytes it has."""
        self.last = name
        content = self.indexes.metadata_of(name, version)
        self.ahead.tried(name, version)
        return content.decode("utf-8", "surrogateescape")

    def facts(self, name: str, version: str) -> dict[str, Any]:
        """Return what is known of a version that was chosen."""
        return self.indexes.facts(name, version)._asdict()

    def files(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the files that the index has of some names, as far as they were looked up."""
        pages = self.indexes.pages_so_far()
        return {name: rows_for(pages[name]) for name in names if name in pages}

    def complete(self, message: Mapping[str, Any], pinned: Iterable[str]) -> dict[str, Any]:
        """Return the child's last word with what it was not told: why it had no answer, and the files of names."""
        if "answer" in message:
            return {"answer": {**message["answer"], "files": self.files(pinned)}}
        failure = message["failure"]
        if failure["kind"] == "unanswered":
            return {"failure": {**failure, **self.failures[failure["number"]]}}
        if failure["kind"] == "conflict":
            return {"failure": {**failure, "files": self.files({cause["name"] for cause in failure["causes"]})}}
        if failure["kind"] == "time-limit":
            return {"failure": {**failure, "package": self.last}}
        return dict(message)
