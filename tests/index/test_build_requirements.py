"""What a build needs so that its metadata can be read: each name from its one index, as all else that is locked.

Every test has a wrong index that offers a higher version of the same name. The builds name a backend of their own, so
what is installed shows in what the package says that it needs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.knowledge.library import Library
from envc.lock.build_tools import NO_TOOLS
from envc.lock.choose import build_tools_of, prepare
from envc.lock.package_sources import FoundPackageSource
from envc.lock.resolution import Target
from envc.lock.routes import program_addresses
from envc.resolvers.git import Git
from envc.resolvers.package_indexes.kept import Kept
from envc.resolvers.package_indexes.kept_pages import key_of, load
from envc.resolvers.package_sources import Sources
from envc.resolvers.pip_tools import PipTools, Settings
from tests.git_server import GitServer
from tests.index_server import Index
from tests.index_server.building import source
from tests.unit.lock.world import NOTHING_MOVES, PLATFORM, environment, slim_images
from tests.unit.lock.world import world as world_in_memory

if TYPE_CHECKING:
    from typing_extensions import Self

pytestmark = pytest.mark.index


class Locking:
    """Locks `pip old from source` with a default index on loopback, as `envc lock` does up to the packages."""

    def __init__(self, cache: Path, settings: Settings) -> None:
        self.cache, self.settings = cache, settings
        self.addresses: dict[str, str] = {}  # in place of those of the program and the library

    def __call__(self, items: str = "pip old from source") -> FoundPackageSource:
        wished = environment(f"env train < python 3.12; {items} >")
        library = {one.name: one.address for one in Library().indexes}
        world = world_in_memory(images=slim_images())._replace(
            sources=Sources(self.cache, self.settings, Git(self.cache)),
            resolver=PipTools(self.cache, self.settings, 60.0),
            index_addresses={**library, **program_addresses(wished), **self.addresses},
        )
        sourced = prepare(wished, PLATFORM, world, None, NOTHING_MOVES).built
        return next(one.found for one in sourced if one.package.name == "old")

    def fails(self, items: str = "pip old from source") -> tuple[Diagnostic, int]:
        with pytest.raises(Report) as caught:
            self(items)
        (diagnostic,) = caught.value.diagnostics
        return diagnostic, caught.value.exit_code


@pytest.fixture
def corp() -> Iterator[Index]:
    with Index() as one:
        yield one


@pytest.fixture
def locking(cache: Path, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Locking:
    monkeypatch.setenv("HOME", str(tmp_path))
    return Locking(cache, Settings(index.url, (), timeout="3", retries="0"))


NONE = "its build needs `{}`, and {} has no wheel of it for this machine"
ROUTED = 'pip old from source; index corp "{}" for helper'


def test_what_a_build_system_needs_comes_from_its_index_alone(locking: Locking, index: Index, corp: Index) -> None:
    index.add_archive("old", "1.0", source("helper"))
    index.add("helper", "99")
    corp.add("helper", "1")
    assert locking(ROUTED.format(corp.url)).requires == ("seen==1",)
    assert "simple/helper" not in index.requests
    assert "simple/old" not in corp.requests


def test_what_is_learnt_of_large_pages_is_kept_where_resolvers_keep_it(
    locking: Locking, index: Index, corp: Index, cache: Path
) -> None:
    index.add_archive("old", "1.0", source("helper"))
    for version in range(1, 300):
        corp.add("helper", f"1.{version}")
    assert locking(ROUTED.format(corp.url)).requires == ("seen==1.299",)
    target = Target("3.12.12", PLATFORM, (2, 36))
    kept = Kept(cache / "package-indexes")
    page = load(kept, key_of(f"{corp.url}helper/", "helper", target))
    kept.close()
    assert page is not None
    assert not (cache / "package-indexes" / "metadata").exists()


def test_what_a_build_system_asks_for_when_it_runs_does(locking: Locking, index: Index, corp: Index) -> None:
    index.add_archive("old", "1.0", source(more=("helper",)))
    index.add("helper", "99")
    corp.add("helper", "1")
    found = locking(ROUTED.format(corp.url))
    assert (found.requires, found.build) == (("seen==1",), ("helper",))
    assert "simple/helper" not in index.requests


def test_what_the_program_says_that_a_build_needs_does(locking: Locking, index: Index, corp: Index) -> None:
    index.add_archive("old", "1.0", source())
    index.add("helper", "99")
    corp.add("helper", "1")
    found = locking(ROUTED.format(corp.url).replace("from source", "from source needs helper"))
    assert found.requires == ("seen==1",)
    assert "simple/helper" not in index.requests


def test_what_a_build_requirement_needs_does(locking: Locking, index: Index, corp: Index) -> None:
    index.add_archive("old", "1.0", source("maker"))
    index.add("maker", "1", "helper")
    index.add("helper", "99")
    corp.add("helper", "1")
    corp.add("maker", "99")
    assert locking(ROUTED.format(corp.url)).requires == ("seen==1",)
    assert "simple/helper" not in index.requests
    assert "simple/maker" not in corp.requests


def test_a_page_of_links_is_an_index_here_too(locking: Locking, index: Index, corp: Index) -> None:
    """One without checksums, as some are."""
    index.add_archive("old", "1.0", source("helper"))
    index.add("helper", "99")
    corp.add("helper", "1", hashes={})
    routed = 'pip old from source; index corp "{}" links for helper'
    assert locking(routed.format(corp.links_url)).requires == ("seen==1",)
    assert "simple/helper" not in index.requests


def test_what_ml_takes_comes_from_the_index_of_its_build(locking: Locking, index: Index, corp: Index) -> None:
    """Where a build system names torch, it gets the one of the library's index, not one from anywhere."""
    index.add_archive("old", "1.0", source("torch", module="torch"))
    index.add("torch", "99")
    corp.add("torch", "2.7.1+cpu")
    locking.addresses = {one.name: corp.url for one in Library().indexes}
    assert locking("pip old from source; cpu; ml torch 2.7.1").requires == ("seen==2.7.1+cpu",)
    assert "simple/torch" not in index.requests


