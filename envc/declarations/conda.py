"""The word `conda`: programs and libraries of community channels, where Python's index does not have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.diagnostics.suggestions import similar
from envc.language.conda_names import PREFIX, read_channels, read_conda_name, read_conda_specifier
from envc.language.environment import Environment
from envc.language.facets import Artifact, CopiedPath
from envc.language.fields import Entries, Keyword, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import CondaPackage, GitSource, ImageFile, Tool
from envc.language.taken import taken_before
from envc.language.verbs import verbs_of
from envc.language.word import Declaration, Entry
from envc.syntax.program import Item

#: The channel that packages come from when the program names none.
CHANNEL = "conda-forge"

#: What people take from conda for their own Python, and what gives it here.
_OF_PYTHON = {
    "python": "`python` chooses the environment's, and conda's programs bring their own",
    "pip": "leave it out: packages are installed while the image is built",
    **dict.fromkeys(("jax", "jaxlib"), "write `ml jax`"),
    **dict.fromkeys(("pytorch", "pytorch-cuda", "pytorch-gpu"), "write `ml torch`, and `gpu cuda` with its version"),
    **dict.fromkeys(("tensorflow", "tensorflow-gpu"), "write `ml tensorflow`"),
    **{name: f"write `ml {name}`" for name in ("torchaudio", "torchvision")},
    **{name: f"write `pip {name}`" for name in ("numpy", "pandas", "scikit-learn", "scipy", "transformers")},
}


class CondaEntry(Entry):
    """A package and its versions: `hmmer`, `hmmer 3.4`, `hhsuite >=3.3,<4`."""

    brought_along: ClassVar[Mapping[str, str]] = {
        "build": "leave it out: the build is chosen for the image and its machines, one for CUDA only under `gpu`",
        **dict.fromkeys(("channel", "channels"), "write `from` and the channel's name"),
    }

    name: Annotated[str, AfterValidator(read_conda_name), Positional(kinds=frozenset({"word", "string"}))]
    version: Annotated[
        str, BeforeValidator(read_conda_specifier), Positional(kinds=frozenset({"number", "constraint"}))
    ] = ""
    channels: Annotated[
        tuple[str, ...],
        AfterValidator(read_channels),
        Keyword("from", many=True, kinds=frozenset({"word", "string"})),
    ] = ()


class Conda(Declaration):
    """Installs programs that Python's index does not have, from conda-forge or another community channel.

    A number is a version (`3.4` any 3.4 patch, `3.4.1` exactly that), a range is like `>=1.2,<2`. All packages of an
    environment are resolved together, with what they need, and locked by SHA-256. They lie in `/opt/conda` of the
    image, with no conda beside them, and their programs are found on `PATH` behind those of the Python packages.

    `from` names channels; a package comes from the first of them that has it, and what it needs from conda-forge or
    them. Without it that is conda-forge. Anaconda's own channels (`defaults`, `main`) are refused: their terms ask
    organisations for a licence. What Python imports belongs to `pip` and `ml`: the environment's Python does not see
    Python packages of conda. Scripts that packages run when they are installed or activated are not run; variables that
    a program needs are given by `set`.
    """

    repeatable = True
    examples = (
        "conda hmmer 3.4 kalign3",
        "conda < hmmer 3.4; hhsuite >=3.3,<4 from bioconda >",
        "conda hhsuite 3.3.0 hmmer from bioconda conda-forge",
    )

    packages: Annotated[tuple[CondaEntry, ...], Entries(CondaEntry)] = ()
    channels: Annotated[
        tuple[str, ...],
        AfterValidator(read_channels),
        Keyword("from", many=True, kinds=frozenset({"word", "string"})),
    ] = ()

    @classmethod
    def misread(cls, item: Item) -> list[Diagnostic]:
        """Return a mistake for `conda install hmmer`."""
        return verbs_of(item)

    def facets(self, origin: Origin) -> Iterator[CondaPackage]:
        """Return the packages."""
        for position, entry in enumerate(self.packages):
            place = f"packages.{position}"
            spans = {
                "name": origin.of(f"{place}.name"),
                "version": origin.spans.get(f"{place}.version", origin.of(f"{place}.name")),
            }
            channels = entry.channels or self.channels or (CHANNEL,)
            yield CondaPackage(entry.name, entry.version, channels, Origin(origin.item, spans))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a list without packages, a package that is asked for twice, and channels that are not to be used."""
        if not self.packages:
            yield Diagnostic("missing-argument", "`conda` names no package", (wrong(origin.span, "no name follows"),))
        for package in self.facets(origin):
            labels = taken_before(environment, "conda", package.name, package.origin.of("name"))
            if labels:
                yield Diagnostic("repeated-package", f"the package `{package.name}` is asked for twice", labels)
            elif package.name in _OF_PYTHON:
                yield _unseen(package)
        yield from _hidden(origin, environment)
        yield from _mistakes(self.channels, "channels", origin)
        for position, entry in enumerate(self.packages):
            yield from _mistakes(entry.channels, f"packages.{position}.channels", origin)


def _unseen(package: CondaPackage) -> Diagnostic:
    return Diagnostic(
        "unseen-package",
        f"the environment's Python does not see conda's `{package.name}`",
        (wrong(package.origin.of("name"), "seen by programs of conda alone"),),
        helps=(_OF_PYTHON[package.name],),
        severity="warning",
    )


def _hidden(origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
    """Yield a mistake for each thing that would lie among the packages; said once, by the first item."""
    if next((one.origin.item for one in environment.every(CondaPackage)), None) is not origin.item:
        return
    for facet in environment.facets:
        if not isinstance(facet, Artifact | CopiedPath | ImageFile | Tool | GitSource):
            continue
        if facet.path and (facet.path == PREFIX or facet.path.startswith(f"{PREFIX}/")):
            yield Diagnostic(
                "occupied-path",
                f"what `{facet.origin.item.word}` puts at `{facet.path}` lies among the conda packages",
                (wrong(facet.origin.of("at"), "their folder"), Label(origin.span, "they lie there")),
                helps=('give it a place of its own with `at "…"`',),
            )


def _mistakes(channels: tuple[str, ...], place: str, origin: Origin) -> Iterator[Diagnostic]:
    """Yield what is wrong with the channels that stand at a place."""
    if not channels:
        return
    from envc.knowledge.library import shipped_library

    library = shipped_library()
    known = [one.name for one in library.channels]
    for position, name in enumerate(channels):
        span = origin.spans.get(f"{place}.{position}", origin.of(place))
        owner = library.channel_owner(name)
        if owner:
            yield Diagnostic(
                "licensed-channel",
                f"the channel `{name}` is {owner}'s, whose terms ask organisations for a licence",
                (wrong(span, "no community channel"),),
                notes=("envc takes nothing from a channel that somebody must have agreed to pay for",),
                fixes=(Fix("conda-forge has nearly all of its packages", span, CHANNEL),),
            )
        elif name not in known:
            near = similar(name, known)
            yield Diagnostic(
                "unknown-channel",
                f"there is no channel `{name}` that envc knows",
                (wrong(span, "not known"),),
                notes=(f"it knows: {' '.join(known)}",),
                fixes=(Fix("one has a similar name", span, near),) if near else (),
            )
