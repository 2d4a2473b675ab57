"""Commands as people write them, turned into arguments for exec."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from pydantic_core import PydanticCustomError

from envc.language.open_addresses import holds_password
from envc.language.values import refuse

_SHELL = re.compile(r"[|&;<>`$]")
#: What a shell does itself, and no program does.
_OF_SHELLS = frozenset(
    (
        *("!", ".", "alias", "case", "cd", "eval", "exec", "exit", "export", "for", "if", "popd", "pushd", "readonly"),
        *("set", "source", "trap", "ulimit", "umask", "unset", "until", "while", "{"),
    )
)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
#: A word of which a shell makes several paths. Behind `--` it may be a pattern that the program reads.
_PATHS = re.compile(r"(?!-)[\w./*?+@%,\[\]-]+")
#: Programs to which a word with `*` can be nothing but files; most others read patterns themselves.
_OF_FILES = frozenset(
    (
        *("c++", "cat", "cc", "chgrp", "chmod", "chown", "clang", "clang++", "cp", "g++", "gcc", "install", "ln", "ls"),
        *("md5sum", "mv", "nvcc", "python", "python3", "pytest", "rm", "rmdir", "sha256sum", "tar"),
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

_ONE_EACH = "several commands are a script in triple quotes, or a `run` each in `build` and `check`"
_IN_A_SCRIPT = "a script in triple quotes has a shell; what the program itself reads stands in single quotes within"
_GONE = "a script in triple quotes has a shell, and what is set in it is gone where it ends"
_REMEDIES = {
    "!": "a script in triple quotes has a shell: `if command; then exit 1; fi`",
    "exec": "leave `exec` out: the program is started by itself",
    "ulimit": "limits of processes are said by the word `ulimit`: `ulimit nofile 65536`",
}
_AS_IT_IS = "what stands in single quotes within is taken as it is, and so are several strings, one by one"


def read_command(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arguments of a command. One text is split at blanks, quotes kept together; several are arguments.

    There is no shell between, so a single text that needs one is refused; a script, which ends its lines, has one.
    Where several begin with more than the name of a program, they were meant as commands.
    """
    _refuse_unfit(texts)
    if len(texts) != 1:
        if texts and re.search(r"\s", texts[0]):
            refuse("unreadable-command", "several strings are one program and its arguments", _ONE_EACH)
        return texts
    text = texts[0]
    if "\n" in text:
        return ("/bin/sh", "-euc", text)
    words = _split(text)
    if not words:
        refuse("unreadable-command", "an empty command")
    if any(map(_SHELL.search, _outside_quotes(text))):
        refuse("shell-in-command", "no shell reads this; a script in triple quotes has one")
    if words[0] in _OF_SHELLS and text.lstrip().startswith(words[0]):
        refuse("shell-in-command", f"`{words[0]}` is a shell's own, and no program", _REMEDIES.get(words[0], _GONE))
    if _ASSIGNED.match(text.lstrip()):
        refuse("shell-in-command", "an assignment is a shell's", f"`env` sets it for one command: `env {_shown(text)}`")
    _refuse_paths(text, PurePosixPath(words[0]).name)
    return words


def read_arguments(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arguments of a command that stand apart from it. One text is split as a command is; empty it is none.

    Several are taken as they are, and none of them is a script: only the command can be one.
    """
    _refuse_unfit(texts)
    if len(texts) != 1:
        return texts
    if any(map(_SHELL.search, _outside_quotes(texts[0]))):
        refuse("shell-in-command", "no shell reads this", _AS_IT_IS)
    _refuse_paths(texts[0])
    return _split(texts[0])


def _refuse_paths(text: str, program: str = "") -> None:
    """Refuse what a shell would make paths of, outside of quotes: `~/x`, and `*.so` behind a program of files."""
    if "*" not in text and "~" not in text:
        return
    words = re.sub(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", "_", text).split()
    for before, one in zip(("", *words), words, strict=False):
        if one == "~" or one.startswith("~/"):
            refuse("shell-in-command", "no shell reads this, and nothing resolves `~`", "write the path in full")
        if program in _OF_FILES and "*" in one and _PATHS.fullmatch(one) and not before.startswith("--"):
            refuse("shell-in-command", f"no shell reads this, and nothing resolves `{_shown(one)}`", _IN_A_SCRIPT)


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"


def with_arguments(command: tuple[str, ...], arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command with arguments behind it. What stands behind a shell's script is its name first, `$0`."""
    script = command[:2] == ("/bin/sh", "-euc") and len(command) == 3
    return (*command, *(("sh",) if script else ()), *arguments)


def command_or_refusal(text: str) -> tuple[str, ...] | PydanticCustomError:
    """Return the arguments of a command in one text, or why there are none."""
    try:
        return read_command((text,))
    except PydanticCustomError as refusal:
        return refusal


def _refuse_unfit(texts: tuple[str, ...]) -> None:
    """Refuse what cannot stand in an image, or must not."""
    if any(map(_CONTROL.search, texts)):
        refuse("control-character", "holds a control character")
    if any(map(holds_password, texts)):
        remedy = "`secret NAME as VARIABLE` gives the whole address to the container; the program reads the variable"
        refuse("secret-in-setting", "an address with a password would lie open in the image", remedy)


def _split(text: str) -> tuple[str, ...]:
    """Return the words of a text as a shell reads them, that does nothing else."""
    from shlex import split

    try:
        return tuple(split(text))
    except ValueError:
        refuse("unreadable-command", "a quote in it is never closed")


def _outside_quotes(text: str) -> list[str]:
    return re.split(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", text)
