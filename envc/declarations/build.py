"""The word `build`: a program that is compiled, from sources, a folder of the project, or what lies there already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, ValidationInfo

from envc.diagnostics import Diagnostic, Fix, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.build_order import refuse_impossible_order
from envc.language.build_paths import folder_below, kept_path
from envc.language.build_sources import addresses_behind_from, refuse_unknown_sources
from envc.language.each_value import read_each
from envc.language.environment import Environment
from envc.language.fetching_steps import refuse_fetching_steps
from envc.language.fields import Entries, Keyword, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import Fetching, GitSource, ProgramBuild, Toolchain
from envc.language.package_builds import leaves_wheels
from envc.language.refused_steps import refuse_step
from envc.language.script_lines import judged
from envc.language.swallowed_errors import read_step, refuse_swallowed_error
from envc.language.taken import taken_before
from envc.language.values import (
    Name,
    ProgramPath,
    Text,
    read_count,
    refuse,
    system_name,
)
from envc.language.word import Declaration, Entry
from envc.syntax.program import Item

if TYPE_CHECKING:
    from envc.knowledge.fetchers import Fetcher

_OTHERS = "what another fetches lies in the folder that is compiled, or is a `tool` of `stage builder`, file by file"
_BESIDE = "what lies elsewhere is laid down by `stage builder`: `copy` from an image, or a `tool`"


def _fetchers() -> dict[str, Fetcher]:
    from envc.knowledge.library import shipped_library

    return {one.name: one for one in shipped_library().fetchers()}


def _fetcher(text: str) -> str:
    known = _fetchers()
    return text if text in known else refuse("unknown-choice", f"none of {', '.join(known)}", _OTHERS)


def _command(texts: tuple[str, ...]) -> tuple[str, ...]:
    judged(texts, refuse_step)
    judged(texts, refuse_swallowed_error)
    return read_step(texts)


def _packages(names: tuple[str, ...]) -> tuple[str, ...]:
    if {"from", "repository"}.intersection(names):
        refuse("unusable-name", "here stand names of the distribution's packages alone", _BESIDE)
    return read_each(names, system_name)


def _jobs(numbers: tuple[str, ...]) -> tuple[str, ...]:
    return (str(read_count(numbers[0])),) if len(numbers) == 1 else refuse("unreadable-number", "one number")


#: How the values of each kind of entry are read.
_READ: dict[str, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    "apt": _packages,
    "fetches": lambda names: read_each(names, _fetcher),
    "jobs": _jobs,
    "run": _command,
    "keeps": lambda paths: read_each(paths, kept_path),
}


def _values(values: tuple[str, ...], information: ValidationInfo) -> tuple[str, ...]:
    kind = information.data.get("kind")
    return _READ[kind](values) if kind in _READ else values  # of no kind where that was refused


def _without_toolchains(
    fetchers: tuple[str, ...], packages: tuple[str, ...], origin: Origin, environment: Environment
) -> Iterator[Diagnostic]:
    """Refuse what fetches packages where nothing brings it: a toolchain, or a package of the distribution."""
    known = {one.name for one in environment.every(Toolchain)}
    for fetcher in sorted(set(fetchers)):
        fact = _fetchers()[fetcher]
        if fact.toolchain not in known and not any(one.startswith(fact.package) for one in packages):
            label = wrong(origin.span, f"`fetches {fetcher}` is in its block")
            helps = (f"say `toolchain {fact.toolchain}` and a version beside it",)
            yield Diagnostic("missing-argument", f"nothing brings {fetcher} for this build", (label,), helps=helps)


class BuildEntry(Entry):
    """What compiling needs, does, or leaves."""

    brought_along: ClassVar[Mapping[str, str]] = {
        "a block": "write them behind it, `apt cmake g++`, or each on its line"
    }

    kind: Annotated[Literal["apt", "fetches", "jobs", "run", "keeps"], Positional()]
    values: Annotated[
        tuple[str, ...],
        AfterValidator(_values),
        Positional(many=True, kinds=frozenset({"word", "number", "string", "script"})),
    ]
    folder: Annotated[Text | None, AfterValidator(folder_below), Keyword("in", kinds=frozenset({"string"}))] = None


class Build(Declaration):
    """Compiles a `source`, or a folder of the project, in a stage of its own, and keeps what is named of the result.

    What needs several trees names several sources, `build opencv from opencv contrib < … >`: the first lies in
    `/source`, where the steps start, and each further one in `/sources/NAME`, such as `/sources/contrib`.

    Without `from` and `project` the steps start in an empty folder: for what unpacks and arranges files that
    `stage builder` laid down, or for a link, which is kept with the folder that it lies in.

    `apt` installs what only compiling needs, locked as everywhere. Each `run` is a command as the word `run` takes it,
    in the folder of the source, without network; a script in triple quotes has a shell, which stops where a command
    fails. One that fails fails the build, and what hides a failure is refused: `|| true`, `set +e`, `make -i`, a pipe
    behind what does the work (`make | tee log`). A script with `set -o pipefail` may have that: bash reads it. `jobs`
    is for make, CMake, cargo and PyTorch's extensions. A step sees the packages of its own `apt`, toolchains and what
    other builds keep. With `with packages` it sees the environment's Python and all its packages but the project's
    own folders, as they will lie in the image: for extensions that are compiled against torch, code that grpc-tools
    writes, or files that a framework collects. They change nothing of the packages, and what is a package itself is
    one, `ml NAME from source` or `pip NAME from git`.

    For wheels that only a script of their project makes, the steps leave them in the folder `/wheels`, and
    `pip NAME VERSION from build NAME` installs them; such a build needs no `keeps`. One `with packages` and `after` it
    sees them, too.

    `fetches` brings packages of `cargo`, `go` or `npm` before, in the only step that has a network: those that the
    source's own `Cargo.lock`, `go.sum` or `package-lock.json` names, by checksum, in the folder where the steps start
    or in one below it, `fetches go in "scheduler"`. A `toolchain` brings these programs, or `apt` in the block.

    `after` names builds whose results are needed, and with them what those need themselves: what each keeps lies in its
    place while this one is compiled, headers and static libraries with it.

    `keeps` names folders or files: what is new or changed below them comes into the image, root's. What only compiling
    needs stays behind: static libraries (`.a`, `.la`), and what lies below a folder `include`, `cmake`, `pkgconfig`,
    `share/man`, `share/doc` or `share/info` of a named one. Such a folder is kept where it is named itself
    (`keeps "/opt/x" "/opt/x/include" "/opt/x/lib/cmake"`), a static library where it is named file by file. A library
    that a kept program needs and the image has not fails the build.

    CUDA's compilers are in no package here. The steps have them, with `CUDA_HOME`, where `ml` builds a package under
    `gpu cuda` as well; else `stage builder < copy "/usr/local/cuda-12.6" from image … at … >` lays them down for
    building alone, of NVIDIA's `devel` image.
    """

    repeatable = True
    examples = (
        (
            'source colmap from git "https://example.org/colmap.git" tag v3.9\n'
            'build colmap from colmap < apt gcc make; jobs 8; run "make install"; keeps "/usr/local" >'
        ),
        (
            "toolchain rust 1.85\n"
            'source router from git "https://example.org/router.git" tag v3.3\n'
            'build router from router < fetches cargo; run "make install"; keeps "/opt/router" >'
        ),
        (
            'source nccl from git "https://example.org/nccl" tag v2.23\n'
            'build nccl from nccl < run "make install PREFIX=/opt/nccl"; keeps "/opt/nccl" >\n'
            'source tests from git "https://example.org/tests" tag v2.13\n'
            'build tests from tests after nccl < run "make NCCL_HOME=/opt/nccl"; keeps "/opt/tests" >'
        ),
        (
            'source opencv from git "https://example.org/opencv.git" tag 4.11.0\n'
            'source contrib from git "https://example.org/opencv_contrib.git" tag 4.11.0\n'
            "build opencv from opencv contrib <\n"
            '  apt cmake g++ make; run "cmake" "-DOPENCV_EXTRA_MODULES_PATH=/sources/contrib/modules" "."\n'
            '  run "make install"; keeps "/usr/local"\n'
            ">"
        ),
        'apt fd-find\nbuild links < run "ln -s /usr/bin/fdfind /usr/local/bin/fd"; keeps "/usr/local/bin" >',
        'build kernels project "csrc" < apt cmake g++ make; run "make install"; keeps "/opt/kernels" >',
        (
            "pip < torch; setuptools >\n"
            'build ops project "ops" with packages <\n'
            '  apt g++; run "python setup.py build_ext --build-lib /opt/ops"; keeps "/opt/ops"\n'
            '>\npath modules "/opt/ops"'
        ),
        (
            "pip < setuptools; ops 1.0.0 from build ops >\n"
            'build ops project "ops" with packages < run "python setup.py bdist_wheel --dist-dir /wheels" >'
        ),
        (
            "stage builder <\n"
            '  copy "/usr/local/cuda-12.6" from image "nvidia/cuda:12.6.3-devel-ubuntu22.04" at "/usr/local/cuda"\n'
            '>\nbuild kernels project "csrc" < apt g++ make; run "make CUDA=/usr/local/cuda"; keeps "/opt/k" >'
        ),
    )

    name: Annotated[Name, Positional()]
    sources: Annotated[tuple[Name, ...], Keyword("from", many=True, before_entries=True)] = ()
    folder: Annotated[ProgramPath | None, Keyword("project")] = None
    after: Annotated[tuple[Name, ...], Keyword(many=True, before_entries=True)] = ()
    seen: Annotated[Literal["packages"] | None, Keyword("with")] = None
    entries: Annotated[tuple[BuildEntry, ...], Entries(BuildEntry)] = ()

    @classmethod
    def misread(cls, item: Item) -> Iterator[Diagnostic]:
        """Return a mistake for an address behind `from`."""
        return addresses_behind_from(item)

    def facets(self, origin: Origin) -> Iterator[ProgramBuild]:
        """Return what is compiled."""
        jobs = self._all("jobs")
        first = next(iter(self.sources), None)
        yield ProgramBuild(
            name=self.name,
            source=first,
            packages=tuple(sorted(set(self._all("apt")))),
            jobs=int(jobs[0]) if jobs else None,
            commands=tuple(entry.values for entry in self.entries if entry.kind == "run"),
            kept=tuple(sorted(set(self._all("keeps")))),
            origin=origin,
            after=tuple(sorted(set(self.after))),
            fetches=self._fetching(),
            folder=self.folder,
            sees_packages=self.seen is not None,
            further=tuple(sorted(set(self.sources) - {first})),
        )

    def _fetching(self) -> tuple[Fetching, ...]:
        entries = [entry for entry in self.entries if entry.kind == "fetches"]
        return tuple(sorted({Fetching(one, entry.folder or ".") for entry in entries for one in entry.values}))

    def _without_result(self, origin: Origin, environment: Environment) -> Diagnostic:
        """Return what is said of a build that keeps nothing and whose wheels no package is."""
        labels = [wrong(origin.span, "no `keeps` in its block")]
        helps = [f"where it leaves a wheel in /wheels, name that: pip NAME VERSION from build {self.name}"]
        whole = environment.origin.item
        own = origin.span.source is whole.span.source and whole.span.start < origin.span.start < whole.end
        if not own:  # of a parent, whose package may have been dropped here
            labels.append(Label(environment.origin.of("name"), "no package of this environment is its wheel"))
            helps.append(f"or go without it here: `build drop {self.name}`")
        return Diagnostic("missing-argument", f"`build {self.name}` keeps nothing", tuple(labels), helps=tuple(helps))

    def _without_one_start(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a build that forgets its source, and one that starts in two things."""
        if not self.sources and self.folder is None:
            known = next(iter(environment.every_with(GitSource, "name", self.name)), None)
            if known is None and not self._all("fetches"):
                return
            label = wrong(origin.span, "`from` and a source, or `project` and a folder, is missing")
            end = Span(origin.of("name").source, origin.of("name").end, origin.of("name").end)
            yield Diagnostic(
                "missing-argument",
                f"`build {self.name}` does not say what it compiles",
                (label, *((Label(known.origin.of("name"), "this source has its name"),) if known else ())),
                helps=() if known else ("what `fetches` brings stands in the lock of what is compiled",),
                fixes=(Fix("compile the source of its name", end, f" from {self.name}"),) if known else (),
            )
        elif self.sources and self.folder is not None:
            labels = (wrong(origin.of("folder"), "and here a folder"), Label(origin.of("sources.0"), "here a source"))
            helps = ("compile each in a `build` of its own; with `after` one sees what the other keeps",)
            yield Diagnostic("contradiction", "a build starts in a source or in a folder", labels, helps=helps)

    def _all(self, kind: str) -> tuple[str, ...]:
        return tuple(value for entry in self.entries if entry.kind == kind for value in entry.values)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a build without the source of its name, one that does or keeps nothing, a wrong order, and twins."""
        if not any(entry.kind == "run" for entry in self.entries):
            label = wrong(origin.span, "no `run` in its block")
            yield Diagnostic("missing-argument", f"`build {self.name}` does nothing", (label,))
        if not self._all("keeps") and not leaves_wheels(environment, self.name):
            yield self._without_result(origin, environment)
        jobs = [position for position, entry in enumerate(self.entries) if entry.kind == "jobs"]
        if len(jobs) > 1:
            first, again = (origin.of(f"entries.{position}") for position in jobs[:2])
            both = (wrong(again, "again here"), Label(first, "first here"))
            yield Diagnostic("repeated-argument", "`build` says `jobs` twice", both)
        yield from self._without_one_start(origin, environment)
        yield from refuse_unknown_sources(self.sources, origin, environment)
        yield from refuse_impossible_order(self.name, self.after, origin, environment)
        for position, entry in enumerate(self.entries):
            if entry.folder is not None and entry.kind != "fetches":
                label = wrong(origin.of(f"entries.{position}.folder"), "`fetches` alone is told a folder")
                helps = ('a step goes there by itself: run "make -C scheduler"',) if entry.kind == "run" else ()
                yield Diagnostic("unexpected-argument", f"`{entry.kind}` takes no `in`", (label,), helps=helps)
        yield from _without_toolchains(self._all("fetches"), self._all("apt"), origin, environment)
        steps = {place: entry.values for place, entry in enumerate(self.entries) if entry.kind == "run"}
        yield from refuse_fetching_steps(steps, self._all("fetches"), origin)
        labels = taken_before(environment, "build", self.name, origin.of("name"))
        if labels:
            yield Diagnostic("repeated-name", f"two builds are called `{self.name}`", labels)
