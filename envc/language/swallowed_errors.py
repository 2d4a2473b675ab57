"""What hides that a step failed: a shell that goes on, a pipe of which the last command counts, `make -i`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from envc.language.command_words import SHELLS, script_of, shells_in, words_from_shell
from envc.language.commands import read_command
from envc.language.shell_text import (
    QUOTED,
    pipes_in,
    without_blank_lines,
    without_comments,
    without_heredocs,
    without_texts,
    words_of,
)
from envc.language.values import refuse

#: Why a step is refused, as the label says it.
UNSEEN = "a failure of it would go unseen"
PIPE = "a failure before its `|` would go unseen"
SHELL = "a failure before its last command would go unseen"
NEGATED = "a failure behind `!` would go unseen"
BEHIND = "a failure of what `&` starts would go unseen: `wait` alone never fails"
TRAPPED = "a failure would go unseen: its `trap` ends it with `exit 0`"
REMEDIES = {
    NEGATED: "what must fail is asked for in an `if`: `if command; then exit 1; fi`",
    BEHIND: "start one after the other, or wait for each: `first & one=$!`, and `wait $one` behind it",
    TRAPPED: "leave `exit 0` out of it: a script ends with the code that it had before its `trap`",
    UNSEEN: "let it fail; what may have nothing to do says so: `test -e file` in an `if`, `mkdir -p`, `rm -f`",
    PIPE: "begin the script with `set -o pipefail`: bash reads it then, and stops there",
    SHELL: "write `-ec` in place of `-c`, or a script in triple quotes, which stops where a command fails",
}
_PIPE_OF_CHECK = 'bash stops there with pipefail: run "bash" "-euo" "pipefail" "-c" "…"'

#: Never fail, whatever there was before.
_NEVER = r"(?:(?:/usr)?/bin/)?(?:true|:|echo|printf|exit\s+0)(?![\w/.-])"
_LATE = re.compile(rf"\s*(?:{_NEVER}|cat\b)")
_AFTER = re.compile(rf"\|\|\s*{_NEVER}")
_GROUP = re.compile(r"\|\|\s*[({]([^)}]*)[)}]")
_GOES_ON = re.compile(r"\bset\s+(?:-\w+\s+)*\+(?:\w*e|o\s+(?:errexit|pipefail)\b)")
_AT_THE_END = re.compile(r"[;\n]\s*(true|:|exit\s+0)[;\s]*\Z|;\s*(true|exit\s+0)\s*$", re.MULTILINE)
#: Letters of make's options without values, and then `i`.
_IGNORING = r"(?:[bBdehkLnpqrRsStvw]*i[bBdehkLnpqrRsStvwj\d]*|-ignore-errors)(?![\w-])"
_MAKE = re.compile(
    rf"\b(?:g?make\b|cmake\b[^;&|\n]*\s--\s)(?:[^;&|\n]*\s)?-{_IGNORING}|\bMAKEFLAGS=[\"']?-?{_IGNORING}"
)

#: A command behind `!` that ends there: nothing asks for its exit code, and `set -e` takes no notice of it. But
#: a script ends with its last one, a function returns it, and one alone in `( )` stops the script.
_NEGATED = re.compile(
    r"(?:\A|[;\n{]|\b(?:then|do|else)\b)\s*!\s[^;&|\n()]*[;\n](?!\s*\}|(?:[\s;)]|fi\b|done\b|esac\b)*\Z)"
)
_CONTINUED = re.compile(r"\\\n|(?<=&&)\s*\n|(?<=\|)\s*\n")
_BACKGROUND = re.compile(r"(?<![&>|<])&(?![&>])")
_WAITS = re.compile(r"(?:\A|[;&\n{(])\s*wait\s*(?:[;&|\n)}]|\Z)")
#: Asks for the exit code of one that was started, or ends it: such as a server that a test needs.
_ASKED_FOR = re.compile(r"\$!|\b(?:kill|killall|pkill|shutdown|stop)\b|\s-s\s+quit\b|\bwait\s+[-$%\"\d]|\bjobs\s+-p")
_ARITHMETIC = re.compile(r"\(\([^\n]*?\)\)")
_TRAP = re.compile(
    r"\btrap\s+(?:--\s+)?(?:'(?:[^']*[;&|\s])?exit\s+0\s*;?\s*'|\"(?:[^\"]*[;&|\s])?exit\s+0\s*;?\s*\")"
    r"[ \t\w]*\b(?:EXIT|ERR|0)\b"
)

#: What does the work of a step; what writes text fails only with a full disk.
_WORKERS = frozenset(
    (
        *("ant", "ar", "autoconf", "autoreconf", "bash", "bazel", "c++", "cabal", "cargo", "catkin", "cc", "clang"),
        *("clang++", "cmake", "colcon", "configure", "ctest", "dash", "g++", "gcc", "gfortran", "gmake", "go"),
        *("gradle", "install", "ld", "make", "meson", "mvn", "ninja", "node", "npm", "npx", "nvcc", "patch", "pip"),
        *("pip3", "pnpm", "python", "python3", "qmake", "rustc", "scons", "sh", "stack", "yarn"),
    )
)
_WRITERS = frozenset(("cat", "echo", "printf"))
#: End a pipe with what is asked of it: in a check that is no failure that goes unseen.
_ASKING = frozenset(("egrep", "fgrep", "grep"))
#: Of a script for a shell that goes on: joins what is one command, and what ends it where a command fails.
_ONE_COMMAND = re.compile(r"[;\n]\s*(?=(?:then|do|else|elif|fi|done|esac)\b|\})|\|\|\s*exit\s+[1-9$]\S*?\s*[;\n]")
_LOOP = re.compile(r"(?<![\w-])(?:for|while|until)\s")
_LEAVES = re.compile(r"\|\|\s*(?:exit|return)\b")


def read_step(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the arguments of a step. A script that asks for pipefail is one for bash: Debian's sh knows none."""
    command = read_command(texts)
    if command[:2] == ("/bin/sh", "-euc") and len(texts) == 1 and _has_pipefail(without_comments(texts[0])):
        return ("/bin/bash", *command[1:])
    return command


