"""The word `use`: modules that this file's items may name."""

from __future__ import annotations

from typing import Annotated, ClassVar

from envc.language.fields import Positional
from envc.language.word import Declaration


class Use(Declaration):
    """Makes modules known: `use serve.http`, and then `serve.http app "ranker.api:app"` is an item of an `env`.

    The library is looked through first, then the program's own folder, where `serve/mine.env` is `serve.mine`. The
    network never is.
    """

    place: ClassVar[str] = "file"
    repeatable = True
    examples = ("use serve.http", "use train.torchrun tune.memory")

    modules: Annotated[tuple[str, ...], Positional(many=True, kinds=frozenset({"word"}))]
