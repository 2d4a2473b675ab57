"""One resolution: the private apt is laid out in a place, gets the indexes, and is asked."""

from __future__ import annotations

import re
from typing import NamedTuple

from envc.diagnostics.diagnostic import world_failed
from envc.lock.dpkg import Installed, listing_digest, read_status
from envc.lock.system_packages import NoSolution, SystemAnswer, SystemRequest, SystemResult, UnknownNames
from envc.resolvers.apt import answer, repositories
from envc.resolvers.apt.configuration import (
    Source,
    apt_configuration,
    index_of_files,
    key_file,
    list_of_files,
    preferences,
    repositories_list,
    source_of_files,
    sources_list,
)
from envc.resolvers.apt.failures import Failure, failure_of, without_addresses
from envc.resolvers.apt.place import Finished, Place
from envc.resolvers.apt.repositories import Row

#: So many names go to one call of apt.
_AT_ONCE = 1000
_INSTALL = ("apt-get", "install", "--print-uris", "--quiet", "--yes", "--no-install-recommends", "--no-upgrade")


class Archives(NamedTuple):
    """What was asked: the distribution's archives, the repositories, and which has what."""

    sources: tuple[Source, ...]
    extra: tuple[Source, ...]
    rows: tuple[Row, ...]


def resolve(
    place: Place,
    request: SystemRequest,
    sources: tuple[Source, ...],
    keyring: str,
    machine: str = "",
    extra: tuple[Source, ...] = (),
) -> SystemResult | Failure:
    """Ask apt. `keyring` is the path of the keys in the image; the place has a copy, or the very file.

    `extra` are the repositories of the request, where they are asked.
    """
    lay_out(place, request, sources, keyring, machine, extra)
    updated = place.run(("apt-get", "update", "--quiet"))
    if updated.code:
        return failure_of(updated.err)
    base = read_status(request.base.status)
    rows: tuple[Row, ...] = ()
    beside = repositories.with_files(request)
    if request.files:
        extra = (*extra, source_of_files(place.folder))
    if beside:
        rows = _rows(place, sources, extra)
        absent = _absent(request, rows)
        if absent:
            return absent
        own = preferences(request.kept)
        both = "\n".join(text for text in (own, repositories.pins(rows, beside)) if text)
        place.write({"preferences": both.encode()})
    known = set(place.run(("apt-cache", "pkgnames")).out.split())
    names, unknown = {}, []
    for name in request.names:
        found = [name] if name in known else answer.providers(place.run(("apt-cache", "showpkg", name)).out)
        if len(found) == 1:
            names[name] = found[0]
        else:
            unknown.append((name, tuple(found) or answer.nearest(name, known)))
    where = f"{request.base.distribution} {request.base.release}"
    if unknown:
        return UnknownNames(tuple(unknown), where)
    asked = tuple(sorted(set(names.values())))
    printed = place.run((*_INSTALL, "--no-remove", *asked))
    if printed.code:
        return NoSolution(_conflicts(printed))
    return _answer(place, request, Archives(sources, extra, rows), asked, printed.out, keyring, base)


def update_alone(place: Place, request: SystemRequest, extra: Source, machine: str) -> Failure | None:
    """Fetch the index of one repository and of nothing else. Return how that failed, or None."""
    lay_out(place, request._replace(snapshot=None), (), "/dev/null", machine, (extra,))
    updated = place.run(("apt-get", "update", "--quiet"))
    return failure_of(updated.err) if updated.code else None


def _rows(place: Place, sources: tuple[Source, ...], extra: tuple[Source, ...]) -> tuple[Row, ...]:
    """Return which archive has which version of every package that a repository has."""
    addresses = {one.address for one in extra}
    targets = place.run(("apt-get", "indextargets", "--format", "$(REPO_URI) $(FILENAME)", "Created-By: Packages"))
    files = [line.partition(" ")[::2] for line in targets.out.splitlines()]
    wanted = [file for address, file in files if address.rstrip("/") in addresses and file]
    names = repositories.names_in(place.run(("/usr/lib/apt/apt-helper", "cat-file", *wanted)).out) if wanted else ()
    found: list[Row] = []
    for start in range(0, len(names), _AT_ONCE):
        printed = place.run(("apt-cache", "madison", *names[start : start + _AT_ONCE])).out
        found += repositories.rows_of(printed, (*sources, *extra))
    return tuple(found)


