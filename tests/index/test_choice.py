"""What the resolver chooses on loopback indexes: for the target, from one index a name, with the pins of the lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envc.lock.resolution import LostPin, Request, Requirement, Target
from envc.resolvers.pip_tools import PipTools, Settings, settings_of_this_machine
from envc.resolvers.uv import Uv
from tests.index_server import Index
from tests.index_server.asking import AMD64, Ask

pytestmark = [pytest.mark.index, pytest.mark.parametrize("ask", [PipTools, Uv], indirect=True)]


def test_markers_are_those_of_the_target(index: Index, ask: Ask) -> None:
    index.add(
        "a",
        "1",
        'old ; python_version < "3.11"',
        'arm ; platform_machine == "aarch64"',
        'exact ; python_full_version >= "3.12.12"',
        'elsewhere ; sys_platform == "win32"',
    )
    for name in ("old", "arm", "exact", "elsewhere"):
        index.add(name, "1")
    assert set(ask(index, "a")) == {"a", "exact"}
    assert set(ask(index, "a", target=Target("3.10.4", "linux/arm64", (2, 31)))) == {"a", "arm", "old"}


def test_the_wheel_is_the_best_that_the_target_takes_and_hashes_are_of_all(index: Index, ask: Ask) -> None:
    tags = (
        "cp312-cp312-manylinux_2_28_x86_64",
        "cp312-cp312-manylinux2014_x86_64",
        "cp312-cp312-manylinux_2_28_aarch64",
        "cp310-cp310-manylinux2014_x86_64",
        "cp312-cp312-win_amd64",
        "cp311-abi3-manylinux2014_x86_64",
    )
    hashes = [index.add("a", "1", tag=tag) for tag in tags]
    for target, wheel in {
        AMD64: tags[0],
        AMD64._replace(glibc=(2, 27)): tags[1],
        AMD64._replace(platform="linux/arm64"): tags[2],
        AMD64._replace(python="3.10.0"): tags[3],
        AMD64._replace(python="3.13.1"): tags[5],
    }.items():
        package = ask(index, "a", target=target)["a"]
        assert package.wheel == f"a-1-{wheel}.whl"
        assert package.size == len(index.files[package.wheel])
        assert package.hashes == tuple(sorted(hashes))


def test_a_newer_version_that_refuses_the_targets_python_is_passed_over(index: Index, ask: Ask) -> None:
    index.add("a", "1")
    index.add("a", "2", requires_python=">=3.13")
    assert ask(index, "a")["a"].version == "1"
    assert ask(index, "a", target=AMD64._replace(python="3.13.0"))["a"].version == "2"


def test_why_a_package_is_there(index: Index, ask: Ask) -> None:
    index.add("a", "1", "C_c>=1")
    index.add("b", "1", "c-c", "a")
    index.add("c-c", "1")
    packages = ask(index, "a", "b")
    assert {name: package.required_by for name, package in packages.items()} == {
        "a": ("b",),
        "b": (),
        "c-c": ("a", "b"),
    }


def test_a_build_of_a_night_is_taken_where_its_version_is_asked_for(index: Index, ask: Ask) -> None:
    """By itself it counts as a version before the release, which nobody gets who does not ask for it."""
    for version in ("2.11.0.dev20261119+cu128", "2.11.0.dev20261120+cu128", "2.10.0"):
        index.add("torch", version)
    assert ask(index, "torch==2.11.0.dev20261120")["torch"].version == "2.11.0.dev20261120+cu128"
    assert ask(index, "torch")["torch"].version == "2.10.0"


@pytest.mark.parametrize("metadata_beside", [True, False])
@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("json", [True, False])
def test_every_kind_of_index_gives_the_same_pins(ask: Ask, json: bool, ranges: bool, metadata_beside: bool) -> None:
    with Index(json=json, ranges=ranges) as index:
        digest = index.add("a", "1+local.2", "b[x]", metadata_beside=metadata_beside)
        index.add("b", "3", 'c ; extra == "x"', metadata_beside=metadata_beside)
        index.add("c", "5", metadata_beside=metadata_beside)
        packages = ask(index, "a")
    assert {name: package.version for name, package in packages.items()} == {"a": "1+local.2", "b": "3", "c": "5"}
    assert packages["a"].hashes == (digest,)
    assert (packages["a"].size is None) == (not json)


def test_only_a_page_without_hashes_makes_files_be_fetched(ask: Ask) -> None:
    with Index() as index:
        digest = index.add("a", "1")
        assert ask(index, "a")["a"].hashes == (digest,)
        assert "files/a-1-py3-none-any.whl" not in index.requests
        assert index.requests.count("simple/a") == 1
        index.add("b", "1", hashes={})
        (computed,) = ask(index, "b")["b"].hashes
        assert "files/b-1-py3-none-any.whl" in index.requests
        assert computed.startswith("sha256:")


def test_a_routed_name_is_never_taken_from_another_index(index: Index, ask: Ask) -> None:
    """Dependency confusion: the default index offers the same name with a higher version."""
    index.add("private", "99")
    index.add("user", "1", "private")
    with Index() as office:
        digest = office.add("private", "1")
        packages = ask(
            index, Requirement("private", "office"), "user", named={"office": office.url}, extra=(index.url,)
        )
        assert (packages["private"].version, packages["private"].hashes) == ("1", (digest,))
        assert (packages["private"].index_name, packages["user"].index_name) == ("office", None)
        assert "simple/private" not in index.requests
        assert "simple/user" not in office.requests


def test_a_routed_name_that_its_index_lacks_is_not_looked_for_elsewhere(index: Index, ask: Ask) -> None:
    index.add("private", "99")
    with Index() as office:
        diagnostic, code = ask.fails(index, Requirement("private", "office"), named={"office": office.url})
    assert (diagnostic.name, code) == ("unknown-package", 1)
    assert diagnostic.message == "index `office` has no package `private`"
    assert index.requests == []


def test_the_machines_extra_index_comes_first_and_is_not_mixed(index: Index, ask: Ask) -> None:
    index.add("private", "99")
    index.add("b", "2")
    with Index() as office:
        office.add("private", "1")
        office.pages["b"] = []  # some indexes answer with an empty page for what they do not have
        packages = ask(index, "private", "b", extra=(office.url,))
    assert (packages["private"].version, packages["b"].version) == ("1", "2")
    assert packages["private"].index_name is None


def test_an_extra_index_that_fails_is_not_passed_over(index: Index, ask: Ask) -> None:
    from tests.index_server import Fault

    index.add("private", "99")
    with Index() as office:
        office.faults["private"] = Fault(503)
        diagnostic, code = ask.fails(index, "private", extra=(office.url,))
    assert (diagnostic.name, code) == ("index-failed", 3)
    assert "simple/private" not in index.requests


def test_pins_are_kept_where_they_fit(index: Index, ask: Ask) -> None:
    for version in ("1", "2", "3"):
        index.add("a", version, "b")
        index.add("b", version)
    pins = ("a==2", "b==1", "gone==7")
    kept = ask(index, "a", pins=pins)
    assert {name: package.version for name, package in kept.items()} == {"a": "2", "b": "1"}
    moved = ask(index, "a>=3", pins=pins)
    assert {name: package.version for name, package in moved.items()} == {"a": "3", "b": "1"}
    assert ask(index, "a", pins=("a==2.5", "b==2"))["a"].version == "3"


def test_pins_never_stand_in_the_way_of_an_answer(index: Index, ask: Ask) -> None:
    """pip-compile alone gives up here: `b` of the lock conflicts with the new `a`, and `a` is in no lock."""
    index.add("a", "1", "c>=2")
    index.add("b", "1", "c<2")
    index.add("b", "2", "c>=2")
    index.add("c", "1")
    index.add("c", "2")
    packages = ask(index, "a", "b", pins=("b==1", "c==1"))
    assert {name: package.version for name, package in packages.items()} == {"a": "1", "b": "2", "c": "2"}


def test_a_yanked_version_is_taken_only_where_it_is_named_and_with_a_warning(index: Index, ask: Ask) -> None:
    index.add("a", "1")
    index.add("a", "2", yanked="breaks https://secret:word@host.test/x")
    assert ask(index, "a")["a"].version == "1"
    assert ask.warnings == []
    assert ask(index, "a==2")["a"].version == "2"
    (warning,) = ask.warnings
    assert (warning.name, warning.severity) == ("yanked-package", "warning")
    assert warning.notes == ("their reason: breaks …",)
    diagnostic, _ = ask.fails(index, "a>=2")
    assert (diagnostic.name, "withdrawn" in diagnostic.message) == ("unknown-version", True)


def test_a_withdrawn_version_that_a_package_names_is_taken(index: Index, ask: Ask) -> None:
    index.add("a", "1", "b==2")
    index.add("b", "2", yanked="bad")
    index.add("b", "3")
    packages = ask(index, "a")
    assert {name: package.version for name, package in packages.items()} == {"a": "1", "b": "2"}
    assert [one.name for one in ask.warnings] == ["yanked-package"]


def test_versions_before_a_release_are_taken_where_nothing_else_fits(index: Index, ask: Ask) -> None:
    index.add("a", "1", "b>=2")
    index.add("b", "1")
    index.add("b", "3rc1")
    index.add("c", "1")
    index.add("c", "2rc1")
    packages = ask(index, "a", "c")
    assert {name: package.version for name, package in packages.items()} == {"a": "1", "b": "3rc1", "c": "1"}


def test_the_conveniences_of_one_machine_do_not_reach_the_answer(
    index: Index, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A local index, a folder of wheels and a constraint offer, or ask for, other versions of `a`."""
    digest = index.add("a", "2")
    with Index() as other:
        other.add("a", "9")
        wheels = tmp_path / "wheels"
        page = tmp_path / "simple" / "a"
        for folder in (wheels, page):
            folder.mkdir(parents=True)
            (folder / "a-9-py3-none-any.whl").write_bytes(other.files["a-9-py3-none-any.whl"])
        (page / "index.html").write_text('<a href="a-9-py3-none-any.whl">a-9-py3-none-any.whl</a>')
    (tmp_path / "constraints.txt").write_text("a<2\n")
    configuration = tmp_path / "pip.conf"
    configuration.write_text(
        f"[global]\nindex-url = {index.url}\nextra-index-url = file://{page.parent}\nfind-links = {wheels}\n"
        f"constraint = {tmp_path}/constraints.txt\npre = true\n"
    )
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    index.add("a", "3rc1")
    settings = settings_of_this_machine()
    assert settings.find_links == (str(wheels),)
    package = ask(None, "a", settings=settings)["a"]
    assert (package.version, package.hashes) == ("2", (digest,))


