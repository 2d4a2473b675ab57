"""uv chooses what pip-compile chooses: pins, hashes, wheels, who asks for what. And what is uv's own here."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from envc.diagnostics import Report
from envc.lock.resolution import LostPin, Request, Requirement, Resolution, Target
from envc.resolvers.package_indexes.index import Indexes
from envc.resolvers.package_indexes.selection import Taker
from envc.resolvers.package_indexes.session import Session
from envc.resolvers.pip_tools import PipTools, Settings, settings_of_this_machine
from envc.resolvers.running import stop_all
from envc.resolvers.uv import Uv
from envc.resolvers.uv.server import Server
from tests.index.test_lock_command import REQUIREMENTS, Project
from tests.index.test_process import PROC, shown, spied, until
from tests.index_server import Fault, Index
from tests.index_server.asking import AMD64, Ask

__all__ = ["spied"]

pytestmark = pytest.mark.index

SCIENCE = ("numpy", "pandas", "scikit-learn")
WEB = ("fastapi", "uvicorn[standard]")


def both(cache: Path, request: Request) -> tuple[Resolution, Resolution]:
    """Return what pip-compile and what uv choose from the index of this machine."""
    settings = settings_of_this_machine()
    chosen = [resolver(cache, settings).resolve(request, lambda _: None) for resolver in (PipTools, Uv)]
    return chosen[0], chosen[1]


@pytest.mark.parametrize(
    ("names", "python", "platform"),
    [(SCIENCE, "3.10.19", "linux/arm64"), (SCIENCE, "3.13.9", "linux/amd64"), (WEB, "3.12.12", "linux/arm64")],
    ids=["science-old-arm64", "science-new-amd64", "web-arm64"],
)
def test_the_same_as_pip_compile_for_every_target(
    cache: Path, names: tuple[str, ...], python: str, platform: str
) -> None:
    request = Request(Target(python, platform, (2, 36)), tuple(map(Requirement, names)))
    reference, ours = both(cache, request)
    assert ours._replace(resolver=reference.resolver) == reference
    assert ours.resolver.startswith("uv ")


@pytest.mark.parametrize(
    "names",
    [
        ("celery[redis]", "httpx[http2,brotli]", "pydantic[email]"),
        ("jupyterlab", "matplotlib"),
    ],
    ids=lambda names: names[0],
)
def test_the_same_as_pip_compile_for_every_set(cache: Path, names: tuple[str, ...]) -> None:
    reference, ours = both(cache, Request(AMD64, tuple(map(Requirement, names))))
    assert ours._replace(resolver=reference.resolver) == reference


def test_the_same_with_the_pins_of_an_older_lock(cache: Path) -> None:
    pins = ("numpy==2.2.6", "pandas==2.2.3", "pytz==2024.1", "not-asked-for==1")
    reference, ours = both(cache, Request(AMD64, tuple(map(Requirement, SCIENCE)), pins=pins))
    assert ours._replace(resolver=reference.resolver) == reference
    assert {"numpy": "2.2.6", "pandas": "2.2.3"}.items() <= {one.name: one.version for one in ours.packages}.items()


def test_the_same_in_every_field(index: Index, cache: Path) -> None:
    """Extras of extras, a route for what comes along, bounds, and pins of which one was taken away."""
    for version in ("1", "2", "3"):
        index.add("c", version, 'd ; extra == "x"', "e")
        index.add("e", version)
    index.add("a", "1", 'C[all] >=1 ; python_version >= "3.10"', 'never ; sys_platform == "win32"', "private")
    index.add("a", "2", "never", requires_python=">=3.13")
    index.add("c", "2.5", 'c[x] ; extra == "all"', 'd ; extra == "x"', "e")
    index.add("d", "1", "e!=3", hashes={})
    index.add("private", "99")
    with Index() as office:
        office.add("private", "1", "e")
        request = Request(
            AMD64,
            (Requirement("a"), Requirement("c")),
            indexes=(("office", office.url),),
            pins=("e==1", "c==0.5"),
            routes=(("private", "office"),),
            bounds=("c<3", "e<2", "not-there<1"),
        )
        reference, ours = (
            resolver(cache, Settings(index.url, timeout="3", retries="0")).resolve(request, lambda _: None)
            for resolver in (PipTools, Uv)
        )
    assert ours._replace(resolver=reference.resolver) == reference
    assert {one.name: (one.version, one.index_name) for one in ours.packages} == {
        "a": ("1", None),
        "c": ("2.5", None),
        "d": ("1", None),
        "e": ("1", None),
        "private": ("1", "office"),
    }
    assert ours.lost == (LostPin("c", "0.5", "gone"),)


def test_the_patience_of_a_request_counts(index: Index, cache: Path) -> None:
    index.faults["a"] = Fault(delay=30)
    request = Request(AMD64, (Requirement("a"),), patience=1)
    with pytest.raises(Report, match="within 1 seconds"):
        Uv(cache, Settings(index.url, timeout="60")).resolve(request, lambda _: None)


def test_who_stops_all_resolvers_stops_uv(index: Index, cache: Path) -> None:
    """As Ctrl-C does while several targets are locked at once, each in a thread of its own."""
    index.faults["a"] = Fault(delay=30)
    request = Request(AMD64, (Requirement("a"),))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(Uv(cache, Settings(index.url, timeout="60")).resolve, request, lambda _: None)
        assert until(lambda: "simple/a" in index.requests)
        stop_all()
        assert isinstance(answer.exception(timeout=10), Report)


@pytest.fixture
def uv(cache: Path) -> Ask:
    return Ask(cache, Uv)


def test_a_pin_that_was_withdrawn_in_the_meantime_is_kept(index: Index, cache: Path) -> None:
    index.add("a", "1", yanked="old")
    index.add("a", "2")
    for resolver in (PipTools, Uv):
        ask = Ask(cache, resolver)
        assert ask(index, "a", pins=("a==1",))["a"].version == "1"
        assert [one.name for one in ask.warnings] == ["yanked-package"]


def test_one_index_does_not_speak_for_another(index: Index, uv: Ask) -> None:
    """An index states the hash of another's wheel, with metadata of its own; what is remembered is not mixed."""
    index.add("a", "1")
    index.add("b", "1")
    with Index() as liar:
        honest = index.pages["a"][0]["hashes"]
        liar.add("a", "1", "b", hashes=honest)
        assert set(uv(liar, "a", extra=(index.url,))) == {"a"}
        assert set(uv(None, Requirement("a", "liar"), settings=Settings(index.url), named={"liar": liar.url})) == {
            "a",
            "b",
        }
    assert set(uv(index, "a")) == {"a"}


