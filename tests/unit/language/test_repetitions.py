"""What changes nothing is warned of and does no harm; what has two values is refused."""

from __future__ import annotations

import pytest

from envc.compile import understand
from envc.diagnostics import Diagnostic, Source


def warned(items: str) -> list[Diagnostic]:
    (environment,) = understand(Source("train.env", f"env train < python 3.12; {items} >")).environments
    return list(environment.warnings)


@pytest.mark.parametrize(
    ("items", "again"),
    [
        ("apt git tree git", "git"),
        ("apt < git; git >", "git"),
        ("expose 80 80", "80"),
        ("expose 80 80/tcp", "80/tcp"),
        ("arg A b of b c b", "b"),
        ("gpu cuda 12.8 architectures 8.0 9.0 8.0", "8.0"),
    ],
)
def test_the_same_value_twice_in_one_item_is_a_warning(items: str, again: str) -> None:
    """At the second one; the edit leaves it out, and then nothing is said."""
    (one,) = warned(items)
    assert (one.name, one.severity) == ("repeated-argument", "warning")
    assert one.labels[0].span.text == again
    (fix,) = one.fixes
    text = fix.span.source.text
    mended = Source("train.env", text[: fix.span.start] + fix.replacement + text[fix.span.end :])
    assert understand(mended).environments[0].warnings == ()


@pytest.mark.parametrize(
    "items",
    [
        "apt git; apt git tree",  # two lists may have a name in common, as modules' do
        "expose 53/tcp 53/udp",
        "arg A b of b c",
        "gpu cuda 12.8 architectures 9.0 9.0a",
        'target kubernetes as job select "a" "b" "c" "b"',
        'target kubernetes as job select "a" "b" "a" "b"',
    ],
)
def test_values_that_differ_or_stand_in_two_items_are_none(items: str) -> None:
    assert warned(items) == []


@pytest.mark.parametrize("items", ["on linux/arm64 < >", "stage builder < >", "stage inference <\n# apt gcc\n>"])
def test_a_block_that_holds_nothing_is_a_warning(items: str) -> None:
    """Whose items somebody has put into comments is told, and not stopped."""
    assert [(one.name, one.severity) for one in warned(items)] == [("missing-argument", "warning")]