def _absent(request: SystemRequest, rows: tuple[Row, ...]) -> UnknownNames | None:
    """Return the names that a repository does not have."""
    for one in request.repositories:
        has = {row.name for row in rows if row.archive == one.name}
        missing = tuple((name, answer.nearest(name, has)) for name in one.names if name not in has)
        if missing:
            return UnknownNames(missing, f"the repository `{one.name}`")
    return None


def lay_out(  # what a private apt is made of
    place: Place,
    request: SystemRequest,
    sources: tuple[Source, ...],
    keyring: str,
    machine: str,
    extra: tuple[Source, ...] = (),
) -> None:
    """Write the files of the private apt."""
    own_keys = request.base.keyring
    keys = f"{place.folder}/keys.gpg" if own_keys else keyring
    configuration = apt_configuration(
        place.folder,
        place.lists,
        request.base.architecture,
        machine=machine,
        snapshot=request.snapshot is not None,
    )
    of_files = list_of_files(place.folder) if request.files else ""
    files = {
        "apt.conf": configuration,
        "sources.list": sources_list(sources, keys) + repositories_list(extra, place.folder) + of_files,
        "preferences": preferences(request.kept),
        "status": request.base.status,
        "state/extended_states": "",
        "cache/archives/partial/.made": "",
        "lists/partial/.made": "",  # where the place has no other folder for them
    }
    binaries = {"keys.gpg": own_keys} if own_keys else {}
    binaries |= {key_file(one.name): one.key for one in request.repositories}
    files |= index_of_files(request.files) if request.files else {}
    place.write({name: text.encode() for name, text in files.items()} | binaries)


def _answer(
    place: Place,
    request: SystemRequest,
    archives: Archives,
    asked: tuple[str, ...],
    printed: str,
    keyring: str,
    base: tuple[Installed, ...],
) -> SystemAnswer | NoSolution:
    try:
        plan = answer.planned(printed, (*archives.sources, *archives.extra))
        wrong = repositories.strays(plan, archives.rows, repositories.with_files(request))
        there = {one.name: one.version for one in base if one.state == "installed"}
        wrong += repositories.present(there, plan, repositories.with_files(request))
        if wrong:
            return NoSolution(wrong)
        shown = place.run(("apt-cache", "show", *(one.exact for one in plan))).out if plan else ""
        packages = answer.choices(plan, answer.records(shown), asked, base)
    except ValueError as error:
        raise world_failed(
            "archive-failed",
            f"the archive of {request.base.distribution} {request.base.release} gives no usable index",
            notes=(str(error),),
        ) from None
    added = (Installed(one.name, one.architecture, one.version) for one in packages if one.archive)
    version = place.run(("apt-get", "--version")).out.split()
    return SystemAnswer(
        resolver=" ".join(version[:2]),
        distribution=request.base.distribution,
        release=request.base.release,
        sources=tuple(name for one in archives.sources for name in one.names),
        keyring=keyring,
        snapshot=request.snapshot,
        listing=listing_digest(base, added),
        packages=packages,
    )


def _conflicts(finished: Finished) -> tuple[str, ...]:
    """Return apt's own words about packages that do not go together."""
    _, _, behind = finished.out.partition("unmet dependencies:\n")
    lines = [" ".join(line.split()) for line in behind.splitlines() if line.startswith(" ")]
    errors = [without_addresses(line) for line in finished.err.splitlines() if re.match("E:", line)]
    return tuple((lines or errors)[:6]) or ("apt-get gives no reason",)
