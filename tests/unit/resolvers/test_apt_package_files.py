"""A system package that comes as a file: fetched once, checked, and read for what it says of itself."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.language.facets import SystemPackage
from envc.lock.system_packages import SystemFile
from envc.resolvers.apt import package_files
from envc.resolvers.apt.configuration import index_of_files
from envc.resolvers.apt.package_files import control_of, file_reader
from tests.loopback import Loopback, OfFolder
from tests.unit.lock.world import environment
from tests.unit.resolvers.file_server import FileServer, Given

CONTROL = """\
Package: greeter
Version: 1:1.0
Architecture: all
Depends: libgomp1
Filename: pool/evil.deb
SHA256: of another file
Description: says
 more than
 hello
"""


def deb(control: str = CONTROL, packing: str = "xz", first: str = "debian-binary", called: str = "./control") -> bytes:
    """Return the bytes of a package, as `ar` and `tar` write them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=f"w:{packing}") as archive:  # type: ignore[call-overload]
        member = tarfile.TarInfo(called)
        member.size = len(control.encode())
        archive.addfile(member, io.BytesIO(control.encode()))
    name = f"control.tar{'.' * bool(packing)}{packing}"
    found = b"!<arch>\n"
    for file, content in ((first, b"2.0\n!"), (name, packed.getvalue()), ("data.tar", b"")):
        found += f"{file:16}{0:<12}{0:<6}{0:<6}{'100644':8}{len(content):<10}`\n".encode() + content
        found += b"\n" * (len(content) % 2)
    return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, Loopback]]:
    folder = tmp_path / "served"
    folder.mkdir()
    with Loopback(partial(OfFolder, directory=str(folder))) as server:
        yield folder, server


def package(server: Loopback, content: bytes, name: str = "greeter") -> SystemPackage:
    line = f'apt {name} from "{server.origin}/a.deb" sha256 "{sha256(content).hexdigest()}"'
    (found,) = environment(f"env train <\n python 3.12\n {line}\n>").every(SystemPackage)
    return found


@pytest.mark.parametrize("packing", ["xz", "gz", ""])
def test_it_is_fetched_once_and_read(tmp_path: Path, served: tuple[Path, Loopback], packing: str) -> None:
    folder, server = served
    content = deb(packing=packing)
    (folder / "a.deb").write_bytes(content)
    wanted = package(server, content)
    said: list[str] = []
    read = file_reader(tmp_path / "cache", said.append)
    file = SystemFile("greeter", CONTROL, sha256(content).hexdigest(), len(content))
    assert read(wanted, "amd64") == file
    (folder / "a.deb").unlink()
    assert read(wanted, "arm64") == file
    assert said == ["greeter from 127.0.0.1"]


def refused(tmp_path: Path, served: tuple[Path, Loopback], content: bytes, wanted: SystemPackage) -> Diagnostic:
    (served[0] / "a.deb").write_bytes(content)
    with pytest.raises(Report) as caught:
        file_reader(tmp_path / "cache", lambda _: None)(wanted, "amd64")
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("unusable-package-file", 1)
    return one


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>", "is no Debian package"),
        (deb()[:80], "is no Debian package"),
        (deb(first="a" * 16).replace(b"control.tar", b"other.tar.."), "is no Debian package"),
        (deb(CONTROL + "\nPackage: bash\nVersion: 99\n"), "is no Debian package"),
        (deb(called="./md5sums"), "is no Debian package"),
        (
            deb().replace(b"control.tar.xz  ", b"other.tar.xz    ").replace(b"5         `", b"-60       `"),
            "is no Debian package",
        ),
        (deb(CONTROL.replace("Version: 1:1.0\n", "")), "says no version"),
        (deb("\x00"), "is that of `no name`"),
        (deb(CONTROL.replace("greeter", "other")), "is that of `other`"),
        (deb(CONTROL.replace("all", "arm64")), "is for arm64"),
    ],
)
def test_what_is_not_the_package_is_named(
    tmp_path: Path, served: tuple[Path, Loopback], content: bytes, message: str
) -> None:
    found = refused(tmp_path, served, content, package(served[1], content))
    assert found.message == f"the file of `greeter` {message}"


ZSTD = """\
#!/bin/sh
{}
echo "Package: greeter\nVersion: 1\nArchitecture: all\nDescription: $LC_ALL"
"""


def read_by(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what is read of a file that only dpkg-deb can read, by a program of that name."""
    program = tmp_path / "programs" / "dpkg-deb"
    program.parent.mkdir()
    program.write_text(ZSTD.format(script))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "a.deb").write_bytes(deb().replace(b"control.tar.xz ", b"control.tar.zst"))
    return control_of(tmp_path / "a.deb")


def test_dpkg_speaks_no_language_of_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "Description: C\n" in read_by(tmp_path, "", monkeypatch)


def test_dpkg_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_files, "DPKG_LIMIT", 0.2)
    with pytest.raises(ValueError, match="dpkg-deb timed out"):
        read_by(tmp_path, "sleep 60", monkeypatch)


def test_other_bytes_are_refused_at_the_checksum_and_not_kept(tmp_path: Path, served: tuple[Path, Loopback]) -> None:
    found = refused(tmp_path, served, deb(), package(served[1], deb(packing="gz")))
    assert found.message == "the file of `greeter` has another sha256"
    assert found.labels[0].span.text.strip('"') == sha256(deb(packing="gz")).hexdigest()
    assert found.notes == (f"the file has {sha256(deb()).hexdigest()}",)
    assert list((tmp_path / "cache" / "debs").iterdir()) == []


def test_an_address_that_has_nothing_is_a_failure_of_the_world(tmp_path: Path, served: tuple[Path, Loopback]) -> None:
    with pytest.raises(Report) as caught:
        file_reader(tmp_path / "cache", lambda _: None)(package(served[1], deb()), "amd64")
    (one,) = caught.value.diagnostics
    assert (one.name, caught.value.exit_code) == ("file-not-fetched", 3)
    assert one.notes[0] == "127.0.0.1: it answers 404"


def test_a_login_comes_from_netrc_and_a_refusal_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ann password s3cret\n")
    netrc.chmod(0o600)
    content = deb()
    with FileServer() as server:
        server.files["/a.deb"] = Given(content, login=("ann", "s3cret"))
        with pytest.raises(Report) as caught:
            file_reader(tmp_path / "cache", lambda _: None)(package(server, content), "amd64")
        (one,) = caught.value.diagnostics
        assert one.notes[0] == "127.0.0.1: it answers 401"
        assert one.helps[0] == "a line `machine 127.0.0.1 login … password …` in ~/.netrc"
        monkeypatch.setenv("NETRC", str(netrc))
        assert file_reader(tmp_path / "cache", lambda _: None)(package(server, content), "amd64").control == CONTROL


def test_the_index_has_our_facts_of_the_file_and_none_of_its_own() -> None:
    ((path, text),) = index_of_files([SystemFile("greeter", CONTROL, "0" * 64, 7)]).items()
    assert path == "files/Packages"
    kept = CONTROL.replace("Filename: pool/evil.deb\nSHA256: of another file\n", "")
    assert text == f"{kept}Filename: ./greeter.deb\nSize: 7\nSHA256: {'0' * 64}\n"
