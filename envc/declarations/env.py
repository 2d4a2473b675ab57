"""The word `env`: one environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.cluster_facets import Target
from envc.language.drops import is_drop
from envc.language.environment import Environment
from envc.language.facets import Artifact, BaseImage, CopiedPath, Interpreter, WorkingDirectory
from envc.language.fields import ANY, Items, Keyword, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import GitSource, ImageFile, Tool
from envc.language.stages import seen_from
from envc.language.users import home_of
from envc.language.values import Name
from envc.language.word import Declaration

_Placed = Artifact | CopiedPath | ImageFile | Tool | GitSource


class Env(Declaration):
    """Declares one environment.

    A file may hold several. The one that has the file's name is built when no other is named.

    `from` stands on another environment of the file: what it says holds here, too. A setting that is said again, and a
    package, variable or file of the same name, replaces the parent's; `drop` takes away, as in `ml drop datasets`.
    `takes` declares parameters with their defaults; `$NAME` as a whole argument is the value. Values come from behind
    the parent's name, `from base cuda 12.6`, and from `--set cuda=12.6` on the command line.
    """

    place: ClassVar[str] = "file"
    repeatable = True
    examples = (
        "env train < gpu cuda 11.3; python 3.12; ml torch pinned; data v2 mounted >",
        "env base takes cuda 12.6 < python 3.12; gpu cuda $cuda >; env train from base cuda 12.8 < ml torch >",
    )

    name: Annotated[Name, Positional()]
    parent: Annotated[tuple[str, ...], Keyword("from", many=True, kinds=ANY)] = ()
    takes: Annotated[tuple[str, ...], Keyword(many=True, kinds=ANY)] = ()
    block: Annotated[tuple[()], Items("env")] = ()

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse an environment without a Python, two things in one place, and what a target or a mount hides."""
        if not environment.one(Interpreter) and not environment.one(BaseImage):
            yield _no_python(origin)
        folder = environment.one(WorkingDirectory)
        for stage in (None, "builder"):
            yield from _occupied(seen_from(environment, stage), folder, stage or "container")
        yield from _hidden(environment, folder)
        yield from _covered(seen_from(environment, None), folder)


def _placed(environment: Environment, folder: WorkingDirectory | None) -> Iterator[tuple[_Placed, str]]:
    """Yield what lies at a path of the container, and the path."""
    for facet in environment.facets:
        if not isinstance(facet, _Placed):
            continue
        if isinstance(facet, GitSource) and facet.path is None:
            continue
        yield facet, facet.path or _implied_place(facet, folder)


def _hidden(environment: Environment, folder: WorkingDirectory | None) -> Iterator[Diagnostic]:
    """Refuse what lies in the image below the user's home where a target lays an empty folder over that."""
    target = next((one for one in environment.every(Target) if one.readonly), None)
    home = home_of(environment)
    for facet, path in _placed(environment, folder) if target else ():
        of_image = not isinstance(facet, Artifact) or facet.delivery == "copied"
        if target and of_image and (path == home or path.startswith(f"{home}/")):
            emptied = Label(target.origin.of("readonly"), f"an empty folder lies over `{home}`, to be written to")
            yield Diagnostic(
                "contradiction",
                f"`target {target.name} readonly` hides `{path}`",
                (wrong(facet.origin.of("at"), "lies in the home folder"), emptied),
                helps=("let it lie elsewhere: a `workdir` such as /app, or `at` with another place",),
            )


def _covered(environment: Environment, folder: WorkingDirectory | None) -> Iterator[Diagnostic]:
    """Warn of what lies in the image below a folder that something is mounted at."""
    mounts = {one.path: one for one in environment.every(Artifact) if one.delivery != "copied"}
    for facet, path in _placed(environment, folder) if mounts else ():
        above = (path[:position] for position, letter in enumerate(path) if position and letter == "/")
        mount = next((mounts[one] for one in above if one in mounts), None)
        if mount is None or (isinstance(facet, Artifact) and facet.delivery != "copied"):
            continue
        place = facet.origin.of("at" if "at" in facet.origin.spans else "source")
        yield Diagnostic(
            "occupied-path",
            f"what is mounted at `{mount.path}` hides `{path}` of the image",
            (wrong(mount.origin.of("at"), f"`{mount.name}` lies over it"), Label(place, "lies in the image")),
            helps=("mount it at a folder of its own, or let what is in the image lie elsewhere with `at`",),
            severity="warning",
        )


def _occupied(environment: Environment, folder: WorkingDirectory | None, where: str) -> Iterator[Diagnostic]:
    """Refuse two things in one place."""
    first: dict[str, Span] = {}
    for facet, path in _placed(environment, folder):
        place = facet.origin.of("at")
        if path in first:
            yield Diagnostic(
                "occupied-path",
                f"two things lie at `{path}` in the {where}",
                (wrong(place, "again here"), Label(first[path], "first here")),
                helps=('give each a place of its own with `at "…"`',),
            )
        first.setdefault(path, place)


def _implied_place(facet: _Placed, folder: WorkingDirectory | None) -> str:
    """Return where what `copy` names lies without `at`: under the working directory, by its own name."""
    name = facet.source.rpartition("/")[2] if isinstance(facet, CopiedPath | ImageFile) else facet.name
    return f"{folder.path if folder else '/app'}/{name}".removesuffix("/.")


def _no_python(origin: Origin) -> Diagnostic:
    block, items = origin.item.block_span, origin.item.block or ()
    dropped = next((one for one in items if one.word == "python" and is_drop(one)), None)
    fixes: tuple[Fix, ...] = ()
    if dropped:
        fixes = (Fix("ask for one in its place", dropped.span, "python 3.12"),)
    elif block:
        fixes = (Fix("ask for one", Span(block.source, block.start + 1, block.start + 1), " python 3.12;"),)
    return Diagnostic(
        "no-python",
        f"the environment `{origin.of('name').text}` has no Python",
        (wrong(origin.span, "no `python` in its block"),),
        fixes=fixes,
    )
