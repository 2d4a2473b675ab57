"""The pure parts of the resolver that asks uv: pages, what the target takes of them, what uv is told, why it failed."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import Request, Requirement, Resolution, Target
from envc.resolvers.package_indexes.index import Facts
from envc.resolvers.package_indexes.metadata import Metadata, read_metadata, refused
from envc.resolvers.package_indexes.offered import Offered
from envc.resolvers.package_indexes.page import JSON, UNREADABLE, Page, Row, is_page, read_page
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.package_indexes.session import bare, credentials_of, is_secure, login_for
from envc.resolvers.pip_tools.failure import report_of
from envc.resolvers.python_target import markers_of
from envc.resolvers.uv.answer import answer_of, resolution_of
from envc.resolvers.uv.causes import asks_of, explain, withdrawn_pins
from envc.resolvers.uv.command import command_for, variables_for
from envc.resolvers.uv.server import page_for

AMD64 = Target("3.12.12", "linux/amd64", (2, 36))
DIGEST = "a" * 64


def row(filename: str, requires_python: str | None = None, *, yanked: str | bool = False) -> Row:
    return {
        "url": f"../../files/{filename}",
        "hashes": {"sha256": DIGEST},
        "size": 7,
        "requires-python": requires_python,
        "yanked": yanked,
    }


def json_page(*rows: dict[str, Any]) -> Page:
    return read_page("https://x.test/simple/a/", JSON, json.dumps({"files": rows}).encode())


def test_a_page_in_json_is_read() -> None:
    one = {"url": "../../f/a%2B1-1-py3-none-any.whl#x", "filename": "other", "hashes": {"sha256": DIGEST}, "size": 3}
    page = json_page(
        {**one, "yanked": "bad", "requires-python": ">=3.9", "core-metadata": {"sha256": "b"}}, {"url": None}
    )
    (read,) = page.files
    assert (read.filename, read.sha256, read.size) == ("a+1-1-py3-none-any.whl", DIGEST, 3)
    assert (read.yanked, read.requires_python, read.metadata) == ("bad", ">=3.9", "b")
    assert page.url_of(read) == "https://x.test/f/a%2B1-1-py3-none-any.whl"


@pytest.mark.parametrize(
    ("facts", "yanked", "metadata"),
    [
        ({}, None, False),
        ({"yanked": True, "core-metadata": True}, "", True),
        ({"yanked": False, "dist-info-metadata": {"sha256": "c"}}, None, "c"),
        ({"yanked": "", "core-metadata": {}}, None, True),
    ],
)
def test_what_a_page_may_leave_out(facts: dict[str, Any], yanked: str | None, metadata: str | bool) -> None:
    (one,) = json_page({"url": "a-1-py3-none-any.whl", "hashes": {}, **facts}).files
    assert (one.yanked, one.metadata, one.sha256, one.size) == (yanked, metadata, None, None)


def test_a_page_in_html_is_read() -> None:
    text = (
        '<base href="https://y.test/f/"><a href="a-1-py3-none-any.whl#sha256=abc" data-requires-python="&gt;=3.9" '
        'data-yanked data-core-metadata="sha256=d">a</a><a href="a-2.tar.gz#md5=0">a</a><a name="x">no link</a>'
    )
    page = read_page("https://x.test/simple/a/", "text/html; charset=utf-8", text.encode())
    wheel, archive = page.files
    assert (wheel.sha256, wheel.requires_python, wheel.yanked, wheel.metadata) == ("abc", ">=3.9", "", "d")
    assert (archive.filename, archive.sha256, archive.yanked) == ("a-2.tar.gz", None, None)
    assert page.url_of(wheel) == "https://y.test/f/a-1-py3-none-any.whl"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"files": [{"url": 3}]}', b'{"files": 3}', b"\xff"])
def test_a_page_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(UNREADABLE):
        Taker(AMD64).sort("a", read_page("https://x.test/", JSON, content).rows)


def test_only_pages_of_an_index_are_pages() -> None:
    assert is_page("Text/HTML; charset=utf-8")
    assert is_page(JSON)
    assert not is_page("application/json")
    assert not is_page("")


def test_one_wheel_a_version_the_one_that_pip_would_take() -> None:
    names = (
        "a-1-py3-none-any.whl",
        "a-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "a-1-cp312-cp312-manylinux_2_39_x86_64.whl",
        "a-2-1-py3-none-any.whl",
        "a-2-10-py3-none-any.whl",
        "a-3-cp313-cp313-manylinux_2_28_x86_64.whl",
        "a-nonsense-py3-none-any.whl",
        "b-4-py3-none-any.whl",
        "a-5.tar.gz",
        "a-6-x-py3-none-any.whl",
    )
    chosen, _, _ = Taker(AMD64).sort("a", map(row, names))
    assert {version: one.filename for version, one in chosen.items()} == {"1": names[1], "2": names[5]}
    older, _, _ = Taker(AMD64._replace(glibc=(2, 27))).sort("a", map(row, names))
    assert older["1"].filename == names[2]


def test_a_wheel_that_is_not_withdrawn_goes_before_a_better_one_that_is() -> None:
    better = row("a-1-cp312-cp312-manylinux_2_28_x86_64.whl", yanked=True)
    chosen, stated, _ = Taker(AMD64).sort("a", [better, row("a-1-py3-none-any.whl")])
    assert (chosen["1"].yanked, len(stated["1"])) == (None, 2)


def test_wheels_for_another_python_are_neither_taken_nor_hashed() -> None:
    rows = [row("a-1-py3-none-any.whl", "<3.12"), row("a-2-py3-none-any.whl", "nonsense")]
    assert [[*versions] for versions in Taker(AMD64).sort("a", rows)] == [["2"], ["2"], []]


def test_uv_is_shown_no_address_and_no_hash() -> None:
    rows = [row("a_b-1+cu118-py3-none-any.whl", yanked='"bad"')]
    page = Page("https://bob:s3cret@x.test/simple/a-b/", lambda: rows)
    shown = page_for("a-b", Offered(page, Taker(AMD64).sort("a-b", page.rows)))
    (one,) = json.loads(shown)["files"]
    assert one["filename"] == "a_b-1+cu118-py3-none-any.whl"
    assert one["url"] == "../../files/a-b/1%2Bcu118/a_b-1%2Bcu118-py3-none-any.whl"
    assert (one["yanked"], one["core-metadata"], one["hashes"]) == ('"bad"', True, {})
    assert b"x.test" not in shown


def test_metadata_is_read_up_to_its_description() -> None:
    text = b"Name: a\r\nRequires-Dist: b>=1\r\nrequires-python: >=3.8\r\n\r\nRequires-Dist: not-this\r\n"
    assert read_metadata(text) == Metadata(("b>=1",), ">=3.8")
    assert read_metadata(refused("a", "1")) == Metadata((), ">=99")


def test_the_command_says_the_target_and_no_address() -> None:
    command = command_for(Path("/uv"), Path("/python"), AMD64._replace(platform="linux/arm64"))
    text = " ".join(command)
    assert "--python-version 3.12.12 --python-platform aarch64-unknown-linux-gnu" in text
    assert {"--no-config", "--no-cache", "--no-build", "--no-python-downloads"} < set(command)
    assert "--no-cache" not in command_for(Path("/uv"), Path("/python"), AMD64, cached=True)
    assert "://" not in text
    variables = variables_for({"PATH": "/bin", "UV_INDEX": "x", "HTTPS_PROXY": "x", "PIP_PRE": "1"}, "http://i", "/tmp")
    assert variables["UV_DEFAULT_INDEX"] == "http://i"
    assert not {"UV_INDEX", "HTTPS_PROXY", "PIP_PRE"} & set(variables)


def test_credentials_leave_an_address() -> None:
    assert bare("https://bob:pw@x.test:8443/simple/?a=b") == "https://x.test:8443/simple/?a=b"
    assert credentials_of("https://bob%40x:p%2Fw@x.test/") == ("bob@x", "p/w")
    assert credentials_of("https://token@x.test/") == ("token", "")


@pytest.mark.parametrize(
    ("address", "secure"),
    [
        ("https://x.test/", True),
        ("http://x.test/", False),
        ("http://127.0.0.1:8/", True),
        ("http://localhost/", True),
        ("http://trusted.test/", True),
        ("http://port.test:81/", True),
        ("http://port.test/", False),
        ("http://127.example.org/simple", False),
    ],
)
def test_plain_http_only_from_here_or_from_who_is_trusted(address: str, secure: bool) -> None:
    assert is_secure(address, ("trusted.test", "port.test:81")) is secure


REQUEST = Request(AMD64, (Requirement("a"), Requirement("Torch", "cu118")), (("cu118", "https://x.test/"),))


def facts(name: str, version: str, **changed: Any) -> Facts:
    return Facts(
        **{
            "hashes": (f"sha256:{DIGEST}",),
            "wheel": f"{name.replace('-', '_')}-{version}-py3-none-any.whl",
            "size": 1,
            "yanked": None,
            "sha256": DIGEST,
            **changed,
        }
    )


def chosen(text: str, facts_of: Any = facts, requires: dict[str, tuple[str, ...]] | None = None) -> Resolution:
    def metadata_of(name: str, version: str) -> Metadata:
        return Metadata((requires or {}).get(name, ()), None)

    return resolution_of(answer_of(text, facts_of, metadata_of, {}, REQUEST), REQUEST, "0.13.9")


def test_a_resolution_is_read_from_the_text_and_the_pages() -> None:
    text = "a==1\n    # via -r requirements.in\ntorch==2+cu118\n    # via\n    #   -r requirements.in\n    #   a\n"
    resolution = chosen(text)
    first, second = resolution.packages
    assert resolution.resolver == "uv 0.13.9"
    assert (first.required_by, first.index_name, first.hashes) == ((), None, (f"sha256:{DIGEST}",))
    assert (second.version, second.required_by, second.index_name) == ("2+cu118", ("a",), "cu118")


@pytest.mark.parametrize(
    "changed", [{"hashes": ()}, {"hashes": ("sha256:x",)}, {"wheel": "b-1-py3-none-any.whl"}, {"size": -1}]
)
def test_a_page_with_something_else_where_a_fact_belongs(changed: dict[str, Any]) -> None:
    with pytest.raises(Report) as caught:
        chosen("a==1\n", lambda name, version: facts(name, version, **changed))
    assert [one.name for one in caught.value.diagnostics] == ["unsafe-index-answer"]


@pytest.mark.parametrize("line", ["--index-url https://x.test", "a @ https://x.test/a.whl", "-e /home/bob/x"])
def test_a_text_with_anything_but_pins_is_refused(line: str) -> None:
    with pytest.raises(Report) as caught:
        chosen(f"a==1\n{line}\n")
    assert [one.name for one in caught.value.diagnostics] == ["unsafe-index-answer"]


def test_what_a_package_needs_is_what_counts_on_the_target_with_the_extras_that_someone_asks_for() -> None:
    """`c` is read before `torch` asks for its extra, and that extra asks for another of its own."""
    requires = {
        "a": ("C_c >=1 ; python_version > '3'", "d ; sys_platform == 'win32'", "d ; extra == 'x'"),
        "torch": ("c-c[x]>1,<9",),
        "c-c": ("c-c[y] ; extra == 'x'", "d ; extra == 'y'", "d<3 ; extra == 'z'"),
    }
    packages = chosen("a==1\nc-c==2\nd==1\ntorch==2\n", requires=requires).packages
    assert {one.name: one.requires for one in packages} == {
        "a": ("c-c>=1",),
        "c-c": ("d",),
        "d": (),
        "torch": ("c-c[x]<9,>1",),
    }


def test_a_bound_is_a_side_of_a_conflict() -> None:
    request = REQUEST._replace(bounds=("c<1",))
    read = {("a", "2"): Metadata(("c",), None)}
    asks = asks_of(request, markers_of(AMD64), read)
    failure = explain("No solution found: c, a", request, asks, read, PAGES, Taker(AMD64))
    assert [cause["parent"] for cause in failure["causes"]] == ["a 2"]


PAGES = {
    name: Page("", partial(list, [row(f"{name}-{version}-py3-none-any.whl") for version in versions]))
    for name, versions in {"a": "12", "b": "1", "c": "12", "d": "", "torch": "1"}.items()
}


def why(
    metadata: dict[tuple[str, str], tuple[str, ...]], said: str, *, python: str | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    read = {key: Metadata(requires, python) for key, requires in metadata.items()}
    asks = asks_of(REQUEST, markers_of(AMD64), read)
    failure = explain(f"No solution found: {said}", REQUEST, asks, read, PAGES, Taker(AMD64))
    return [(one.name, one.notes) for one in report_of(failure, REQUEST, 9, "uv").diagnostics]


def test_a_conflict_names_who_asks_for_what() -> None:
    asks = {
        ("a", "1"): ("c<1",),
        ("a", "2"): ("c<2",),
        ("torch", "1"): ("c>=2 ; python_version > '3'", "b ; sys_platform == 'win32'"),
    }
    proof = "because a 2 asks for c<2 and torch 1 asks for c>=2, there is no answer"
    assert why(asks, "a, torch and c") == [("unsatisfiable-packages", (proof,))]


def test_what_no_index_has_is_named_with_who_asks_for_it() -> None:
    assert why({("a", "1"): ("d", "b")}, "d, a") == [("unknown-package", ("a 1 asks for it",))]
    name, notes = why({("a", "1"): ("b>5",), ("torch", "1"): ("d",)}, "b, a")[0]
    assert (name, notes[-1]) == ("unknown-version", "a 1 asks for it")


def test_a_requirement_of_an_extra_that_nobody_asks_for_is_no_cause() -> None:
    assert why({("a", "1"): ("d ; extra == 'x'", "c<1")}, "a, c, d")[0][0] == "unknown-version"


def test_metadata_that_refuses_the_python() -> None:
    assert why({("a", "1"): ()}, "a", python=">=4")[0][0] == "requires-python-mismatch"


def test_what_nobody_foresaw_is_a_failure_of_uv_without_addresses() -> None:
    failure = explain("error: broken https://bob:pw@x.test", REQUEST, [], {}, {}, Taker(AMD64))
    (diagnostic,) = report_of(failure, REQUEST, 9, "uv").diagnostics
    assert (diagnostic.name, diagnostic.message) == ("resolver-failed", "uv stopped unexpectedly")
    assert "pw" not in str(diagnostic)


def test_only_a_withdrawn_version_that_is_named_counts() -> None:
    read = {("a", "1"): Metadata(("b==1", "c==2.*", "torch>=1", "d==1.0"), None)}
    asks = asks_of(REQUEST, markers_of(AMD64), read)
    withdrawn = {"b": ["1", "2"], "c": ["2"], "torch": ["1"], "d": ["1"]}
    assert withdrawn_pins(asks, withdrawn) == {("b", "1"), ("d", "1")}


def test_of_several_logins_on_one_server_the_nearest_counts() -> None:
    logins = ("https://ada:1@x.test/red/simple", "https://bob:2@x.test/blue/simple", "https://eve:3@y.test/blue")
    assert login_for("https://x.test/blue/simple/a/", logins) == logins[1]
    assert login_for("https://x.test/files/a.whl", logins) == logins[0]
    assert login_for("https://z.test/blue/simple/a/", logins) is None
