"""Strategies: arbitrary trees in the shape of the language, and programs over its real words."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from envc.declarations import words
from envc.language.fields import layout_of

WORD = st.from_regex(r"[A-Za-z_][A-Za-z0-9_./+-]{0,8}(\[[a-z0-9, -]{0,5}\])?", fullmatch=True)
NUMBER = st.from_regex(r"[0-9][A-Za-z0-9_.+:/*-]{0,8}", fullmatch=True)
REFERENCE = st.from_regex(r"\$[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True)
CONSTRAINT = st.lists(
    st.builds(
        lambda comparator, version: comparator + version,
        st.sampled_from(["<", ">", "<=", ">=", "==", "!=", "~=", "==="]),
        st.from_regex(r"[0-9](\.[0-9]){0,2}(\.\*)?", fullmatch=True),
    ),
    min_size=1,
    max_size=3,
).map(",".join)
STRING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
SCRIPT = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\r'), max_size=25)
    .filter(lambda text: text != "")
    .map(lambda text: f'"""{text}"""')
)
ARGUMENT = st.one_of(WORD, NUMBER, STRING, SCRIPT, REFERENCE, CONSTRAINT)
BLANK = st.sampled_from([" ", "  ", "\t", " \f "])
COMMENT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12).map(
    lambda text: f"#{text}"
)


class Written(NamedTuple):
    """A text and the comments that were put into it, in order."""

    text: str
    comments: tuple[str, ...]


@st.composite
def separators(draw: st.DrawFn) -> Written:
    """What stands between two items: a `;`, or line ends with comments between."""
    if draw(st.booleans()):
        return Written(draw(st.sampled_from([";", " ; ", ";;", "; "])), ())
    comments = tuple(draw(st.lists(COMMENT, max_size=2)))
    lines = "".join(f"{draw(BLANK)}{comment}{draw(st.sampled_from(['', chr(10)]))}\n" for comment in comments)
    return Written(f"{lines or draw(BLANK)}\n{draw(st.sampled_from(['', '  ', chr(10)]))}", comments)


@st.composite
def items(draw: st.DrawFn, depth: int = 2) -> Written:
    """One item with its block."""
    parts = [draw(WORD), *draw(st.lists(ARGUMENT, max_size=3))]
    text = draw(BLANK).join(parts)
    if depth == 0 or not draw(st.booleans()):
        return Written(text, ())
    before, inside, behind = draw(separators()), draw(blocks(depth - 1)), draw(separators())
    comments = (*before.comments, *inside.comments, *behind.comments)
    return Written(f"{text} <{before.text} {inside.text} {behind.text}>", comments)


@st.composite
def blocks(draw: st.DrawFn, depth: int = 2) -> Written:
    """Items with what stands between them."""
    found = draw(st.lists(items(depth), max_size=3))
    text = ""
    comments: tuple[str, ...] = ()
    for position, item in enumerate(found):
        between = draw(separators()) if position else Written("", ())
        text, comments = text + between.text + item.text, (*comments, *between.comments, *item.comments)
    return Written(text, comments)


@st.composite
def trees(draw: st.DrawFn) -> Written:
    """A whole text in the shape of the language."""
    before, inside, behind = draw(separators()), draw(blocks()), draw(separators())
    text = before.text + inside.text + behind.text
    return Written(text, (*before.comments, *inside.comments, *behind.comments))


_EXAMPLES = [
    one for name in words.names() if (word := words.find(name)) and word.place == "env" for one in word.examples
]
_VOCABULARY = sorted(
    {*words.names(), *(name for one in words.names() if (word := words.find(one)) for name in layout_of(word).words)}
)
_STRUCTURE = ["base", "middle", "train", "from", "takes", "needs", "drop", "on", "module", "use", "serve.http", "own"]
_PIECES = [
    *_VOCABULARY,
    *_STRUCTURE,
    "<",
    ">",
    ";",
    "\n",
    '"',
    '"""',
    "#",
    "$x",
    ">=2",
    "= 1",
    "3.12",
    "24GiB",
    '"/a"',
    "é",
    "\0",
    "\ufeff",
    "torch",
]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program of the words' own examples: mostly right."""
    chosen = draw(st.lists(st.sampled_from(_EXAMPLES), max_size=5))
    separator = draw(st.sampled_from(["; ", "\n  "]))
    return f"env train < python 3.12{separator}{separator.join(chosen)} >" if chosen else "env train < python 3.12 >"


_DROPS = ["ml drop torch", "apt drop git", "set drop PYTHONHASHSEED", "shm drop", "ml drop < torch; numpy >"]


@st.composite
def families(draw: st.DrawFn) -> str:
    """A program of parents, parameters, modules, platforms and groups: often right."""
    some = st.lists(st.sampled_from(_EXAMPLES), max_size=2)
    separator = draw(st.sampled_from(["; ", "\n  "]))

    def block(*items: str) -> str:
        return f"< {separator.join(items)} >"

    value = draw(st.sampled_from(["1", '"a b"', "x", ">=2", '"$x"']))
    given = draw(st.sampled_from(["", " x 2", " x $y", " y 2", " x"]))
    lines = [
        f"env base takes x {value} {block('python 3.12', 'set X $x', *draw(some))}",
        f"env middle from base{given} takes y 3 {block('set Y $y', *draw(some), *draw(st.sampled_from([[], _DROPS])))}",
        f"env train from middle {block('own z $x', *draw(some), f'on linux/arm64 {block(*draw(some))}')}",
        f"module own takes z 1 {block('set Z $z', 'serve.http app $z')}",
        "group core < train; middle >",
        "use serve.http",
    ]
    return "\n".join(draw(st.permutations(lines)))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A program with a few pieces put in, taken out or written over: mostly wrong."""
    text = draw(st.one_of(programs(), families()))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 3, 10])))
        text = text[:start] + draw(st.sampled_from(["", " ", *_PIECES])) + text[end:]
    return text


SOUP = st.lists(st.sampled_from([*_PIECES, " ", " "]), max_size=25).map(" ".join)