def test_of_the_machines_indexes_the_first_that_has_a_name_counts(locking: Locking, index: Index, corp: Index) -> None:
    """As for all that is locked: the main index cannot replace what lies on an extra one."""
    index.add_archive("old", "1.0", source("helper"))
    index.add("helper", "99")
    corp.add("helper", "1")
    locking.settings = locking.settings._replace(extra_indexes=(corp.url,))
    assert locking().requires == ("seen==1",)
    assert "simple/helper" not in index.requests


def test_folders_and_files_of_this_machines_pip_do_not_count(
    locking: Locking, index: Index, corp: Index, tmp_path: Path
) -> None:
    """A folder of wheels, and an index that stands in the user's own file and was not asked for."""
    index.add_archive("old", "1.0", source("helper"))
    index.add("helper", "1")
    corp.add("helper", "99")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "helper-99-py3-none-any.whl").write_bytes(corp.files["helper-99-py3-none-any.whl"])
    locking.settings = locking.settings._replace(find_links=(str(wheels),))
    own = tmp_path / ".config" / "pip"
    own.mkdir(parents=True)
    (own / "pip.conf").write_text(f"[global]\nextra-index-url = {corp.url}\nfind-links = {wheels}\n")
    assert locking().requires == ("seen==1",)
    assert corp.requests == []


def test_what_its_index_lacks_is_looked_for_nowhere_else(locking: Locking, index: Index, corp: Index) -> None:
    index.add_archive("old", "1.0", source("helper>=1"))
    index.add("helper", "99")
    diagnostic, code = locking.fails(ROUTED.format(corp.url))
    assert (diagnostic.name, code) == ("unreadable-source", 1)
    assert diagnostic.notes == (
        "its build needs `helper>=1`, and the index `corp` has no wheel of it for this machine",
    )
    assert "simple/helper" not in index.requests


@pytest.mark.parametrize("needs", ["helper", "maker"], ids=["itself", "what needs it"])
def test_what_the_program_takes_from_a_repository_is_on_no_index(locking: Locking, index: Index, needs: str) -> None:
    """Whoever puts that name on an index is not heard, unless the program says that it is there, too."""
    index.add_archive("old", "1.0", source(needs))
    index.add("maker", "1", "helper")
    index.add("helper", "99")
    with GitServer(locking.cache / f"served-{needs}") as server:
        repository = server.repository("helper")
        repository.commit_files({"pyproject.toml": '[project]\nname = "helper"\nversion = "2"\n'})
        repository.git("tag", "v2")
        items = f'pip helper from git "{server.address("helper")}" tag v2; pip old from source'
        diagnostic, code = locking.fails(items)
        assert (diagnostic.name, code) == ("unreadable-source", 1)
        assert diagnostic.notes == (
            "its build needs `helper`, which the program takes from git, and no index is asked",
        )
        assert diagnostic.helps[0] == 'where an index has it for builds, name that: `index NAME "https://…" for helper`'
        assert "simple/helper" not in index.requests
        routed = f'{items}; index corp "{index.url}" for helper'
        assert locking(routed).requires == ("seen==99",)


def test_nothing_is_compiled_to_read_metadata(locking: Locking, index: Index) -> None:
    """Building locks wheels of tools alone; so nobody's `setup.py` runs but the package's own."""
    index.add_archive("old", "1.0", source("helper"))
    index.add_archive("helper", "1", b"not opened")
    diagnostic, _ = locking.fails()
    assert diagnostic.notes == (NONE.format("helper", "the package index"),)
    assert "files/helper-1.tar.gz" not in index.requests


def test_what_nobody_vouches_for_is_not_run(locking: Locking, index: Index, corp: Index) -> None:
    """A file without a checksum, by plain http: whoever is on the way could give another. pip takes none either."""
    index.add_archive("old", "1.0", source("helper"))
    corp.add("helper", "1")
    corp.pages["helper"][0] |= {"url": "http://files.invalid/helper-1-py3-none-any.whl", "hashes": {}}
    diagnostic, code = locking.fails(ROUTED.format(corp.url))
    assert diagnostic.message.endswith("is reached by plain http and is not trusted")
    assert code == 3
    index.pages["old"][0] |= {"url": "http://files.invalid/old-1.0.tar.gz", "hashes": {}}
    diagnostic, _ = locking.fails()
    assert diagnostic.message.endswith("is reached by plain http and is not trusted")


