"""The types of fields: each reads a text of the program and refuses it in words that a label can show.

A refusal's type is the kebab-case name of its diagnostic.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, NoReturn

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from envc.language.image_places import HOME_OF_ROOT, Reserved, not_owned, reserved

_SIZES = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_DURATIONS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
#: Units as other tools write them, in lower case; engines and clusters mean powers of 1024 by a letter alone.
_OTHER_UNITS = {
    **{one.lower(): one for one in _SIZES},
    **{letter: f"{letter.upper()}iB" for letter in "kmgt"},
    **{f"{letter}i": f"{letter.upper()}iB" for letter in "kmgt"},
}
_OTHER_TIMES = {
    **{one.lower(): one for one in _DURATIONS},
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
}
_LONGEST_TIME = 366 * 86_400_000
_NUMBER_AND_UNIT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([A-Za-z]*)")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def refuse(name: str, message: str, remedy: str = "", instead: str = "") -> NoReturn:
    """Refuse a value; `name` becomes the diagnostic's, `message` its label, `remedy` its help.

    `instead` is how what was meant is written: the text of an argument.
    """
    raise PydanticCustomError(name, "{message}", {"message": message, "remedy": remedy, "instead": instead})


def has_host(address: str) -> bool:
    """Say whether there can be such a host and port as an address names."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _matching(pattern: str, name: str, message: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)  # `\d` has all digits of all scripts otherwise

    def check(text: str) -> str:
        lower = text.lower()
        instead = lower if lower != text and compiled.fullmatch(lower) else ""
        return text if compiled.fullmatch(text) else refuse(name, message, instead=instead)

    return AfterValidator(check)


def _with_unit(match: re.Match[str] | None, units: Mapping[str, str]) -> str:
    """Return a number with the unit that another way to write it means."""
    unit = units.get(match[2].lower()) if match else None
    return f"{match[1]}{unit}" if match and unit else ""


def read_size(text: str) -> int:
    """Read `24GiB` as bytes."""
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if not match or match[2] not in _SIZES:
        message = f"a size is a number with one of {' '.join(_SIZES)}, such as 24GiB"
        refuse("unreadable-size", message, instead=_with_unit(match, _OTHER_UNITS))
    size = Decimal(match[1]) * _SIZES[match[2]]
    if size != size.to_integral_value() or size <= 0:
        refuse("unreadable-size", "a size is a whole number of bytes above zero")
    return int(size)


def read_duration(text: str) -> int:
    """Read `30s` as milliseconds."""
    match = _NUMBER_AND_UNIT.fullmatch(text)
    if not match or match[2] not in _DURATIONS:
        message = f"a time is a number with one of {' '.join(_DURATIONS)}, such as 30s"
        refuse("unreadable-duration", message, instead=_with_unit(match, _OTHER_TIMES))
    duration = Decimal(match[1]) * _DURATIONS[match[2]]
    if duration != duration.to_integral_value() or duration <= 0:
        refuse("unreadable-duration", "a time is a whole number of milliseconds above zero")
    if duration > _LONGEST_TIME:
        refuse("unreadable-duration", "a time is at most a year, 366d")
    return int(duration)


def read_cpu(text: str) -> int:
    """Read `8` or `0.5` processors as thousandths of one."""
    if not _NUMBER.fullmatch(text):
        refuse("unreadable-number", "a number of processors, such as 8 or 0.5")
    cpu = Decimal(text) * 1000
    if cpu != cpu.to_integral_value() or cpu <= 0:
        refuse("unreadable-number", "a number of processors above zero, in steps of 0.001")
    return int(cpu)


def read_count(text: str) -> int:
    """Read a whole number above zero."""
    if not _WHOLE_NUMBER.fullmatch(text) or not 1 <= int(text) <= 4096:
        refuse("unreadable-number", "a whole number from 1 to 4096")
    return int(text)


def _read_port(text: str) -> str:
    number, _, protocol = text.partition("/")
    if not _WHOLE_NUMBER.fullmatch(number) or not 1 <= int(number) <= 65535 or protocol not in {"", "tcp", "udp"}:
        refuse("unreadable-port", "a port is a number from 1 to 65535, maybe with /tcp or /udp")
    return f"{int(number)}/{protocol or 'tcp'}"


def _read_uid(text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text) or not 0 <= int(text) < 2**31:
        refuse("unreadable-number", "a user id is a whole number from 0 to 2147483647")
    return int(text)


def container_path(text: str) -> str:
    """Read an absolute path of a container and return it in its one form."""
    if not text.startswith("/"):
        remedy = "nothing resolves `~`: write the path in full" if text.startswith("~") else ""
        refuse("path-not-absolute", 'a path in the container begins with "/"', remedy)
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if ".." in parts:
        refuse("path-leaves-folder", "a path in the container has no `..`")
    if "," in text or '"' in text:
        refuse("unusable-path", "container engines separate the parts of a mount with commas and quotes")
    return "/" + "/".join(parts)


def refuse_blank_ends(path: str) -> None:
    """Refuse a path of the project with a blank at an end: builders drop it and look for another file."""
    if path != path.strip():
        refuse("unusable-path", "builders drop blanks at the ends of a path")


def _place_of(why: Callable[[str], Reserved | None]) -> AfterValidator:
    def check(path: str) -> str:
        found = why(path)
        return path if found is None else refuse("reserved-path", *found)

    return AfterValidator(check)


