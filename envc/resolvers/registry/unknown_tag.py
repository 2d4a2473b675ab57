"""A tag that a registry does not have, with those that it has."""

from __future__ import annotations

from envc.diagnostics import Report
from envc.resolvers.registry import failures
from envc.resolvers.registry.client import Client
from envc.resolvers.registry.failures import AbsentError, DeniedError, SilentError, UnusableError
from envc.resolvers.registry.reference import Repository
from envc.resolvers.registry.tags import FIRST_PAGE, PAGES, helps_for, next_page


def unknown_tag(client: Client, repository: Repository, tag: str) -> Report:
    """Return the report of a tag that is not there, with the tags that are, where the registry gives them."""
    import json

    if tag.startswith("sha256:"):
        return failures.unknown_image(repository, tag, (), has_repository=True)
    tags: list[str] = []
    page: str | None = FIRST_PAGE
    pages = 0
    try:
        while page and pages < PAGES:
            answer = client.ask("GET", page)
            tags += [one for one in json.loads(answer.body)["tags"] or () if isinstance(one, str)]
            page = next_page(answer.headers.get("Link", ""))
            pages += 1
    except AbsentError:
        if not tags:
            return failures.unknown_image(repository, tag, (), has_repository=False)
    except (SilentError, DeniedError, UnusableError, ValueError, LookupError, TypeError):
        pass  # those that were read are better than none
    return failures.unknown_image(repository, tag, helps_for(str(repository), tag, tags), has_repository=True)
