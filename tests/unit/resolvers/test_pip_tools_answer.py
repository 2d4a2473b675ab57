"""What comes from an index is checked before it counts, and said in words that are fit to be shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envc.diagnostics import Report
from envc.lock.resolution import Request, Requirement, Target
from envc.resolvers.pip_tools.answer import resolution_of, warnings_of
from envc.resolvers.pip_tools.failure import index_name, report_of
from envc.resolvers.pip_tools.uploads import Uploads, place_of, why_nothing_fits
from envc.resolvers.words import plain

AMD64 = Target("3.12.12", "linux/amd64", (2, 36))
REQUEST = Request(AMD64, (Requirement("torch", "cu118"), Requirement("six")), (("cu118", "https://x.test/whl/cu118"),))
DIGEST = f"sha256:{'a' * 64}"


def answer(**facts: Any) -> dict[str, Any]:
    row = {
        "wheel": "torch-2.7.1+cu118-cp312-cp312-manylinux_2_28_x86_64.whl",
        "size": 7,
        "yanked": None,
        "requires": [],
        **facts,
    }
    text = f"torch==2.7.1+cu118 \\\n    --hash={DIGEST}\n    # via -r requirements.in, Vision_X\n"
    return {"text": text, "packages": {"torch": row}, "versions": {"pip": "2", "pip-tools": "1"}}


def test_a_resolution_is_read() -> None:
    resolution = resolution_of(answer(), REQUEST)
    (package,) = resolution.packages
    assert resolution.resolver == "pip-tools 1, pip 2"
    assert (package.index_name, package.required_by, package.size) == ("cu118", ("vision-x",), 7)
    assert warnings_of(answer(), REQUEST) == ()


def test_what_a_package_needs_is_told_in_one_form() -> None:
    """Names as PEP 503 has them, without markers; what it needs of itself is left out."""
    texts = ["Typing_Extensions>=4.8", "uvicorn[Standard,b]<1,>=0.3", "torch[all]==2.7.1", 'x; extra == "all"', "x"]
    (package,) = resolution_of(answer(requires=texts), REQUEST).packages
    assert package.requires == ("typing-extensions>=4.8", "uvicorn[Standard,b]<1,>=0.3", "x")


@pytest.mark.parametrize(
    "facts",
    [
        {"wheel": "torch-2.7.0-cp312-cp312-manylinux_2_28_x86_64.whl"},
        {"wheel": "torchx-2.7.1+cu118-cp312-cp312-manylinux_2_28_x86_64.whl"},
        {"wheel": "../torch-2.7.1+cu118-cp312-cp312-any.whl"},
        {"wheel": "torch-2.7.1+cu118.tar.gz"},
        {"wheel": "torch-2.7.1+cu118-cp312-cp312-https://bob:s3cret@x.test/y.whl"},
        {"wheel": "torch-2.7.1+cu118-py3-none-any\n.whl"},
        {"size": -1},
        {"size": "7"},
        {"size": True},
        {"requires": ["x @ https://bob:s3cret@x.test/y.whl"]},
        {"requires": ["--index-url https://bob:s3cret@x.test"]},
    ],
)
def test_a_wheel_or_size_that_cannot_be_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(Report) as caught:
        resolution_of(answer(**facts), REQUEST)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.name, caught.value.exit_code) == ("unsafe-index-answer", 3)
    assert "s3cret" not in str(diagnostic)


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://bob:s3cret@x.test",
        "six @ https://bob:s3cret@x.test/six.whl",
        "--find-links /home/bob/wheels",
        "six==1",
    ],
)
def test_a_text_with_anything_but_pins_is_refused(line: str) -> None:
    changed = answer()
    changed["text"] += line + "\n"
    with pytest.raises(Report) as caught:
        resolution_of(changed, REQUEST)
    assert [one.name for one in caught.value.diagnostics] == ["unsafe-index-answer"]
    assert "s3cret" not in str(caught.value.diagnostics)
    assert "/home/bob/wheels" not in str(caught.value.diagnostics)


def test_a_withdrawn_version_is_a_warning() -> None:
    (warning,) = warnings_of(answer(yanked=""), REQUEST)
    assert (warning.name, warning.severity, warning.notes) == ("yanked-package", "warning", ())
    assert warning.message == "2.7.1+cu118 of torch was withdrawn by its makers"


@given(st.text())
def test_words_of_strangers_are_one_short_printable_line(text: str) -> None:
    shown = plain(text)
    assert shown.isprintable()
    assert len(shown) <= 200
    assert "://" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://bob:s3cret@x.test/a?b=c now", "see … now"),
        ("no file /home/bob/.cache/x.whl here", "no file … here"),
        ("git+ssh://x/y", "…"),
        ("\x1b[31mred\n\tline", "[31mred line"),
        ("[Errno 111] Connection refused", "[Errno 111] Connection refused"),
        ("and/or 1/2", "and/or 1/2"),
    ],
)
def test_addresses_and_paths_are_left_out(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://x.test/whl/cu118/torch/", "index `cu118`"),
        ("https://bob:pw@x.test/whl/cu118/torch/", "index `cu118`"),
        ("https://x.test/whl/cu1180/torch/", "the package index"),
        ("https://y.test/whl/cu118/torch/", "the package index"),
    ],
)
def test_an_index_is_called_by_its_name(address: str, said: str) -> None:
    assert index_name(address, REQUEST) == said


def test_every_failure_that_nobody_expected_is_still_a_report() -> None:
    failure = {"kind": "unexpected", "type": "KeyError", "detail": "'x' in https://bob:s3cret@x.test"}
    report = report_of(failure, REQUEST, 900)
    (diagnostic,) = report.diagnostics
    assert (diagnostic.name, report.exit_code) == ("resolver-failed", 3)
    assert diagnostic.notes == ("KeyError: 'x' in …",)


def test_several_packages_without_a_wheel_are_all_named() -> None:
    causes = [{"name": name, "requirement": name, "specifier": "", "parent": None} for name in ("a", "b", "c")]
    files = {"a": [["a-1.tar.gz", None, False]], "b": [], "c": [["c-1-py3-none-any.whl", None, False]]}
    report = report_of({"kind": "conflict", "causes": causes, "files": files}, REQUEST, 900)
    assert [one.name for one in report.diagnostics] == ["no-wheel-for-target", "unknown-package"]


def test_uploads_that_fit_have_nothing_wrong() -> None:
    uploads = Uploads.of("a", [["a-1-py3-none-any.whl", "nonsense", False], ["not a file", None, False]])
    assert len(uploads.files) == 1
    assert why_nothing_fits(uploads, ">=1", "the program", REQUEST) is None


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("manylinux2014_x86_64", "linux/amd64 with glibc 2.17"),
        ("manylinux_2_28_aarch64", "linux/arm64 with glibc 2.28"),
        ("musllinux_1_2_x86_64", "linux/amd64 with musl 1.2"),
        ("linux_x86_64", "linux/amd64"),
        ("manylinux1_i686", "linux/i686 with glibc 2.5"),
        ("macosx_11_0_arm64", "macOS"),
        ("win_amd64", "Windows"),
        ("any", "any platform"),
        ("plan9", "plan9"),
    ],
)
def test_platforms_are_called_as_people_call_them(platform: str, said: str) -> None:
    assert place_of(platform) == said
