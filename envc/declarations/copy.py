"""The word `copy`: files of the project, or of another image, in the image."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from envc.declarations.base import fixed_reference
from envc.diagnostics import Diagnostic, Label, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.artifact_words import is_address
from envc.language.environment import Environment
from envc.language.facets import SCRATCH, BaseImage, CopiedPath, IgnoredPath
from envc.language.fields import Keyword, Positional
from envc.language.image_places import reserved
from envc.language.origin import Origin
from envc.language.outside_facets import ImageFile
from envc.language.values import ContainerPath, Text, container_path, program_path, refuse
from envc.language.word import Declaration

_FROM_ADDRESSES = 'a program is `tool NAME VERSION from "https://…"`, data are `data VERSION from "https://…" fetched`'


def _image(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if words is not None:
        if len(words) != 2 or words[0] != "image":
            refuse("missing-argument", 'behind `from` stands `image` and its name, such as image "name:tag"')
        fixed_reference(words[1])
    return words


def _source(path: str, information: ValidationInfo) -> str:
    """Read a path of the project, or of the image where there is one: it is checked before, for it stands first."""
    if "image" not in information.data:  # it is refused, and nothing says what the path was meant to be
        return path
    if information.data["image"] is None:
        if is_address(path):
            refuse("path-not-relative", "an address, and what is copied lies in the project", _FROM_ADDRESSES)
        return program_path(path)
    if path.startswith("/") and not [part for part in path.split("/") if part not in {"", "."}]:
        refuse("unusable-path", "all of an image is what `base` takes")
    return container_path(path)


class Copy(Declaration):
    """Copies a file or a folder of the project into the image, last of all, so that a change rebuilds nothing else.

    The path is relative to the program. Without `at` it lies under the working directory by the same name. What is not
    copied is not even sent to the builder: the .dockerignore is derived. Files lie beside those of the system, such as
    `/etc/nginx/nginx.conf`, and not in their place.

    With `from image` it comes from another image, whose digest the lock holds; without `at` it lies at the same path.
    """

    repeatable = True
    in_stages = True
    examples = (
        'copy "src" at "/app/src"',
        'copy "train.py"',
        'copy "/usr/bin/tini" from image "example.org/tools/tini:0.19.0" at "/usr/local/bin/tini"',
    )

    image: Annotated[
        tuple[str, ...] | None,
        AfterValidator(_image),
        Keyword("from", many=True, kinds=frozenset({"word", "string"})),
    ] = None
    source: Annotated[Text, AfterValidator(_source), Positional()]
    at: Annotated[ContainerPath | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[CopiedPath | ImageFile]:
        """Return the path; an empty place means under the working directory."""
        if self.image is None:
            yield CopiedPath(self.source, self.at or "", origin)
        else:
            yield ImageFile(self.source, self.image[1], self.at or self.source, origin)

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse a place of the system, of the packages and of the secrets, and what `ignore` leaves out."""
        ignored = (one for one in environment.every(IgnoredPath) if self.image is None and _fits(one, self.source))
        for one in islice(ignored, 1):
            labels = (wrong(origin.of("source"), "copied here"), Label(_place_of(one), "left out here"))
            helps = ("leave out the one that is not meant: what `ignore` names is never copied",)
            yield Diagnostic("ignored-path", f"`{self.source}` is copied and ignored", labels, helps=helps)
        base = environment.one(BaseImage)
        path = self.at or (self.source if self.image else None)
        found = reserved(path, on_nothing=base is not None and base.reference == SCRATCH) if path else None
        if found:
            place = origin.of("at" if self.at else "source")
            label, remedy = (
                wrong(place, found.reason),
                "a `copy` for each folder in it" if path == "/" else found.remedy,
            )
            yield Diagnostic("reserved-path", f"`copy` cannot lay files at {path}", (label,), helps=(remedy,))


def _fits(ignored: IgnoredPath, path: str) -> bool:
    """Say whether a pattern surely leaves a path out, or a folder that it lies in."""
    pattern, parts = ignored.pattern, path.split("/")
    if "/" in pattern:
        return f"{path}/".startswith(f"{pattern}/")
    if set(pattern) & set("[\\"):  # builders read these in a way of their own
        return pattern in parts
    return path != "." and any(fnmatchcase(part, pattern) for part in parts)


def _place_of(ignored: IgnoredPath) -> Span:
    spans = ignored.origin.spans
    places = (span for field, span in spans.items() if field.startswith("patterns."))
    return next((one for one in places if one.text.strip('"') == ignored.pattern), ignored.origin.of("patterns"))
