"""The word `source`: files of a git repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.artifact_words import is_address, readable_address
from envc.language.build_sources import compiled_sources
from envc.language.commit_words import KINDS, commits_behind_at
from envc.language.environment import Environment
from envc.language.fields import Flag, Keyword, Positional
from envc.language.open_addresses import doubt_plain_http
from envc.language.origin import Origin
from envc.language.outside_facets import GitSource
from envc.language.package_origins import read_commit
from envc.language.taken import taken_before
from envc.language.values import FilesPath, Name, Text, refuse
from envc.language.word import Declaration
from envc.syntax.program import Item

#: What git takes as the name of a tag or branch (git-check-ref-format).
_NAME = re.compile(r"(?![-./])(?!.*(\.\.|//|@\{|/\.|\.lock(/|$)))[^\s~^:?*\[\\]+(?<![./])")


def _repository(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) != 2 or words[0] != "git":
        refuse("missing-argument", 'behind `from` stands `git` and an address, such as git "https://host/name.git"')
    text = words[1]
    if not is_address(text):
        refuse("unreadable-address", "the address of a repository is like https://host/name.git")
    if text.partition("://")[0] not in {"http", "https"}:
        refuse("unfetchable-address", "neither http nor https")
    readable_address(text)
    if not text.partition("://")[2].partition("/")[2].strip("/"):
        refuse("unreadable-address", "the address of a repository is like https://host/name.git")
    if "?" in text or "#" in text:
        refuse(
            "unreadable-address", "an address of a repository has neither ? nor #; write `tag` or `commit` behind it"
        )
    return ("git", repository_address(text))


def repository_address(text: str) -> str:
    """Return the address of a repository as builders know one: with `.git` at its end."""
    return text.rstrip("/").removesuffix(".git") + ".git"


def _commit(text: str | None) -> str | None:
    return None if text is None else read_commit(text)


def _name(text: str | None) -> str | None:
    if text is not None and not _NAME.fullmatch(text):
        refuse("unusable-name", "git has no tag or branch of such a name")
    return text


class Source(Declaration):
    """Brings files of a git repository: a tag or a commit, which the lock holds with the checksum of all its files.

    Which commit a tag is, git says once, when the environment is locked; a branch, which moves on, is refused. The
    builder fetches that commit, and other files than those of the lock stop the build. Neither git nor the history is
    in the image. With `submodules` those are in it, too, at their commits. Without `at` the files are there for a
    `build` alone.
    """

    repeatable = True
    examples = (
        'source hloc from git "https://example.org/hloc.git" tag v1.4 submodules at "/opt/hloc"',
        f'source hloc from git "https://example.org/hloc" commit {"0540a43" * 5 + "0540a"} at "/opt/hloc"',
    )

    name: Annotated[Name, Positional()]
    repository: Annotated[
        tuple[str, ...],
        AfterValidator(_repository),
        Keyword("from", many=True, kinds=frozenset({"word", "string"})),
    ]
    tag: Annotated[Text | None, AfterValidator(_name), Keyword()] = None
    commit: Annotated[Text | None, AfterValidator(_commit), Keyword()] = None
    branch: Annotated[Text | None, AfterValidator(_name), Keyword()] = None
    submodules: Annotated[bool, Flag()] = False
    at: Annotated[FilesPath | None, Keyword()] = None

    @classmethod
    def misread(cls, item: Item) -> list[Diagnostic]:
        """Return a mistake for a commit behind `at`."""
        return commits_behind_at(item)

    def facets(self, origin: Origin) -> Iterator[GitSource]:
        """Return the source."""
        kind, reference = ("commit", self.commit) if self.commit else ("tag", self.tag or "")
        address = self.repository[1]
        yield GitSource(self.name, address, kind, reference, self.submodules, self.at, origin)  # type: ignore[arg-type]  # the kind is one of both

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a branch, two commits at once or none, and two sources of one name."""
        said = [kind for kind in KINDS if getattr(self, kind) is not None]
        if not said:
            yield Diagnostic(
                "missing-argument",
                f"`source {self.name}` does not say which commit is meant",
                (wrong(origin.of("repository"), "at which tag or commit"),),
                helps=("write `tag` or `commit` behind the address",),
            )
        elif len(said) > 1:
            yield Diagnostic(
                "contradiction",
                f"a {said[0]} is one commit already",
                (wrong(origin.of(said[1]), f"and here is a {said[1]}"),),
            )
        elif self.branch is not None:
            yield Diagnostic(
                "moving-branch",
                f"the branch `{self.branch}` changes without you",
                (wrong(origin.of("branch"), "another commit tomorrow"),),
                helps=("write a `tag`, or the `commit` that the branch is now: `envc lock` asks for it and shows it",),
            )
        if self.commit is None:
            yield from doubt_plain_http(
                self.repository[1], origin.of("repository"), f"which commit the tag of `{self.name}` is"
            )
        if self.at is None and self.name not in compiled_sources(environment):
            yield Diagnostic(
                "unused-source",
                f"nothing uses the source `{self.name}`",
                (wrong(origin.of("name"), "in no place of the image, and in no `build`"),),
                helps=('lay it into the image with `at "…"`, or compile it: build NAME from ' + self.name,),
                severity="warning",
            )
        labels = taken_before(environment, "source", self.name, origin.of("name"))
        if labels:
            yield Diagnostic("repeated-name", f"two sources are called `{self.name}`", labels)