def refuse_swallowed_error(texts: tuple[str, ...]) -> None:
    """Refuse a step of a build that can fail without being seen to."""
    why = swallowed_error(texts) if texts else None
    if why:
        refuse("swallowed-error", why, REMEDIES[why])


def refuse_swallowed_check(texts: tuple[str, ...]) -> None:
    """Refuse a check that can fail without being seen to. A pipe may end in what is asked of it: `nvcc -V | grep 12.4`.

    No script of a check is one for bash, so that what pipes is written as its arguments.
    """
    why = swallowed_error(texts, of_check=True) if texts else None
    if why:
        refuse("swallowed-error", why, _PIPE_OF_CHECK if why == PIPE else REMEDIES[why])


def swallowed_error(texts: tuple[str, ...], *, of_check: bool = False) -> str | None:
    """Return why a step of one text, or of several arguments, can fail without being seen to; None where it cannot.

    A pipe of a check may end in `grep`; where that is a script, it stops before a `true` at its end.
    """
    stops = of_check and len(texts) == 1 and texts[0].endswith("\n")
    texts = words_from_shell(texts)
    text = without_texts(without_blank_lines(without_comments(" ".join(texts))))
    hiding = (_AFTER, _GOES_ON, _MAKE) if stops else (_AFTER, _GOES_ON, _AT_THE_END, _MAKE)
    if any(one.search(text) for one in hiding) or any(map(_ends_well, _groups(text))):
        return UNSEEN
    if _TRAP.search(text):
        return TRAPPED
    if not _has_pipefail(text) and any(
        _hides_work(one) for one in _pipes(without_heredocs(texts[-1])) if not (of_check and one[-1] in _ASKING)
    ):
        return PIPE
    if _goes_on(texts):
        return SHELL
    script = texts[0] if len(texts) == 1 else script_of(texts)
    if script is None:
        return None
    within = (why for words in shells_in(script) if (why := swallowed_error(words, of_check=of_check)))
    return _left_alone(script) or next(within, None)


def _left_alone(script: str) -> str | None:
    """Return why a command of a script can fail, and no part of it asks whether it did."""
    text = _CONTINUED.sub(" ", QUOTED.sub(_kept, without_texts(without_blank_lines(without_comments(script)))))
    if _NEGATED.search(text):
        return NEGATED
    starts = _BACKGROUND.search(_ARITHMETIC.sub("_", text)) and _WAITS.search(text)
    return BEHIND if starts and not _ASKED_FOR.search(script) else None


def _kept(quoted: re.Match[str]) -> str:
    """Return what stands for a quoted text: a line that goes on does so."""
    return quoted[0] if quoted[0] == "\\\n" else "_"


def _has_pipefail(text: str) -> bool:
    return re.search(r"(?<![\w+])-\w*o\s+pipefail\b", text) is not None


def _groups(text: str) -> Iterator[str]:
    """Yield what stands in braces or parentheses behind `||`."""
    return (match[1] for match in _GROUP.finditer(text))


def _ends_well(group: str) -> bool:
    """Tell whether the last command of a group never fails."""
    commands = [one for one in re.split(r"[;\n]", group) if one.strip()]
    return bool(commands) and _LATE.match(commands[-1]) is not None


def _pipes(text: str) -> Iterator[list[str]]:
    """Yield the commands of each pipe: of each its first word."""
    for commands in pipes_in(text):
        if len(commands) > 1:
            yield [next(iter(words_of(one)), "") for one in commands]


def _hides_work(pipe: list[str]) -> bool:
    *before, last = pipe
    return any(
        word.startswith(("./", "../"))
        or PurePosixPath(word).name in _WORKERS
        or (PurePosixPath(last).name == "tee" and PurePosixPath(word).name not in _WRITERS)
        for word in before
    )


def _goes_on(texts: tuple[str, ...]) -> bool:
    """Tell whether arguments are those of a shell that goes on behind a command that failed."""
    place = next((place for place, one in enumerate(texts) if re.fullmatch(r"-\w*c", one)), 0)
    if place == 0 or place + 1 >= len(texts) or PurePosixPath(texts[0]).name not in SHELLS:
        return False
    text = without_comments(texts[place + 1])
    options = " ".join(texts[1 : place + 1])
    stops = r"(?<![\w-])-\w*(?:e|o\s+errexit)"
    if re.search(stops, options) or re.search(rf"\bset\s+(?:-\w+\s+)*{stops}", text):
        return False
    text = QUOTED.sub("_", text).strip()
    *before, _ = [one.split() for one in re.split(r"[;\n]", _ONE_COMMAND.sub(" ", text)) if one.strip()] or [[]]
    hides = any(PurePosixPath(command[0]).name not in _WRITERS for command in before)
    return hides or (_LOOP.search(text) is not None and not _LEAVES.search(text))
