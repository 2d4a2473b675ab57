"""Sources of packages that are built, read for real: archives of an index, repositories, and build systems that run."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.language.facets import PythonPackage
from envc.lock.package_sources import FoundPackageSource, PackageSourceWish
from envc.plan.built_parts import PlannedArchive, PlannedBuiltPackage
from envc.resolvers.git import Git
from envc.resolvers.package_sources import Sources
from envc.resolvers.pip_tools import Settings, settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment as environment_of_pip
from envc.resolvers.settings import clean_environment
from envc.targets.dockerfile.built import NETWORK
from tests.git_server import GitServer
from tests.index_server import Index
from tests.index_server.asking import AMD64
from tests.unit.lock.world import environment
from tests.unit.plan.planning import plan

pytestmark = pytest.mark.index

SETUP = "from setuptools import setup\nsetup(name='old', version='1.0', install_requires=['six>=1'])\n"


def archive(name: str, version: str, **files: str) -> bytes:
    """A source archive whose project says what it is, or the given files."""
    files = files or {"pyproject.toml": f'[project]\nname = "{name}"\nversion = "{version}"\ndependencies = ["six"]\n'}
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as packed:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{path}")
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()


class Finding:
    """Finds sources on a loopback index."""

    def __init__(self, cache: Path, settings: Settings) -> None:
        self.sources = Sources(cache, settings, Git(cache))

    def __call__(self, item: str, kept: str | None = None) -> FoundPackageSource:
        (package,) = environment(f"env train < python 3.12; {item} >").every(PythonPackage)
        wish = PackageSourceWish(package, AMD64, kept=kept, away=frozenset({"torch"}))
        return self.sources.find(wish, lambda _: None)

    def fails(self, item: str) -> tuple[Diagnostic, int]:
        with pytest.raises(Report) as caught:
            self(item)
        (diagnostic,) = caught.value.diagnostics
        return diagnostic, caught.value.exit_code


@pytest.fixture
def finding(cache: Path, index: Index) -> Finding:
    return Finding(cache, Settings(index.url, (), timeout="3", retries="0"))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with GitServer(tmp_path / "served") as one:
        yield one


def test_the_newest_archive_that_is_allowed_is_taken(index: Index, finding: Finding) -> None:
    """Not one that is unfinished, withdrawn, or for another Python."""
    digests = {version: index.add_archive("ranker", version, archive("ranker", version)) for version in ("1.0", "1.2")}
    index.add_archive("ranker", "2.0rc1", archive("ranker", "2.0rc1"))
    index.add_archive("ranker", "1.9", archive("ranker", "1.9"), yanked="broken")
    index.add_archive("ranker", "1.8", archive("ranker", "1.8"), **{"requires-python": "<3.10"})
    found = finding("pip ranker from source")
    assert (found.version, found.file, found.sha256) == ("1.2", "ranker-1.2.tar.gz", digests["1.2"])
    assert (found.requires, found.build) == (("six",), ("setuptools>=40.8.0",))
    assert finding("pip ranker <1.2 from source").version == "1.0"
    assert finding("pip ranker from source", kept="1.0").version == "1.0"


def test_an_archive_is_fetched_once(index: Index, finding: Finding) -> None:
    index.add_archive("once", "1.0", archive("once", "1.0"))  # the cache has those of other tests
    assert finding("pip once from source") == finding("pip once from source")
    assert len([path for path in index.requests if path.endswith("once-1.0.tar.gz")]) == 1


def test_a_package_without_an_archive(index: Index, finding: Finding) -> None:
    index.add("ranker", "1.0")
    diagnostic, code = finding.fails("pip ranker from source")
    assert (diagnostic.name, code) == ("no-source-archive", 1)
    assert diagnostic.notes == ("the index has wheels of it alone",)
    index.add_archive("ranker", "2.0", archive("ranker", "2.0"))
    diagnostic, _ = finding.fails("pip ranker 3 from source")
    assert [label.span.text for label in diagnostic.labels] == ["3"]
    assert diagnostic.notes == ("with a source archive there are: 2.0",)
    diagnostic, _ = finding.fails("pip nobody from source")
    assert diagnostic.notes == ("no index has a package of that name",)


def test_an_archive_that_is_not_the_one_of_the_page(index: Index, finding: Finding) -> None:
    index.add_archive("ranker", "1.0", archive("ranker", "1.0"), hashes={"sha256": "0" * 64})
    diagnostic, code = finding.fails("pip ranker from source")
    assert (diagnostic.name, code) == ("index-failed", 3)


def test_a_source_of_another_package(index: Index, finding: Finding) -> None:
    index.add_archive("ranker", "1.0", archive("ranker", "1.0", **{"PKG-INFO": info("other", "1.0")}))
    diagnostic, code = finding.fails("pip ranker from source")
    assert (diagnostic.name, code) == ("source-of-another-package", 1)


def info(name: str, version: str) -> str:
    return f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n"


def test_an_archive_that_cannot_be_unpacked(index: Index, finding: Finding) -> None:
    index.add_archive("ranker", "1.0", b"no archive")
    diagnostic, code = finding.fails("pip ranker from source")
    assert (diagnostic.name, code) == ("unreadable-source", 1)


def test_a_build_system_is_asked_where_files_do_not_say_it(cache: Path, index: Index) -> None:
    """It runs in an environment of its own, which comes from the machine's index."""
    index.add_archive("old", "1.0", archive("old", "1.0", **{"setup.py": SETUP}))
    settings = settings_of_this_machine()
    finding = Finding(cache, settings._replace(extra_indexes=(index.url, *settings.extra_indexes)))
    found = finding("pip old from source")
    assert found.requires == ("six>=1",)
    assert found.reason == "what it needs was asked of its build system, which ran on this machine"
    index.add_archive("sad", "1.0", archive("sad", "1.0", **{"setup.py": "import nowhere_to_be_found"}))
    diagnostic, code = finding.fails("pip sad from source")
    assert (diagnostic.name, code) == ("unreadable-source", 1)
    assert "No module named 'nowhere_to_be_found'" in diagnostic.notes[0]