def test_metadata_is_read_once_and_a_wheel_never_whole(index: Index, uv: Ask) -> None:
    index.add("a", "1", "b")
    index.add("b", "1", metadata_beside=False)
    assert set(uv(index, "a")) == set(uv(index, "a")) == {"a", "b"}
    assert index.requests.count("files/a-1-py3-none-any.whl.metadata") == 1
    assert index.requests.count("files/b-1-py3-none-any.whl") == 1
    assert "files/a-1-py3-none-any.whl" not in index.requests


@pytest.mark.skipif(not PROC.exists(), reason="reads /proc")
def test_a_password_is_used_and_never_reaches_uv(cache: Path, spied: set[bytes]) -> None:
    uv = Ask(cache, Uv)
    with Index(credentials=("bob", "s3cret-for-uv")) as index:
        index.add("a", "1", "b", metadata_beside=False)
        index.add("b", "1")
        assert uv.fails(index, "a")[0].name == "index-unauthorised"
        address = index.url.replace("://", "://bob:s3cret-for-uv@")
        assert set(uv(address, "a")) == {"a", "b"}
        assert set(uv(None, Requirement("b", "office"), named={"office": address}, settings=Settings(address))) == {"b"}
        wrong, _ = uv.fails(address.replace("-for-uv", ""), "a")
    assert wrong.name == "index-unauthorised"
    assert "s3cret" not in str((wrong, uv.progress, uv.warnings))
    assert any(b"pip\0compile" in one for one in spied)
    assert not [one for one in spied if b"s3cret-for-uv" in one]
    assert not [one for one in spied if index.host.encode() in one]
    kept = [path for path in cache.glob("**/*") if path.is_file()]
    assert not [path for path in kept if b"s3cret-for-uv" in path.read_bytes()]


def test_a_password_may_have_any_characters(uv: Ask) -> None:
    """Such as no header has by itself: they go as servers of today read them, also where we are sent elsewhere."""
    with Index(credentials=("bob", "9€")) as index:
        index.add("a", "1", "b")
        index.add("b", "1")
        index.moved = {"b": f"{index.url}b-2/"}
        index.pages["b-2"] = index.pages.pop("b")
        assert set(uv(index.url.replace("://", "://bob:9%E2%82%AC@"), "a")) == {"a", "b"}


def test_where_an_index_sends_us_counts_and_no_password_goes_there(uv: Ask) -> None:
    with Index() as other, Index(credentials=("bob", "s3cret")) as index:
        other.add("a", "1", "b")
        other.allowed = lambda handler: "Authorization" not in handler.headers  # type: ignore[method-assign]
        index.add("b", "1")
        index.moved = {"a": f"{other.url.replace('127.0.0.1', 'localhost')}a/"}
        address = index.url.replace("://", "://bob:s3cret@")
        assert set(uv(address, "a")) == set(uv(address, "a")) == {"a", "b"}
        assert other.requests[:2] == ["simple/a", "files/a-1-py3-none-any.whl.metadata"]


def test_a_server_that_hangs_up_is_asked_anew(index: Index, uv: Ask) -> None:
    index.hangs_up = True
    for number in range(5):
        index.add(f"a{number}", "1", f"a{number + 1}")
    index.add("a5", "1")
    assert len(uv(index, "a0")) == 6
    assert len(index.requests) == 12


