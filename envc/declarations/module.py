"""The word `module`: items under a name."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator

from envc.language.fields import ANY, Items, Keyword, Positional
from envc.language.modules import MODULE_NAME
from envc.language.values import refuse
from envc.language.word import Declaration


def _module_name(text: str) -> str:
    if not MODULE_NAME.fullmatch(text):
        refuse("unusable-name", "a module is called serve.http: lower-case letters, digits, - _ and single dots")
    return text


class Module(Declaration):
    """Gives items a name, so that one item in an `env` says them all.

    `needs` names the parameters that every use gives a value, `takes` those with a default; `$NAME` as a whole argument
    is the value. What an environment says itself replaces what its modules say. A module stands in the program, or in a
    file of its name beside it: `serve/mine.env` holds `module serve.mine`, and `use serve.mine` makes it known.
    """

    place: ClassVar[str] = "file"
    repeatable = True
    examples = ("module team.tracing takes rate 0.1 < pip opentelemetry-sdk; set OTEL_TRACES_SAMPLER_ARG $rate >",)

    name: Annotated[str, AfterValidator(_module_name), Positional(kinds=frozenset({"word"}))]
    needs: Annotated[tuple[str, ...], Keyword(many=True, kinds=frozenset({"word"}))] = ()
    takes: Annotated[tuple[str, ...], Keyword(many=True, kinds=ANY)] = ()
    block: Annotated[tuple[()], Items("env")] = ()
