"""`/root` is the working directory of root alone."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from tests.unit.language.reading import environment, meaning


def refused(*items: str) -> list[tuple[str, str]]:
    """Return what is refused, and where: each with the text that it points at."""
    try:
        meaning(f"env a < {'; '.join(('python 3.12', *items))} >")
    except Report as report:
        return [(one.name, one.labels[0].span.text) for one in report.diagnostics]
    return []


@pytest.mark.parametrize("user", ["user root", "user admin uid 0"])
@pytest.mark.parametrize("path", ["/root", "/root/", "/root/work"])
def test_root_works_at_home(user: str, path: str) -> None:
    assert refused(user, f'workdir "{path}"') == []
    assert refused(f'workdir "{path}"', user) == []


@pytest.mark.parametrize("user", ["user app", "user any", "user trainer uid 1234", "labels a 1"])
def test_nobody_else_does(user: str) -> None:
    assert refused(user, 'workdir "/root"') == [("reserved-path", '"/root"')]


READONLY = "target compose readonly"


@pytest.mark.parametrize(
    ("items", "place"),
    [
        (["user root", 'workdir "/root"', 'copy "code.py"'], 'copy "code.py"'),
        (["user root", 'workdir "/root"', 'copy "."'], 'copy "."'),
        (["user root", 'copy "code.py" at "/root/code.py"'], '"/root/code.py"'),
        (['weights v1 from "w" copied at "/home/app/w"'], '"/home/app/w"'),
        (['workdir "/home/app/work"', 'copy "code.py"'], 'copy "code.py"'),
    ],
)
def test_nothing_lies_in_a_home_over_which_a_target_lays_an_empty_one(items: list[str], place: str) -> None:
    assert refused(*items, READONLY) == [("contradiction", place)]
    assert refused(*items, "target compose") == []


@pytest.mark.parametrize(
    "items",
    [
        ["user root", 'workdir "/root"'],
        ["user root", 'copy "code.py"'],
        ["user root", 'copy "code.py" at "/rooted"'],
        ['copy "code.py" at "/root/code.py"'],
        ['cache torch mounted at "/home/app/.cache/torch"'],
        ['stage builder < copy "code.py" at "/home/app/code.py" >'],
    ],
)
def test_what_lies_elsewhere_or_is_mounted_is_seen(items: list[str]) -> None:
    assert refused(*items, READONLY) == []


@pytest.mark.parametrize("path", ["/", "/home", "/etc", "/opt/venv"])
def test_root_has_no_place_of_the_system_either(path: str) -> None:
    assert refused("user root", f'workdir "{path}"') == [("reserved-path", f'"{path}"')]


@pytest.mark.parametrize("word", ["data v1 mounted", "cache torch mounted"])
def test_nor_does_a_mount_lie_over_the_home(word: str) -> None:
    assert refused("user root", f'{word} at "/root"') == [("reserved-path", '"/root"')]


def test_it_is_refused_to_others_as_other_places_are_and_they_are_told_whose_it_is() -> None:
    with pytest.raises(Report) as caught:
        meaning('env a < python 3.12; workdir "/root" >\nenv b < python 3.12; workdir "/srv" >')
    root, srv = sorted(caught.value.diagnostics, key=lambda one: one.message)
    assert root.message.replace("/root", "/srv") == srv.message == '`workdir` cannot take `"/srv"`'
    assert root.helps == (*srv.helps, "or have the container run as root: `user root`")
    assert "home of root" in (root.labels[0].text or "")


def test_whose_home_it_is_is_asked_where_all_is_known() -> None:
    """A child may be another user than its parent, and the value of a parameter is no other than a text."""
    text = 'env a takes folder "/root" < python 3.12; user root; workdir $folder >'
    assert environment(text, "a")
    with pytest.raises(Report) as caught:
        meaning(text + "\nenv b from a < user app >")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == '`workdir` cannot take `"/root"`'


@pytest.mark.parametrize(
    "item",
    [
        'python 3.12; copy "a" at "/etc/nginx/nginx.conf"',
        'python 3.12; copy "a" at "/usr/local/bin/a"',
        'python 3.12; copy "a" at "/var/www"',
        'base "scratch"; copy "/lib64/ld-linux-x86-64.so.2" from image "debian:bookworm-slim"',
    ],
)
def test_files_lie_beside_those_of_the_system(item: str) -> None:
    """Configuration and programs of the program's own; all that an image of nothing needs."""
    assert environment(f"env a < {item} >", "a")