def test_uv_keeps_the_interpreter_and_nothing_of_an_index(index: Index, uv: Ask, cache: Path) -> None:
    index.add("only-here", "1")
    assert set(uv(index, "only-here")) == {"only-here"}
    kept = [path for path in (cache / "uv" / "program").rglob("*") if path.is_file()]
    assert [path for path in kept if "interpreter" in str(path)]
    assert not [path for path in kept if "only" in path.name or b"only-here" in path.read_bytes()]


def test_a_cache_that_cannot_be_made_is_none(index: Index, tmp_path: Path) -> None:
    index.add("a", "1")
    (tmp_path / "file").write_text("")
    assert set(Ask(tmp_path / "file", Uv)(index, "a")) == {"a"}


def test_only_who_knows_the_word_is_answered(index: Index, tmp_path: Path) -> None:
    """Another user of the machine finds the port: what comes without the word learns nothing and ends nothing."""
    index.add("a", "1")
    failures: list[dict[str, Any]] = []
    session = Session(Settings(index.url), (), {})
    indexes = Indexes(session, {}, (index.url,), Taker(AMD64), tmp_path, lambda _: None)
    with Server(indexes, failures.append) as server:
        statuses = []
        for path in ("simple/a/", "wrong/simple/a/", f"{server.word}/simple/a/", f"{server.word}/files/a/1/x", "", "é"):
            with socket.create_connection(("127.0.0.1", server.http.server_address[1])) as one:
                one.sendall(f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                statuses.append(int(one.recv(65536).split()[1]))
        with socket.create_connection(("127.0.0.1", server.http.server_address[1])) as one:
            one.sendall(b"nonsense\r\n\r\n")
            assert one.recv(1) == b""
    session.close()
    assert statuses == [404, 404, 200, 404, 404, 404]
    assert failures == []
    assert index.requests == ["simple/a"]


def test_a_password_in_netrc_is_used(uv: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login bob password s3cret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Index(credentials=("bob", "s3cret")) as index:
        index.add("a", "1")
        assert set(uv(index, "a")) == {"a"}


def test_the_settings_of_the_machines_uv_do_not_count(
    index: Index, uv: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("a", "1")
    index.add("a", "2rc1")
    (tmp_path / "uv.toml").write_text('prerelease = "allow"\nindex-url = "https://index.invalid/simple"\n')
    (tmp_path / "constraints.txt").write_text("a<1\n")
    for name, value in {
        "UV_CONFIG_FILE": str(tmp_path / "uv.toml"),
        "UV_CONSTRAINT": str(tmp_path / "constraints.txt"),
        "UV_INDEX": "https://index.invalid/simple",
        "UV_PRERELEASE": "allow",
        "UV_OFFLINE": "1",
        "VIRTUAL_ENV": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert uv(index, "a")["a"].version == "1"


SCRIPT = textwrap.dedent("""
    import sys
    from pathlib import Path
    from envc.lock.resolution import Request, Requirement, Target
    from envc.resolvers.pip_tools import Settings
    from envc.resolvers.uv import Uv

    request = Request(Target("3.12.12", "linux/amd64", (2, 36)), (Requirement("six"),))
    Uv(Path(sys.argv[1]), Settings(sys.argv[2], timeout="60")).resolve(request, lambda name: None)
""")


@pytest.mark.skipif(not PROC.exists(), reason="reads /proc")
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_uv_does_not_outlive_envc(index: Index, tmp_path: Path, blow: signal.Signals) -> None:
    index.faults["six"] = Fault(delay=30)
    folder = tmp_path / "temporary"
    folder.mkdir()

    def running() -> list[int]:
        environments = {int(place.name): shown(place / "environ") for place in PROC.glob("[0-9]*")}
        return [number for number, text in environments.items() if f"TMPDIR={folder}/envc-".encode() in text]

    command = [sys.executable, "-c", SCRIPT, str(tmp_path), index.url]
    parent = subprocess.Popen(command, env={**os.environ, "TMPDIR": str(folder)}, stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: "simple/six" in index.requests and running() != [])
        parent.send_signal(blow)
        parent.wait(timeout=20)
        assert parent.returncode != 0
        assert until(lambda: running() == [], 10)
    finally:
        parent.kill()
        parent.wait()
    if blow is signal.SIGINT:
        assert list(folder.iterdir()) == []


def test_the_lock_command_asks_the_resolver_that_the_project_names(tmp_path: Path, cache: Path) -> None:
    project = Project(tmp_path, cache)
    exit_code, _, err = project.run("lock", "jobs/small.env")
    assert exit_code == 0, err
    by_pip = project.lock
    (tmp_path / "project" / "pyproject.toml").write_text('[tool.envc]\nresolver = "uv"\n')
    exit_code, _, err = project.run("lock", "jobs/small.env", "--upgrade")
    assert exit_code == 0, err
    assert project.lock[REQUIREMENTS] == by_pip[REQUIREMENTS]
    assert b'"resolver": "uv ' in project.lock["lock.json"]
    assert project.lock["lock.json"] != by_pip["lock.json"]
    exit_code, _, err = project.run("lock", "jobs/small.env", "--upgrade", "--resolver", "pip-tools")
    assert (exit_code, project.lock) == (0, by_pip), err