TORCH = "import torch\nfrom setuptools import setup\nsetup(name='old', version=torch.said, install_requires=['six'])\n"


def mended(item: str, diagnostic: Diagnostic) -> str:
    """The item after the edit that is offered."""
    (fix,) = diagnostic.fixes
    text = fix.span.source.text
    whole = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    return whole.removeprefix("env train < python 3.12; ").removesuffix(" >")


@pytest.mark.parametrize(
    ("item", "edited"),
    [
        ("pip old from source needs torch", "pip old from source needs torch without deps"),
        ("pip old from source", "pip old from source needs torch without deps"),
        (
            "pip old from source needs six >=1 jobs 2",
            "pip old from source needs six >=1 torch jobs 2 without deps",
        ),
    ],
)
def test_a_build_that_imports_torch_to_say_what_it_is(cache: Path, index: Index, item: str, edited: str) -> None:
    """It is too large to be installed for the question: the program says it, and the edit that is offered is enough."""
    index.add_archive("old", "1.0", archive("old", "1.0", **{"setup.py": TORCH}))
    settings = settings_of_this_machine()
    finding = Finding(cache, settings._replace(extra_indexes=(index.url, *settings.extra_indexes)))
    diagnostic, code = finding.fails(item)
    assert (diagnostic.name, code) == ("unreadable-source", 1)
    assert diagnostic.notes == ("its build imports torch, which is too large to be installed for the question",)
    assert mended(item, diagnostic) == edited
    found = finding(edited)
    assert (found.version, found.requires, found.build) == ("1.0", (), ("setuptools>=40.8.0",))
    assert found.reason == "what it needs does not count: `without deps`, and its build system cannot say"


