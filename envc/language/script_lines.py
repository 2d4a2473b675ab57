"""Which line of a script a mistake is about: the last of the fewest lines that are judged as the whole is. Pure."""

from __future__ import annotations

from collections.abc import Callable

from pydantic_core import PydanticCustomError

from envc.diagnostics import Span

#: Stands for the lines behind those that are judged: the last command of a script is not just any.
_MORE = "_\n"


def judged(texts: tuple[str, ...], judge: Callable[[tuple[str, ...]], None]) -> None:
    """Have a command judged; what is refused in a script says in which of its lines, counted from 0."""
    refusal = _refusal(texts, judge)
    if refusal is None:
        return
    context = dict(refusal.context or {})
    if len(texts) == 1 and "\n" in texts[0]:
        context["line"] = first_line(texts[0], lambda one: _same(_refusal((one,), judge), refusal))
    raise PydanticCustomError(refusal.type, "{message}", context)


def first_line(script: str, refused: Callable[[str], bool]) -> int:
    """Return the line that makes a script one that is refused: all up to it are refused, all before it are not."""
    lines = script.splitlines(keepends=True)
    good, bad = 0, next((place for place in range(len(lines), 0, -1) if lines[place - 1].strip()), 1)
    while bad - good > 1:
        middle = (good + bad) // 2
        if refused("".join(lines[:middle]) + _MORE):
            bad = middle
        else:
            good = middle
    return bad - 1


def line_of(place: Span, line: int) -> Span:
    """Return where a line of a script stands that was written in triple quotes; else the whole place."""
    if not place.text.startswith('"""'):
        return place
    start = place.start + len('"""')
    lines = place.text[3:-3].split("\n")
    first = next((number for number, one in enumerate(lines) if one.strip()), 0)
    wanted = first + line
    if wanted >= len(lines):
        return place
    start += sum(len(one) + 1 for one in lines[:wanted])
    text = lines[wanted]
    begin = start + len(text) - len(text.lstrip())
    return Span(place.source, begin, begin + len(text.strip()))


def _refusal(texts: tuple[str, ...], judge: Callable[[tuple[str, ...]], None]) -> PydanticCustomError | None:
    try:
        judge(texts)
    except PydanticCustomError as refusal:
        return refusal
    return None


def _same(one: PydanticCustomError | None, other: PydanticCustomError) -> bool:
    return one is not None and (one.type, one.message()) == (other.type, other.message())
