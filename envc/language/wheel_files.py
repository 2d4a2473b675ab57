"""What the name of a wheel's file says that it is, against the item that takes it: `pip six from wheel "…"`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from envc.diagnostics import Diagnostic, Fix, Label
from envc.diagnostics.diagnostic import wrong
from envc.language.facets import PythonPackage


def mistakes_of_file(package: PythonPackage) -> Iterator[Diagnostic]:
    """Yield a name or a version that the file's name contradicts; nothing of a file that is not named as a wheel is."""
    source = package.source
    if source is None or source.kind != "wheel":
        return
    from packaging.specifiers import SpecifierSet
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    path = source.address if source.is_local else unquote(urlsplit(source.address).path)
    try:
        name, version, _, _ = parse_wheel_filename(path.rpartition("/")[2])
    except InvalidWheelFilename:
        return
    file, said = package.origin.of("source"), package.origin.of("name")
    if name != package.name:
        yield Diagnostic(
            "source-of-another-package",
            f"the wheel of `{package.name}` is one of `{name}`",
            (wrong(file, f"`{name}` by its name"), Label(said, "asked for here")),
            helps=("write the name that the file has, or take the file of this package",),
            fixes=() if package.extras else (Fix("it is this package", said, name),),
        )
    elif package.specifier and not SpecifierSet(package.specifier).contains(version, prereleases=True):
        place = package.origin.of("version")
        plain = re.fullmatch(r"[0-9.]+", place.text) and re.fullmatch(r"[0-9.]+", str(version))
        yield Diagnostic(
            "source-of-another-package",
            f"the wheel of `{package.name}` is version {version}, and `{package.name}{package.specifier}` is asked for",
            (wrong(file, f"{version} by its name"), Label(place, "asked for here")),
            helps=("leave the version out, which the file has, or take the file of this version",),
            fixes=(Fix("take the file's version", place, str(version) if plain else f"=={version}"),),
        )
