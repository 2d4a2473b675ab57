"""The resolver as a process: nothing is left behind, nothing is told to others, two at once do not meet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.resolvers.pip_tools import Settings
from envc.resolvers.pip_tools.environment import interpreter_in
from tests.index_server import Fault, Index
from tests.index_server.asking import Ask

pytestmark = pytest.mark.index

PROC = Path("/proc")

SCRIPT = textwrap.dedent("""
    import sys
    from pathlib import Path
    from envc.lock.resolution import Request, Requirement, Target
    from envc.resolvers.pip_tools import PipTools, Settings, settings_of_this_machine

    cache, address = sys.argv[1:]
    settings = Settings(address, timeout="60") if address else settings_of_this_machine()
    request = Request(Target("3.12.12", "linux/amd64", (2, 36)), (Requirement("six"),))
    print(PipTools(Path(cache), settings).resolve(request, lambda name: None).packages[0].name)
""")


def start(cache: Path, address: str, folder: Path) -> subprocess.Popen[str]:
    """Start envc as another process that has its temporary files in a folder."""
    command = [sys.executable, "-c", SCRIPT, str(cache), address]
    environment = {**os.environ, "TMPDIR": str(folder)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def until(condition: object, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if callable(condition) and condition():
            return True
        time.sleep(0.05)
    return False


def shown(place: Path) -> bytes:
    """Return a file of /proc, or nothing when its process is gone or another's."""
    try:
        return place.read_bytes()
    except OSError:
        return b""


def children_with(cache: Path) -> list[int]:
    """Return the processes that run an interpreter below a folder."""
    commands = {int(place.name): shown(place / "cmdline") for place in PROC.glob("[0-9]*")}
    return [number for number, command in commands.items() if str(cache).encode() in command.split(b"\0")[0]]


@pytest.mark.skipif(not PROC.exists(), reason="reads /proc")
@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_child_outlives_its_parent(index: Index, cache: Path, tmp_path: Path, blow: signal.Signals) -> None:
    index.faults["six"] = Fault(delay=60)
    parent = start(cache, index.url, tmp_path)
    try:
        assert until(lambda: "simple/six" in index.requests), parent.stderr
        assert len(children_with(cache)) == 1
        parent.send_signal(blow)
        parent.communicate(timeout=20)
        assert parent.returncode != 0
        assert until(lambda: not children_with(cache), 10)
    finally:
        parent.kill()
    if blow is signal.SIGINT:
        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def spied() -> Iterator[set[bytes]]:
    """Collect what the process list shows of all processes of this user, arguments and first environment."""
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            seen.update(shown(place / name) for place in PROC.glob("[0-9]*") for name in ("cmdline", "environ"))
            time.sleep(0.01)

    thread = threading.Thread(target=look)
    thread.start()
    yield seen
    stop.set()
    thread.join()


@pytest.mark.skipif(not PROC.exists(), reason="reads /proc")
def test_a_password_is_used_and_seen_nowhere(ask: Ask, spied: set[bytes], tmp_path: Path) -> None:
    with Index(credentials=("bob", "s3cret-for-pip")) as index:
        index.add("a", "1", "b", metadata_beside=False)
        index.add("b", "1")
        address = index.url.replace("://", "://bob:s3cret-for-pip@")
        assert ask.fails(index, "a")[0].name == "index-unauthorised"
        packages = ask(address, "a")
        named = ask(None, "a", settings=Settings(address))
        wrong, _ = ask.fails(address.replace("pip@", "al@"), "a")
    assert set(packages) == set(named) == {"a", "b"}
    assert wrong.name == "index-unauthorised"
    assert "s3cret" not in str((packages, wrong, ask.progress, ask.warnings))
    assert any(b"runpy" in one for one in spied)
    assert not [one for one in spied if b"s3cret-for-pip" in one]
    assert not [one for one in spied if index.host.encode() in one]
    kept = [path for path in ask.cache.glob("package-indexes/**/*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"s3cret-for-pip" in path.read_bytes()]


def test_a_password_in_netrc_is_used(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login bob password s3cret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with Index(credentials=("bob", "s3cret")) as index:
        index.add("a", "1")
        assert set(ask(index, "a")) == {"a"}


def test_two_processes_make_the_environment_at_once(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    both = [start(cache, "", tmp_path), start(cache, "", tmp_path)]
    outputs = [one.communicate(timeout=240) for one in both]
    assert [out for out, _ in outputs] == ["six\n", "six\n"], outputs
    places = list((cache / "pip-tools").iterdir())
    assert len(places) == 1
    assert interpreter_in(places[0]).exists()


def test_an_environment_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    with Index() as empty:
        ask = Ask(tmp_path)
        address = empty.url.replace("://", "://bob:s3cret@")
        diagnostic, code = ask.fails(address, "a")
        assert (diagnostic.name, code) == ("resolver-environment", 3)
        assert "s3cret" not in str(diagnostic)
        assert "://" not in str(diagnostic)
        assert list((tmp_path / "pip-tools").iterdir()) == []
        assert "simple/pip" in empty.requests or "simple/build" in empty.requests


def test_the_environment_variables_of_the_machine_do_not_reach_the_child(
    index: Index, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("a", "1")
    index.add("a", "2rc1")
    (tmp_path / "constraints.txt").write_text("a<1\n")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(9)\n")
    for name, value in {
        "PIP_CONSTRAINT": str(tmp_path / "constraints.txt"),
        "PIP_PRE": "1",
        "PIP_INDEX_URL": "https://index.invalid/simple",
        "CUSTOM_COMPILE_COMMAND": "x",
        "PYTHONPATH": str(tmp_path),
        "PIP_TOOLS_CONFIG": "x",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pip.py").write_text("raise SystemExit(9)\n")
    (tmp_path / ".pip-tools.toml").write_text("[tool.pip-tools]\npre = true\n")
    assert ask(index, "a")["a"].version == "1"
    assert os.environ["PIP_PRE"] == "1"
