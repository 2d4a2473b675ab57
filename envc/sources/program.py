"""Reads a program's text from a file, whatever the file holds."""

from __future__ import annotations

from pathlib import Path

from envc.diagnostics import Diagnostic, Report, Source, Span
from envc.diagnostics.diagnostic import wrong

#: Programs are a page long; what is larger is something else.
LARGEST = 2**20


def read_program(path: Path, shown: str) -> Source:
    """Read a program; `shown` is how messages name it. Raises a Report when it is no text of a sane size."""
    try:
        if path.is_dir():
            raise _refused("program-is-a-folder", f"`{shown}` is a folder", shown, ("name the program's file",))
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)  # not its size: a device or a pipe has none
        if len(content) > LARGEST:
            raise _refused("program-too-large", f"`{shown}` has more than {LARGEST} bytes, and no program has", shown)
    except FileNotFoundError:
        raise _refused("no-such-program", f"there is no file `{shown}`", shown, _neighbours(path)) from None
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise _refused("unreadable-program", f"`{shown}` cannot be read: {reason}", shown) from None
    return decode(content, shown)


def refuse_twin(path: Path) -> None:
    """Refuse a program beside one of the same name with the other ending: both would have one lock. Raises a Report.

    A file that declares no environment is no program; dotenv files are called so, too.
    """
    import re

    other = {".env": ".envc", ".envc": ".env"}.get(path.suffix)
    twin = path.with_suffix(other) if other and path.stem else None
    if twin is None or not twin.is_file():
        return
    try:
        declares = re.search(rb"(?m)^\s*env[ \t]+[A-Za-z]", twin.read_bytes())
    except OSError:
        return
    if declares:
        raise _refused(
            "two-programs-of-one-name",
            f"`{path.name}` and `{twin.name}` would have one lock",
            path.as_posix(),
            ("give one of them another name",),
        )


def decode(content: bytes, shown: str) -> Source:
    """Return the text of a program's bytes: UTF-8, a byte order mark allowed."""
    if b"\0" in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused("not-text", f"`{shown}` is not a text in UTF-8", shown, ("a program is a text file in UTF-8",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before, byte = error.object[: error.start], error.object[error.start]  # without the byte order mark
        line = before.count(b"\n") + 1
        raise _refused(
            "not-text", f"`{shown}` is not a text in UTF-8: line {line} holds byte 0x{byte:02x}", shown
        ) from None
    return Source(shown, text)


def _neighbours(path: Path) -> tuple[str, ...]:
    folder = path.parent
    if not folder.is_dir():
        return (f"there is no folder `{folder}` either",)
    found = sorted(file.name for pattern in ("*.env", "*.envc") for file in folder.glob(pattern) if file.is_file())
    return (f"programs there: {', '.join(found[:8])}",) if found else ("`envc init` writes a first program",)


def _refused(name: str, message: str, shown: str, helps: tuple[str, ...] = ()) -> Report:
    return Report([Diagnostic(name, message, (wrong(Span(Source(shown, ""), 0, 0)),), helps=helps)])
