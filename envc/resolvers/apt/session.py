"""One resolution: the private apt is laid out in a place, gets the indexes, and is asked."""

from __future__ import annotations

import re

from envc.diagnostics.diagnostic import world_failed
from envc.lock.dpkg import Installed, listing_digest, read_status
from envc.lock.system_packages import NoSolution, SystemAnswer, SystemRequest, SystemResult, UnknownNames
from envc.resolvers.apt import answer
from envc.resolvers.apt.configuration import Source, apt_configuration, preferences, sources_list
from envc.resolvers.apt.failures import Failure, failure_of, without_addresses
from envc.resolvers.apt.place import Finished, Place

_INSTALL = ("apt-get", "install", "--print-uris", "--quiet", "--yes", "--no-install-recommends", "--no-upgrade")


def resolve(
    place: Place, request: SystemRequest, sources: tuple[Source, ...], keyring: str, machine: str = ""
) -> SystemResult | Failure:
    """Ask apt. `keyring` is the path of the keys in the image; the place has a copy, or the very file."""
    lay_out(place, request, sources, keyring, machine)
    updated = place.run(("apt-get", "update", "--quiet"))
    if updated.code:
        return failure_of(updated.err)
    base = read_status(request.base.status)
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
    return _answer(place, request, sources, asked, printed.out, keyring, base)


def lay_out(place: Place, request: SystemRequest, sources: tuple[Source, ...], keyring: str, machine: str) -> None:
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
    files = {
        "apt.conf": configuration,
        "sources.list": sources_list(sources, keys),
        "preferences": preferences(request.kept),
        "status": request.base.status,
        "state/extended_states": "",
        "cache/archives/partial/.made": "",
        "lists/partial/.made": "",  # where the place has no other folder for them
    }
    place.write({name: text.encode() for name, text in files.items()} | ({"keys.gpg": own_keys} if own_keys else {}))


def _answer(
    place: Place,
    request: SystemRequest,
    sources: tuple[Source, ...],
    asked: tuple[str, ...],
    printed: str,
    keyring: str,
    base: tuple[Installed, ...],
) -> SystemAnswer:
    try:
        plan = answer.planned(printed, sources)
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
        sources=tuple(name for one in sources for name in one.names),
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
