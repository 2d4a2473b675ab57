"""Troubles between here and an index, each with a name of its own, and no password in any message."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Fault, Index, metadata_of, wheel_of
from tests.index_server.asking import Ask
from tests.index_server.trouble import Answer, answering, around, half, half_chunk, no_http, nothing

pytestmark = pytest.mark.index

both = pytest.mark.parametrize("ask", [PipTools, Uv], indirect=True)

PASSWORD = "s3cret-of-bob"


@both
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (around, "sends from one address to another without end"),
        (half, "broke off in the middle of an answer"),
        (half_chunk, "broke off in the middle of an answer"),
        (nothing, "cannot be reached"),
        (no_http, "cannot be reached"),
    ],
)
def test_a_server_that_is_no_index(ask: Ask, answer: Answer, said: str) -> None:
    with answering(answer) as host:
        diagnostic, code = ask.fails(f"http://bob:{PASSWORD}@{host}/simple", "a")
    assert (diagnostic.name, code) == ("index-failed", 3)
    assert said in diagnostic.message
    assert "package: a" in diagnostic.notes
    assert f"host: {host}" in diagnostic.notes
    assert PASSWORD not in str(diagnostic)


@both
@pytest.mark.parametrize("metadata_beside", [True, False])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_that_breaks_off(ask: Ask, metadata_beside: bool, ranges: bool) -> None:
    with Index(ranges=ranges) as index:
        index.add("a", "1", metadata_beside=metadata_beside)
        index.cut_off = {name for name in index.files if name.endswith("metadata") == metadata_beside}
        diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("index-failed", 3)
    assert "broke off in the middle of an answer" in diagnostic.message or "broken" in diagnostic.message
    assert "package: a" in diagnostic.notes


@both
@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (Fault(401), "index-unauthorised"),
        (Fault(403), "index-unauthorised"),
        (Fault(500), "index-failed"),
        (Fault(content_type="text/plain", body=b"sign in"), "index-failed"),
        (Fault(body=b"{"), "index-failed"),
    ],
)
def test_no_fault_tells_a_password(index: Index, ask: Ask, fault: Fault, name: str) -> None:
    index.faults["a"] = fault
    diagnostic, code = ask.fails(index.url.replace("://", f"://bob:{PASSWORD}@"), "a")
    assert (diagnostic.name, code) == (name, 3)
    assert PASSWORD not in str((diagnostic, ask.progress))


@pytest.mark.parametrize("fault", [Fault(401), Fault(503), Fault(body=b"{"), Fault(status=404)])
def test_envc_lock_prints_no_password_and_leaves_the_old_lock(
    index: Index, cache: Path, tmp_path: Path, fault: Fault
) -> None:
    """The whole command: its exit code, its message with the clause, and neither password nor address in it."""
    index.faults["a"] = fault
    lock = tmp_path / "lockfiles" / "train"
    lock.mkdir(parents=True)
    (lock / "kept.txt").write_text("the old lock\n")
    (tmp_path / "train.env").write_text("env train <\n  python 3.12\n  pip a\n>\n")
    (tmp_path / "xdg").mkdir()
    (tmp_path / "xdg" / "envc").symlink_to(cache)
    run = subprocess.run(
        [sys.executable, "-m", "envc", "lock", "train.env"],
        cwd=tmp_path,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "ENVC_"))},
            "XDG_CACHE_HOME": str(tmp_path / "xdg"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url.replace("://", f"://bob:{PASSWORD}@"),
            "PIP_RETRIES": "0",
            "ENVC_REGISTRY_MIRROR": "",
            "NO_COLOR": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == (1 if fault.status == 404 else 3), run.stderr
    assert " --> train.env:3:7\n" in run.stderr
    assert "3 |   pip a\n" in run.stderr
    assert PASSWORD not in run.stdout + run.stderr
    assert "://" not in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    assert [path.name for path in lock.iterdir()] == ["kept.txt"]


@both
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_file_that_is_refused_names_its_package(index: Index, ask: Ask, status: int) -> None:
    index.add("a", "1", metadata_beside=False)
    for name in index.files:
        index.faults[name] = Fault(status)
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("index-unauthorised" if status in {401, 403} else "index-failed", 3)
    assert str(status) in diagnostic.message
    assert "package: a" in diagnostic.notes


@both
def test_metadata_that_cannot_be_read(index: Index, ask: Ask) -> None:
    index.add("a", "1", "this is no requirement !")
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("unusable-metadata", 1)
    assert diagnostic.notes == ("a-1-py3-none-any.whl: its metadata cannot be understood",)


@both
def test_metadata_of_another_package(index: Index, ask: Ask) -> None:
    index.add("a", "1", metadata_beside=False)
    index.files["a-1-py3-none-any.whl"] = wheel_of("a", "1", "py3-none-any", metadata_of("b", "1", (), None))
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("unusable-metadata", 1)
    assert diagnostic.notes == ("a-1-py3-none-any.whl: its metadata is that of another package or version",)


def test_a_machine_without_a_network(cache: Path) -> None:
    """In a network namespace without any interface that is up: nothing can be reached, and that is what is said."""
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from envc.diagnostics import Report
        from envc.lock.resolution import Request, Requirement, Target
        from envc.resolvers.pip_tools import PipTools, Settings

        request = Request(Target("3.12.12", "linux/amd64", (2, 36)), (Requirement("a"),))
        try:
            PipTools(Path(sys.argv[1]), Settings("http://127.0.0.1:9/simple", retries="0")).resolve(request, print)
        except Report as report:
            print(report.exit_code, report.diagnostics[0])
    """)
    alone = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to make a network namespace")
    command = [*alone, sys.executable, "-c", script, str(cache)]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert out[-1].startswith("3 Diagnostic(name='index-failed', message='the package index cannot be reached'")
    assert "unreachable" in out[-1]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages, full. Needs the right to mount."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path: Path) -> None:
    """Write until nothing fits any more."""
    with path.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * 1024):
                pass
        except OSError:
            return


@pytest.mark.parametrize("free", [0, 12_288])
def test_a_disk_that_is_full_while_resolving(
    index: Index, ask: Ask, small_disk: Path, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    """At once, before the resolver starts; and later, when it writes what it downloads."""
    index.add("a", "1", *(f"b{number}" for number in range(4000)))
    filler = small_disk / "filler"
    fill(filler)
    if free:
        os.truncate(filler, filler.stat().st_size - free)
    monkeypatch.setattr("tempfile.tempdir", str(small_disk))
    diagnostic, code = ask.fails(index, "a")
    assert (diagnostic.name, code) == ("disk-full", 3)
    assert str(small_disk) not in str(diagnostic)
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_disk_that_is_full_while_the_resolver_is_installed(
    small_disk: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_disk / "cache").mkdir()
    fill(small_disk / "filler")
    ask.cache = small_disk / "cache"
    diagnostic, code = ask.fails(None, "a", settings=Settings("http://127.0.0.1:9/simple"))
    assert (diagnostic.name, code) == ("disk-full", 3)
    assert str(small_disk) not in str(diagnostic)
