"""What pip chooses from: the wheels that envc says the target takes, with their metadata and hashes."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from .change import change
from .questions import Questions

#: Below it lies every wheel, to pip: no server has this name (RFC 6761).
NOWHERE = "https://index.invalid"


class NoNetwork:
    """The session of pip, which asks nobody."""

    pip_trusted_origins = ()
    resume_retries = 0


class Candidates:
    """The wheels of each name, asked for once."""

    def __init__(self, known: dict[str, str], questions: Questions) -> None:
        self.known = known  # by name: a wheel of the current folder, of no index
        self.questions = questions
        self.links: dict[str, list[Any]] = {}
        self.files: dict[str, tuple[str, str]] = {}  # by address: name, and version as the name of the wheel writes it
        self.facts: dict[tuple[str, str], dict[str, Any]] = {}

    def of(self, name: str) -> list[Any]:
        """Return the wheels that the target takes of a name. Raises `UnansweredError`."""
        from pip._internal.models.link import Link
        from pip._internal.utils.urls import path_to_url

        if name not in self.links and name in self.known:
            self.links[name] = [Link(path_to_url(os.path.abspath(self.known[name])))]  # noqa: PTH100
        if name not in self.links:
            links = []
            for version, filename, yanked in self.questions.ask("wheels", name):
                link = Link(f"{NOWHERE}/{name}/{quote(filename)}", yanked_reason=yanked)
                self.files[link.url] = (name, version)
                links.append(link)
            self.links[name] = links
        return self.links[name]

    def metadata_of(self, link: Any) -> bytes | None:
        """Return the METADATA of a wheel, or None of one that is known already. Raises `UnansweredError`."""
        if link.url not in self.files:
            return None
        return str(self.questions.ask("metadata", *self.files[link.url])).encode("utf-8", "surrogateescape")

    def facts_of(self, name: str, version: str) -> dict[str, Any]:
        """Return hashes, size and more of a version that was chosen. Raises `UnansweredError`."""
        if (name, version) not in self.facts:
            self.facts[name, version] = self.questions.ask("facts", name, version)
        return self.facts[name, version]


def give(candidates: Candidates) -> None:
    """Give pip its candidates, and no network."""
    from pip._internal.cli.index_command import SessionCommandMixin
    from pip._internal.exceptions import MetadataInconsistent
    from pip._internal.index.package_finder import PackageFinder
    from pip._internal.metadata import get_metadata_distribution
    from pip._internal.operations.prepare import RequirementPreparer
    from pip._vendor.packaging.utils import canonicalize_name
    from piptools.repositories.pypi import PyPIRepository

    def find_all_candidates(self: Any, project_name: str) -> list[Any]:
        if project_name not in self._all_candidates:
            links = candidates.of(canonicalize_name(project_name))
            self._all_candidates[project_name] = self.evaluate_links(self.make_link_evaluator(project_name), links)
        return self._all_candidates[project_name]

    def read(old: Any) -> Any:
        def fetch_metadata_only(self: Any, req: Any) -> Any:
            content = candidates.metadata_of(req.link)
            if content is None:
                return old(self, req)
            metadata = get_metadata_distribution(content, req.link.filename, req.req.name)
            if canonicalize_name(metadata.raw_name) != canonicalize_name(req.req.name):
                raise MetadataInconsistent(req, "Name", req.req.name, metadata.raw_name)
            return metadata

        return fetch_metadata_only

    def get_hashes(ireq: Any) -> set[str]:
        (pin,) = ireq.specifier
        return set(candidates.facts_of(canonicalize_name(ireq.name), pin.version)["hashes"])

    change(SessionCommandMixin, "_build_session", lambda _: lambda *_, **__: NoNetwork())
    change(PackageFinder, "find_all_candidates", lambda _: find_all_candidates)
    change(RequirementPreparer, "_fetch_metadata_only", read)
    change(PyPIRepository, "get_hashes", lambda _: lambda _, ireq: get_hashes(ireq))