def program_path(text: str) -> str:
    """Read a path of the project, relative to the program's file."""
    refuse_blank_ends(text)
    if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text):
        refuse("path-not-relative", "a path of the project is relative to the program's own file")
    parts = [part for part in text.replace("\\", "/").split("/") if part not in {"", "."}]
    return "/".join(parts) or "."


#: What to do where a system package is asked for with a version.
WITHOUT_VERSION = 'leave the version out: the lock chooses it once; one exact file is `apt NAME from "https://….deb"`'


def system_name(text: str) -> str:
    """Read the name of a Debian or Ubuntu package; behind a last letter `-` would make apt remove it."""
    if re.fullmatch(r"\d+(\.\d+)*([-+~:][\w.+~:-]*)?", text, re.ASCII):
        refuse("unusable-name", "a version, and `apt` takes names alone", WITHOUT_VERSION)
    if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]*[a-z0-9+]", text, re.ASCII):
        refuse("unusable-name", "a system package has two or more lower-case letters, digits and + - . only")
    return text


def plain(text: str) -> str:
    """Return a text as it is. Raises the refusal of one with a control character."""
    if _CONTROL.search(text):
        refuse("control-character", "holds a control character")
    return text


def _lasting(tag: str) -> str:
    if tag.lower() == "latest":
        refuse("unusable-name", "this changes without you: a version is like v2 or 2026-06")
    return tag


#: Text without control characters.
Text = Annotated[str, AfterValidator(plain)]
#: A size with its unit, `24GiB`.
Size = Annotated[int, BeforeValidator(read_size)]
#: A time with its unit, `30s`.
Duration = Annotated[int, BeforeValidator(read_duration)]
#: A number of processors, `8` or `0.5`.
Cpu = Annotated[int, BeforeValidator(read_cpu)]
#: A whole number above zero.
Count = Annotated[int, BeforeValidator(read_count)]
#: A port, `8080`, maybe with its protocol, `53/udp`.
Port = Annotated[str, BeforeValidator(_read_port)]
#: A numeric user id.
UserId = Annotated[int, BeforeValidator(_read_uid)]
#: An absolute path in the container, normalised.
ContainerPath = Annotated[str, AfterValidator(plain), AfterValidator(container_path)]
#: An absolute path in the container, where its user may be given a folder.
OwnedPath = Annotated[ContainerPath, _place_of(not_owned)]
#: An absolute path in the container, where its user may be given a folder; `/root` where the user is root.
WorkingPath = Annotated[ContainerPath, _place_of(lambda path: None if path == HOME_OF_ROOT else not_owned(path))]
#: An absolute path in the container, where a program may lay files.
FilesPath = Annotated[ContainerPath, _place_of(reserved)]
#: A relative path, with `/`; one of the project begins at the program's file.
ProgramPath = Annotated[str, AfterValidator(plain), AfterValidator(program_path)]
#: `3.12` or `3.12.4`.
PythonVersion = Annotated[
    str, _matching(r"3\.\d{1,2}(\.\d{1,3})?", "unreadable-version", "a Python version is 3.12, or 3.12.4 for one patch")
]
#: `12.6` or `12.6.3`.
CudaVersion = Annotated[
    str, _matching(r"\d{1,2}\.\d{1,2}(\.\d{1,3})?", "unreadable-version", "a CUDA version is 12.6, or 12.6.3")
]
#: `6.4` or `6.2.4`.
RocmVersion = Annotated[
    str, _matching(r"\d{1,2}\.\d{1,2}(\.\d{1,3})?", "unreadable-version", "a ROCm version is 6.4, or 6.2.4")
]
#: A compute capability as compilers take it, `8.0`, `9.0a`, `8.6+PTX`, or a target of AMD's, `gfx942`.
Architecture = Annotated[
    str,
    _matching(
        r"\d{1,2}\.\d[a-f]?(\+PTX)?|gfx\d{2,3}[\da-f]",
        "unreadable-version",
        "a GPU's architecture is 8.0, 9.0a or 8.6+PTX; one of AMD's is gfx942",
    ),
]
#: `9` or `9.5`.
ShortVersion = Annotated[str, _matching(r"\d{1,3}(\.\d{1,3}){0,3}", "unreadable-version", "a version is 9 or 9.5")]
#: A name that can be part of a file name, an image name and a volume name.
Name = Annotated[
    str,
    _matching(
        r"(?=.{1,63}$)[a-z0-9]+((\.|__?|-+)[a-z0-9]+)*",
        "unusable-name",
        "a name has lower-case letters and digits, and single - . _ between them",
    ),
]
#: A version by any name that stays: `v2`, `2026-06`, `7.1`.
Tag = Annotated[
    str,
    _matching(r"[A-Za-z0-9][\w.-]{0,63}", "unusable-name", "a version tag is like v2 or 2026-06"),
    AfterValidator(_lasting),
]
#: The name of an environment variable.
Variable = Annotated[
    str, _matching(r"[A-Za-z_][A-Za-z0-9_]*", "unusable-name", "a variable has letters, digits and _ only")
]
#: A SHA-256 in hexadecimal.
Sha256 = Annotated[
    str,
    AfterValidator(str.lower),
    _matching(r"[0-9a-f]{64}", "unreadable-checksum", "a SHA-256 has 64 hexadecimal digits"),
]
#: The name of a Debian or Ubuntu package.
SystemName = Annotated[str, AfterValidator(system_name)]
# BuildKit takes everything up to the first `=` for the name, in quotes or not.
#: The name of a label of an image.
LabelName = Annotated[
    str,
    _matching(r"[A-Za-z0-9][A-Za-z0-9._/-]*", "unusable-name", "a label has letters, digits and . _ / - only"),
]