def test_an_index_that_fails_is_named(locking: Locking, index: Index) -> None:
    index.add_archive("old", "1.0", source("helper"))
    with Index(credentials=("ada", "geheim")) as corp:
        corp.add("helper", "1")
        diagnostic, code = locking.fails(ROUTED.format(corp.url))
        assert (diagnostic.name, code) == ("index-unauthorised", 3)
        assert diagnostic.message == "index `corp` refused access (401)"
        assert [label.span.text for label in diagnostic.labels] == ["source"]
        locking.addresses = {"corp": corp.url.replace("://", "://ada:falsch@")}
        diagnostic, _ = locking.fails(ROUTED.format(corp.url))
        assert diagnostic.name == "index-unauthorised"
        assert "falsch" not in str(diagnostic)


def test_the_login_of_an_index_is_seen_by_nobody(locking: Locking, index: Index, tmp_path: Path) -> None:
    """Not in the arguments or the environment of any process that is started, and in no file that one is given."""
    index.add_archive("old", "1.0", source("helper"))
    with Index(credentials=("ada", "geheim")) as corp:
        corp.add("helper", "1")
        locking.addresses = {"corp": corp.url.replace("://", "://ada:geheim@")}
        with Watching(b"geheim") as watching:
            assert locking(ROUTED.format(corp.url)).requires == ("seen==1",)
    assert watching.others > 3
    assert watching.found == set()


def processes() -> set[str]:
    return {one.name for one in Path("/proc").iterdir() if one.name.isdigit()}


class Watching:
    """Looks again and again at what processes that began after it show, and at the files of their folders."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self.before = processes()
        self.found: set[str] = set()
        self.seen: set[str] = set()
        self.done = threading.Event()

    @property
    def others(self) -> int:
        return len(self.seen)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.done.set()
        self.thread.join()

    def watch(self) -> None:
        while not self.done.is_set():
            for process in processes() - self.before:
                self.look(process)
            time.sleep(0.002)

    def look(self, process: str) -> None:
        for name in ("cmdline", "environ"):
            try:
                content = Path("/proc", process, name).read_bytes()
            except OSError:
                continue
            self.seen.add(process)
            if self.secret in content:
                self.found.add(f"{name} {content!r}")
        folder = Path("/proc", process, "cwd")
        try:
            files = [one for one in folder.iterdir() if one.is_file()] if "envc-" in str(folder.readlink()) else []
            self.found |= {str(one) for one in files if self.secret in one.read_bytes()}
        except OSError:
            return


def test_without_any_index_there_is_a_name_for_that(locking: Locking, index: Index) -> None:
    """What has an index of its own still comes from there."""
    with Index() as corp:
        corp.add_archive("old", "1.0", source("helper"))
        corp.add("helper", "1")
        locking.settings = locking.settings._replace(no_index=True)
        routed = f'pip old from source; index corp "{corp.url}" for old helper'
        assert locking(routed).requires == ("seen==1",)
    assert index.requests == []


def test_the_tools_of_a_build_are_locked_from_the_same_index(locking: Locking, index: Index, corp: Index) -> None:
    index.add_archive("old", "1.0", source("helper"))
    index.add("seen", "1")
    index.add("helper", "99")
    corp.add("helper", "1")
    wished = environment(f"env train < python 3.12; {ROUTED.format(corp.url)} >")
    world = world_in_memory(images=slim_images())._replace(
        sources=Sources(locking.cache, locking.settings, Git(locking.cache)),
        resolver=PipTools(locking.cache, locking.settings, 60.0),
        index_addresses=program_addresses(wished),
    )
    prepared = prepare(wished, PLATFORM, world, None, NOTHING_MOVES)
    assert prepared.request is not None
    resolution = world.resolver.resolve(prepared.request, world.progress)
    chosen = build_tools_of(prepared, resolution, world, None)
    assert chosen != NO_TOOLS
    assert [(one.name, one.version, one.index) for one in chosen.packages[0].tools] == [("helper", "1", "corp")]
    assert "simple/helper" not in index.requests


def test_a_build_system_that_never_answers(locking: Locking, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and so is what it has started."""
    monkeypatch.setattr("envc.resolvers.pip_tools.environment.TIME_LIMIT", 8.0)
    index.add_archive("old", "1.0", source(first="import time; time.sleep(600)"))
    before = processes()
    diagnostic, code = locking.fails()
    assert (diagnostic.name, code) == ("unreadable-source", 1)
    assert diagnostic.notes == ("it gave no answer within 8 seconds",)
    left = [Path("/proc", one, "cmdline") for one in processes() - before]
    assert not any(b"build-env-" in one.read_bytes() for one in left if one.exists())