def test_a_repository_whose_build_imports_torch(cache: Path, server: GitServer) -> None:
    """Its version is nowhere but in the build: the program says it, and a tag may give it away."""
    repository = server.repository("old")
    commit = repository.commit_files({"setup.py": TORCH})
    repository.git("tag", "v1.4")
    finding = Finding(cache, settings_of_this_machine())
    address = server.address("old")
    item = f'pip < six; old from git "{address}" tag v1.4 needs torch; wheel >'
    diagnostic, _ = finding.fails(item.replace("six; ", "").replace("; wheel", ""))
    assert mended(item, diagnostic) == f'pip < old ==1.4 from git "{address}" tag v1.4 needs torch without deps >'
    found = finding(mended(item, diagnostic))
    assert (found.version, found.requires, found.commit) == ("1.4", (), commit)
    diagnostic, _ = finding.fails(f'pip old from git "{address}" commit {commit} needs torch')
    assert (diagnostic.fixes, diagnostic.helps[1]) == (
        (),
        "and which version it is, exactly: `old ==1.4.0 from git …`",
    )
    diagnostic, _ = finding.fails(f'pip old from git "{address}" commit {commit} needs torch without deps')
    assert diagnostic.helps[0] == "write its version, exactly: `old ==1.4.0 from git …`"


def test_a_build_that_imports_what_it_does_not_name(cache: Path, index: Index) -> None:
    """A package is not guessed from a module: whoever has that name on an index would run."""
    index.add_archive("sad", "1.0", archive("sad", "1.0", **{"setup.py": "import nowhere_to_be_found.at_all"}))
    settings = settings_of_this_machine()
    finding = Finding(cache, settings._replace(extra_indexes=(index.url, *settings.extra_indexes)))
    diagnostic, _ = finding.fails("pip sad from source")
    assert diagnostic.helps[0] == "name behind `needs` the package that has the module `nowhere_to_be_found`"
    assert diagnostic.fixes == ()
    assert finding("pip sad from source without deps").requires == ()


def test_a_repository_at_a_tag_and_at_a_commit(server: GitServer, finding: Finding) -> None:
    repository = server.repository("ranker")
    first = repository.commit_files(
        {"python/pyproject.toml": '[project]\nname = "ranker"\nversion = "1.0"\n', "a.c": ""}
    )
    repository.git("tag", "v1.0")
    address = server.address("ranker")
    tagged = finding(f'pip ranker from git "{address}" tag v1.0 subdirectory "python"')
    assert (tagged.commit, tagged.version, tagged.compiled) == (first, "1.0", False)
    assert finding(f'pip ranker from git "{address}" commit {first} subdirectory "python"') == tagged
    diagnostic, code = finding.fails(f'pip ranker from git "{address}" tag v9')
    assert (diagnostic.name, code) == ("unknown-git-reference", 1)
    diagnostic, code = finding.fails(f'pip ranker from git "{address}" tag v1.0')
    assert (diagnostic.name, diagnostic.notes) == (
        "unreadable-source",
        ("neither pyproject.toml nor setup.py lies there",),
    )
    diagnostic, code = finding.fails(f'pip ranker 2 from git "{address}" tag v1.0 subdirectory "python"')
    assert (diagnostic.name, diagnostic.message) == (
        "source-of-another-package",
        "the source of `ranker` is its version 1.0",
    )


def test_a_build_that_would_ask_git_for_its_version_is_told_it(server: GitServer, finding: Finding) -> None:
    text = '[build-system]\nrequires = ["hatchling", "hatch-vcs"]\n[project]\nname = "ranker"\ndynamic = ["version"]\n'
    repository = server.repository("ranker")
    commit = repository.commit_files({"pyproject.toml": text})
    repository.git("tag", "v2.1")
    address = server.address("ranker")
    assert finding(f'pip ranker from git "{address}" tag v2.1').version == "2.1"
    assert finding(f'pip ranker from git "{address}" commit {commit}').version == f"0+g{commit[:12]}"


class Named:
    """An index of the program, and what finds sources of its packages there."""

    def __init__(self, finding: Finding, corp: Index, address: str = "", *, links: bool = False) -> None:
        self.finding, self.links = finding, links
        self.address = address or (corp.links_url if links else corp.url)

    def __call__(self) -> FoundPackageSource:
        (package,) = environment("env train < python 3.12; pip ranker from source >").every(PythonPackage)
        wish = PackageSourceWish(package, AMD64, self.address, index_name="corp", links=self.links)
        return self.finding.sources.find(wish, lambda _: None)

    def fails(self) -> tuple[Diagnostic, int]:
        with pytest.raises(Report) as caught:
            self()
        (diagnostic,) = caught.value.diagnostics
        return diagnostic, caught.value.exit_code