def test_pip_takes_the_written_file_as_it_is(index: Index, ask: Ask, tmp_path: Path) -> None:
    """Without envc: the canonical text, plain pip, `--require-hashes`."""
    import subprocess
    import sys

    from envc.lock.requirements import pin_of, write

    index.add("a", "1", "b")
    index.add("b", "1")
    file = tmp_path / "requirements.txt"
    file.write_text(write(map(pin_of, ask(index, "a").values())))
    command = [
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--target",
        str(tmp_path / "site"),
        "-r",
        str(file),
    ]
    environment = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index.url}
    subprocess.run([sys.executable, "-m", "pip", *command], check=True, env=environment)
    assert sorted(path.name for path in (tmp_path / "site").glob("*.py")) == ["a.py", "b.py"]


def test_no_index_at_all(ask: Ask) -> None:
    for settings in (Settings(no_index=True), Settings(main_index="file:///srv/simple")):
        diagnostic, code = ask.fails(None, "a", settings=settings)
        assert (diagnostic.name, code) == ("no-package-index", 3)


def test_a_pin_that_the_index_took_away_is_lost(index: Index, ask: Ask) -> None:
    index.add("a", "2")
    index.add("b", "1", tag="cp311-cp311-manylinux2014_x86_64")
    index.add("b", "2")
    index.add("c", "1", requires_python="<3.9")
    index.add("c", "2")
    index.add("d", "1")
    resolver = ask.resolver(ask.cache, Settings(index.url, timeout="3", retries="0"))
    wanted = tuple(Requirement(name) for name in "abcd")
    request = Request(AMD64, wanted, pins=("a==1", "b==1", "c==1", "d==1", "e==1"))
    resolution = resolver.resolve(request, ask.progress.append)
    assert [package.version for package in resolution.packages] == ["2", "2", "2", "1"]
    assert resolution.lost == (
        LostPin("a", "1", "gone"),
        LostPin("b", "1", "no-wheel"),
        LostPin("c", "1", "other-python"),
    )


def test_what_counts_with_an_extra_of_one_package_does_not_count_for_another(index: Index, ask: Ask) -> None:
    """pip shares what it has read of `c<5; extra == 'x'` between the two."""
    index.add("a", "1", 'c<5 ; extra == "x"', "b")
    index.add("b", "1", 'c<5 ; extra == "x"')
    index.add("c", "1")
    packages = ask(index, "a[x]")
    assert {name: one.requires for name, one in packages.items()} == {"a": ("b", "c<5"), "b": (), "c": ()}
