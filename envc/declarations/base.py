"""The word `base`: another base image than the one envc would choose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator

from envc.diagnostics import Diagnostic, Label
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import shipped_library
from envc.language.asking_for_python import asking_in_text, lacks_python
from envc.language.asking_for_shell import asking_for_shell, lacks_shell
from envc.language.environment import Environment
from envc.language.facets import SCRATCH, BaseImage
from envc.language.fields import Keyword, Positional
from envc.language.origin import Origin
from envc.language.outside_facets import ProvidedPackage
from envc.language.packages import PackageName
from envc.language.values import Text, refuse
from envc.language.word import Declaration

_REFERENCE = re.compile(
    r"(?:[a-zA-Z0-9.-]+(?::\d+)?/)?[a-z0-9._-]+(?:/[a-z0-9._-]+)*(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
#: Tags that name no version: what they mean changes with every release.
_MOVING = re.compile(
    r"(?:latest|stable|oldstable|testing|unstable|sid|rolling|devel|edge|nightly|main|master|lts)"
    r"(?:-(?:slim|gpu|backports|runtime))*",
    re.ASCII,
)

#: Names of images that say the release of their distribution, as distroless ones do, whose tags name none.
_OF_RELEASE = re.compile(r".*-(?:debian|ubuntu)[0-9.]+", re.ASCII)

_WHOLE = 'the whole image may be a parameter, `$image`, that the environment `takes image "name:tag"`'
_PUSHED = "a registry lists the tags of its images; one that you built is pushed to one first, with a version"
_OR_A_PARENT = f"{_PUSHED}; or what makes it becomes an `env`, and this one stands on that: `env NAME from PARENT`"


def fixed_reference(reference: str, remedy: str = _PUSHED) -> str:
    """Return the name of an image that stays the same image, or refuse it; `remedy` is for one that does not."""
    match = _REFERENCE.fullmatch(reference)
    if not match and "$" in reference:
        refuse("unreadable-image", "inside a string no `$` is resolved", _WHOLE)
    if not match:
        refuse("unreadable-image", "an image is written as name:tag, such as python:3.12-slim-bookworm")
    named = match["tag"] is None and _OF_RELEASE.fullmatch(reference)
    if not match["digest"] and not named and (match["tag"] is None or _MOVING.fullmatch(match["tag"])):
        refuse("moving-image", "this changes without you: write a tag that names a version", remedy)
    return reference


def _known(reference: str) -> str:
    return reference if reference == SCRATCH else fixed_reference(reference, _OR_A_PARENT)


class Base(Declaration):
    """Builds on an image of your own instead of the smallest official one that serves.

    Its tag is locked to a digest; `latest` is refused, and so is no tag, unless the name says the release. Where the
    image brings the Python that `python` asks for, called `python` and with pip, that is the one. Where it brings none
    or another, as `ubuntu:24.04` does, the official Python is copied in, with the libraries that it links, as on
    NVIDIA's images; system packages are the base's own. On an older system it is that of an older Debian, as far as
    there is one: Python 3.13 runs on `ubuntu:20.04`, 3.8 on `ubuntu:18.04`.

    Without `python` the base's own Python is the environment's, where it has one. Where it has none, the environment
    has none either, unless something in it asks for one: packages, `health` other than `command`, `launch` other than
    `mpi`, what is fetched, a command that starts `python`. So a program of C++, Go or Rust runs on
    `gcr.io/distroless/static-debian12`, or on `scratch`, the image of nothing, without one. What compiles it stands on
    the base, or where that has no shell on the official Python image, on Debian.

    What the image starts by itself counts nothing, nor its user: `run "…" entrypoint base` has its ENTRYPOINT start the
    command, and the processes are those of `user`.

    With `provides`, the image's own Python packages are part of the environment: what `python` imports in a container
    of the image. The names say what must be there. Whatever else is found holds as well: none of it is installed
    again, and what is installed must fit it. `ml torch` is then a check of the version. `python` may be left out.
    `override` with a reason puts another version in the place of one of them.
    """

    listed_behind = "provides"
    examples = (
        'base "python:3.12-slim-trixie"',
        'base "registry.example.com/team/python:3.12.4"',
        'base "ubuntu:24.04"',
        'base "gcr.io/distroless/static-debian12:nonroot"; run "/opt/exporter"',
        'base "nvcr.io/nvidia/pytorch:25.04-py3" provides torch transformer-engine flash-attn',
    )

    image: Annotated[Text, AfterValidator(_known), Positional(kinds=frozenset({"string"}))]
    provides: Annotated[tuple[PackageName, ...], Keyword(many=True, kinds=frozenset({"word", "string"}))] = ()

    def facets(self, origin: Origin) -> Iterator[BaseImage | ProvidedPackage]:
        """Return the image asked for, and what it must bring."""
        yield BaseImage(self.image, origin)
        for position, name in enumerate(self.provides):
            yield ProvidedPackage(name, Origin(origin.item, {"name": origin.of(f"provides.{position}")}))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a name that stands twice, and what the image of nothing cannot give."""
        yield from _on_nothing(environment)
        for position, name in enumerate(self.provides):
            first = self.provides.index(name)
            if first != position:
                again, before = (origin.of(f"provides.{one}") for one in (position, first))
                labels = (wrong(again, "again here"), Label(before, "first here"))
                yield Diagnostic("repeated-package", f"the base is to provide `{name}` twice", labels)


def _on_nothing(environment: Environment) -> Iterator[Diagnostic]:
    """Refuse what the image of nothing cannot give. One that runs nothing may be a parent: its lock is refused."""
    base = environment.one(BaseImage)
    if base is None or base.reference != SCRATCH:
        return
    if asking := asking_in_text(environment):
        yield lacks_python(base, SCRATCH, asking)
    if asking := asking_for_shell(environment):
        yield lacks_shell(base, asking, shipped_library().plain_image)