@pytest.mark.parametrize("hashes", [None, {}], ids=["with checksums", "without"])
def test_an_archive_of_a_page_of_links(index: Index, finding: Finding, hashes: dict[str, str] | None) -> None:
    """Beside wheels, and archives of other packages; and from there alone."""
    index.add_archive("ranker", "9", archive("ranker", "9"))
    with Index() as corp:
        more = {} if hashes is None else {"hashes": hashes}
        digest = corp.add_archive("ranker", "1.0", archive("ranker", "1.0"), **more)
        corp.add_archive("other", "2.0", archive("other", "2.0"), **more)
        corp.add("ranker", "3.0")
        found = Named(finding, corp, links=True)()
    assert (found.version, found.file, found.sha256) == ("1.0", "ranker-1.0.tar.gz", digest)
    assert index.requests == []


def test_what_is_wrong_with_a_page_of_links_for_an_archive(finding: Finding) -> None:
    with Index() as corp:
        diagnostic, code = Named(finding, corp, links=True).fails()
        assert (diagnostic.name, code) == ("index-failed", 3)
        assert diagnostic.message == "index `corp` has no page at its address (404)"
        corp.add("ranker", "1.0")
        diagnostic, code = Named(finding, corp, links=True).fails()
        assert (diagnostic.name, code) == ("no-source-archive", 1)
        assert diagnostic.notes == ("the index has wheels of it alone",)


@pytest.mark.parametrize("links", [False, True], ids=["an index", "a page of links"])
def test_an_archive_of_an_index_with_a_login(finding: Finding, links: bool) -> None:
    with Index(credentials=("ada", "geheim")) as corp:
        digest = corp.add_archive("ranker", "1.0", archive("ranker", "1.0"))
        refused, code = Named(finding, corp, links=links).fails()
        assert (refused.name, code) == ("index-unauthorised", 3)
        assert refused.message == "index `corp` refused access (401)"
        bare = corp.links_url if links else corp.url
        with_login = bare.replace("://", "://ada:geheim@")
        assert Named(finding, corp, with_login, links=links)().sha256 == digest
        wrong, _ = Named(finding, corp, with_login.replace("geheim", "falsch"), links=links).fails()
        assert wrong.name == "index-unauthorised"
        assert "falsch" not in str(wrong)


@pytest.mark.parametrize("links", [False, True], ids=["an index", "a page of links"])
def test_the_builder_fetches_the_archive_of_the_lock(cache: Path, tmp_path: Path, links: bool) -> None:
    """By the command of the Dockerfile, with a real pip and the netrc of the index."""
    pip = environment_of_pip(cache, settings_of_this_machine(), clean_environment(os.environ), lambda _: None)
    with Index(credentials=("ada", "geheim")) as corp:
        digest = corp.add_archive("ranker", "1.0", archive("ranker", "1.0"))
        host, _, _ = corp.host.partition(":")
        netrc = tmp_path / "netrc"
        netrc.write_text(f"machine {host} login ada password geheim\n")
        netrc.chmod(0o600)
        address = corp.links_url if links else corp.url
        planned = PlannedArchive(file="ranker-1.0.tar.gz", sha256=digest, index="corp", address=address, links=links)
        words, _ = NETWORK.words(planned)
        place = tmp_path / "archive"
        build = PlannedBuiltPackage(name="ranker", version="1.0", tools=(), archive=planned)
        command = NETWORK.fetch(plan("env train < python 3.12 >"), build, planned, str(place), words)
        told = [address if word == '"${CORP_INDEX}"' else word for word in command[1:]]
        environ = {**clean_environment(os.environ), "NETRC": str(netrc), "PIP_CONFIG_FILE": os.devnull}
        subprocess.run([pip, *told], check=True, env=environ, timeout=60)
    assert sha256(place.read_bytes()).hexdigest() == digest
