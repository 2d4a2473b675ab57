"""The word `path`: folders in which programs, libraries, modules and headers are looked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.environment import Environment
from envc.language.facets import BuildArgument, Secret, Setting
from envc.language.fields import Choice, Positional
from envc.language.origin import Origin
from envc.language.search_facets import SEARCHED, SearchedFolder
from envc.language.values import ContainerPath, refuse
from envc.language.word import Declaration


def _folder(path: str) -> str:
    if set(path) & set(":$"):
        refuse("unusable-path", "`:` stands between two folders there, and no `$` is resolved")
    return path


class Path(Declaration):
    """Adds folders of the image to `PATH`, for programs that no package brings.

    With `libraries` they are added to `LD_LIBRARY_PATH`, with `modules` to `PYTHONPATH`. For what is compiled while the
    container runs, `headers` adds them to `CPATH`, and `linking` to `LIBRARY_PATH`, for what compilers link.
    They stand in the order of the program: behind the programs of the environment's packages, and before what the base
    has in that variable, which stays. They count in the image that runs: the steps that build it do not see them, and
    one of `build` says it in its script, `export CPATH=…`.
    """

    repeatable = True
    examples = (
        'path "/opt/spark/bin" "/opt/hadoop/bin"',
        'path libraries "/opt/amazon/openmpi/lib"',
        'path modules "/workspace/megatron"',
        'path headers "/opt/x/include"\npath linking "/opt/x/lib"',
    )

    kind: Annotated[Literal["libraries", "modules", "headers", "linking"] | None, Choice()] = None
    folders: Annotated[
        tuple[Annotated[ContainerPath, AfterValidator(_folder)], ...],
        Positional(many=True, kinds=frozenset({"string"})),
    ]

    def facets(self, origin: Origin) -> Iterator[SearchedFolder]:
        """Return the folders."""
        for position, folder in enumerate(self.folders):
            place = Origin(origin.item, {"name": origin.of(f"folders.{position}")})
            yield SearchedFolder(SEARCHED[self.kind or "programs"], folder, place)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a kind behind folders, a folder that stands twice, and a variable that is given a value as well."""
        yield from _behind_folders(origin, len(self.folders))
        variable = SEARCHED[self.kind or "programs"]
        secrets = environment.every_with(Secret, "variable", variable)
        others = (
            *(one.origin.of("name") for one in environment.every_with(Setting, "name", variable)),
            *(one.origin.of("name") for one in environment.every_with(BuildArgument, "name", variable)),
            *(one.origin.of("variable") for one in secrets if not one.build),
        )
        for other in others[:1]:
            if variable != "PATH":  # whoever sets that is refused there
                labels = (wrong(origin.span, f"adds to `{variable}`"), Label(other, "set here"))
                yield Diagnostic("repeated-name", f"`{variable}` is set, and added to", labels)
        for position, folder in enumerate(self.folders):
            place = origin.of(f"folders.{position}")
            same = environment.every_with(SearchedFolder, "name", folder)
            first = next((one.origin.of("name") for one in same if one.variable == variable), place)
            if first != place:
                labels = (wrong(place, "again here"), Label(first, "first here"))
                yield Diagnostic("repeated-name", f"`{folder}` is in `{variable}` twice", labels)


def _behind_folders(origin: Origin, number: int) -> Iterator[Diagnostic]:
    """Yield a kind that stands behind folders: it is of all folders of its item, also those before it."""
    kind, first = origin.spans.get("kind"), origin.spans.get("folders.0")
    if kind is None or first is None or kind.start < first.start:
        return
    places = [origin.of(f"folders.{position}") for position in range(number)]
    before = max((one for one in places if one.start < kind.start), key=lambda one: one.end)
    if before == places[-1]:
        fix = Fix("say it first", Span(kind.source, first.start, kind.end), f"{kind.text} {first.to(before).text}")
    else:
        fix = Fix("write two items", Span(kind.source, before.end, kind.end), f"; path {kind.text}")
    yield Diagnostic(
        "unexpected-argument",
        f"`path` takes no `{kind.text}` behind a folder",
        (wrong(kind, "what the folders are for stands first"), Label(first, "a folder before it")),
        helps=("an item is of one kind: write two `path` items for two kinds",),
        fixes=(fix,),
    )
