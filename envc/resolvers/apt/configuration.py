"""The files that a private apt is configured with, as texts. Pure.

Nothing of the machine's own state is used: neither its lists of packages nor what is installed on it. Addresses stand
in these files alone, which are private and go when the answer is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from envc.knowledge.archives import Archive
from envc.lock.system_packages import FROM_FILE, Repository, SystemFile


class Source(NamedTuple):
    """An archive at an address, and the suites of it that are asked."""

    archive: str
    address: str  # without a slash at the end
    suites: tuple[str, ...]
    components: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What a lock says of it: `debian bookworm main`."""
        return tuple(f"{self.archive} {suite} {' '.join(self.components)}" for suite in self.suites)


def public_sources(archives: Iterable[Archive], release: str) -> tuple[Source, ...]:
    """Return the archives at the addresses that all the world knows."""
    return tuple(Source(one.name, one.address, one.suites_of(release), one.components) for one in archives)


def snapshot_sources(archives: Iterable[Archive], release: str, time: str) -> tuple[Source, ...]:
    """Return the archives as they were at a time."""
    return tuple(
        Source(one.name, f"{one.snapshots}/{time}", one.suites_of(release), one.components) for one in archives
    )


def repository_sources(repositories: Iterable[Repository], environ: Mapping[str, str]) -> tuple[Source, ...]:
    """Return repositories at the addresses that this machine gives them (`ENVC_ARCHIVE_OSRF`), or the program's."""
    return tuple(
        Source(
            one.name, (environ.get(archive_variable(one.name)) or one.address).rstrip("/"), (one.suite,), one.components
        )
        for one in repositories
    )


def archive_variable(name: str) -> str:
    """Return the variable that gives an archive another address: `ENVC_ARCHIVE_DEBIAN_SECURITY`."""
    return f"ENVC_ARCHIVE_{name.upper().replace('-', '_')}"


def key_file(repository: str) -> str:
    """Return what the file with the key of a repository is called in the private apt's folder."""
    return f"repository-{repository}.gpg"


def repositories_list(sources: Iterable[Source], folder: str) -> str:
    """Return the lines of `sources.list` for repositories. They have no snapshots, so their age does matter."""
    return "".join(
        f"deb [signed-by={folder}/{key_file(one.archive)} check-valid-until=yes] "
        + " ".join([one.address, suite, *one.components])
        + "\n"
        for one in sources
        for suite in one.suites
    )


#: The folder with the index of packages that come as files; none of them lies there.
_FILES = "files"


def source_of_files(folder: str) -> Source:
    """Return the packages that come as files, as an archive in the folder of a private apt."""
    return Source(FROM_FILE, f"file:{folder}/{_FILES}", ("./",), ())


def index_of_files(files: Iterable[SystemFile]) -> dict[str, str]:
    """Return the index of packages that come as files, by its path in the folder. What they say of files is ours."""
    own = re.compile(r"(?im)^(Filename|Size|SHA256|SHA1|MD5sum):.*\n(?:[ \t].*\n)*")
    stanzas = [
        own.sub("", one.control) + f"Filename: ./{one.name}.deb\nSize: {one.size}\nSHA256: {one.sha256}\n"
        for one in files
    ]
    return {f"{_FILES}/Packages": "\n".join(stanzas)}


def list_of_files(folder: str) -> str:
    """Return the line of `sources.list` for that index, which envc itself has made."""
    return f"deb [trusted=yes] {source_of_files(folder).address} ./\n"


def sources_list(sources: Iterable[Source], keyring: str) -> str:
    """Return the text of `sources.list`. A snapshot is old on purpose, so how old an index is does not matter."""
    return "".join(
        f"deb [signed-by={keyring}] {one.address} {suite} {' '.join(one.components)}\n"
        for one in sources
        for suite in one.suites
    )


def preferences(kept: Iterable[tuple[str, str]]) -> str:
    """Return the text that makes apt take these versions where it can. It takes no newer one away for them."""
    return "\n".join(f"Package: {name}\nPin: version {version}\nPin-Priority: 995\n" for name, version in kept)


def apt_configuration(folder: str, lists: str, architecture: str, *, machine: str = "", snapshot: bool = False) -> str:
    """Return the text of `apt.conf` for a private apt in a folder; `machine` is how archives are reached from here."""
    settings = (
        ("Dir::Etc::main", "/dev/null"),
        ("Dir::Etc::parts", "/dev/null"),
        ("Dir::Etc::sourcelist", f"{folder}/sources.list"),
        ("Dir::Etc::sourceparts", "/dev/null"),
        ("Dir::Etc::preferences", f"{folder}/preferences"),
        ("Dir::Etc::preferencesparts", "/dev/null"),
        ("Dir::Etc::trusted", "/dev/null"),
        ("Dir::Etc::trustedparts", "/dev/null"),
        ("Dir::State", f"{folder}/state"),
        ("Dir::State::lists", lists),
        ("Dir::State::status", f"{folder}/status"),
        ("Dir::Cache", f"{folder}/cache"),
        ("APT::Architecture", architecture),
        ("APT::Sandbox::User", "root"),  # one who is not root stays who he is
        ("APT::Update::Error-Mode", "any"),
        ("APT::Get::Never-Include-Phased-Updates", "true"),  # else the machine's own number decides
        ("Acquire::GzipIndexes", "true"),  # they are kept as small as they came
        ("Acquire::Languages", "none"),
        ("Acquire::Check-Valid-Until", "false" if snapshot else "true"),
        # where nobody keeps the past, that is known soon, and the present is asked
        ("Acquire::Retries", "0" if snapshot else "2"),
        ("Acquire::Retries::Delay", "false"),
        ("Acquire::http::Timeout", "15" if snapshot else "30"),
        ("Acquire::https::Timeout", "15" if snapshot else "30"),
        ("Debug::NoLocking", "true"),  # whoever runs apt has locked what needs it
    )
    text = "".join(f'{name} "{value}";\n' for name, value in settings)
    return f'{machine}#clear APT::Architectures;\nAPT::Architectures {{ "{architecture}"; }};\n{text}'
