"""Fills a vendored folder, and reads one for a build."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

from envc.diagnostics import Diagnostic, Report
from envc.language.outside_facets import GitSource
from envc.lock.vendor_record import (
    RECORD,
    VendorRecord,
    images_of,
    locked_images,
    read_record,
    refuse_changed,
    refuse_other,
    write_record,
)
from envc.plan.vendored import (
    deb_of,
    file_of,
    refuse_copied,
    refuse_fetching,
    refuse_unversioned,
    remote_files,
    wanted_files,
)

if TYPE_CHECKING:
    from envc.cli.loading import Loaded
    from envc.lock.files import LockedFiles
    from envc.lock.resolution import Progress
    from envc.plan.plan import Plan
    from envc.resolvers.vendor.store import Store


def fill(  # what a machine needs to know to fetch
    loaded: Loaded,
    locked: LockedFiles,
    plan: Plan,
    folder: Path,
    progress: Progress,
    secrets: Mapping[str, Path] = MappingProxyType({}),
) -> VendorRecord:
    """Fill a folder with what a build of a lock fetches, beside it, and put it in its place. Raises a Report.

    A folder that is there and was filled before gives what it has; when anything fails it stays as it was.
    """
    from envc.resolvers.pip_tools.environment import user_cache
    from envc.resolvers.vendor.store import Store
    from envc.sources.waiting import alone
    from envc.sources.writing import recover_folder, replacing_folder

    refuse_unversioned(plan)
    refuse_fetching(plan)
    shown = folder.as_posix()
    folder = folder.resolve()
    root = loaded.project.root.resolve()
    if root in (folder, *folder.parents):
        refuse_copied(plan, PurePosixPath(folder.relative_to(root).as_posix()), shown)
    with alone(folder, user_cache(os.environ), lambda _: progress("waiting for another `envc vendor`")):
        recover_folder(folder)
        older = _older(folder, shown)
        with replacing_folder(folder, shown) as staged:
            store = Store(staged, older)
            _fetch(loaded, locked, plan, store, progress, secrets)
            record = VendorRecord(
                environment=locked.lock.environment,
                platform=locked.lock.platform,
                images=images_of(locked),
                files=store.finish(),
            )
            (staged / RECORD).write_text(write_record(record), encoding="utf-8")
    return record


def _older(folder: Path, shown: str) -> Path | None:
    """Return the folder when it was filled before. Raises a Report when it holds anything else."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    strangers: list[str] = []
    if folder.is_dir() and (folder / RECORD).is_file():
        record = _record(folder, shown)
        known = {*record.files, RECORD}
        files = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
        strangers = sorted({path.relative_to(folder).as_posix() for path in files} - known)
        if not strangers:
            return folder
    notes = (f"not of `envc vendor`: {', '.join(strangers[:8])}",) if strangers else (f"it has no {RECORD}",)
    helps = ("name a folder that is not there yet, or one that `envc vendor` filled",)
    raise Report([Diagnostic("occupied-folder", f"`{shown}` holds something else", notes=notes, helps=helps)])


def _fetch(
    loaded: Loaded,
    locked: LockedFiles,
    plan: Plan,
    store: Store,
    progress: Progress,
    secrets: Mapping[str, Path],
) -> None:
    from envc.cli.console import show
    from envc.cli.index_secrets import logins_for
    from envc.knowledge.library import Library
    from envc.language.system_repositories import repositories_of
    from envc.lock.routes import pages_of_links, program_addresses
    from envc.resolvers.indexes import index_addresses
    from envc.resolvers.pip_tools.environment import user_cache
    from envc.resolvers.registry import Registry
    from envc.resolvers.settings import settings_of_this_machine
    from envc.resolvers.vendor.archives import fetch_archives, packages_with_source
    from envc.resolvers.vendor.conda import wanted_archives
    from envc.resolvers.vendor.debs import wanted_debs
    from envc.resolvers.vendor.download import Wanted, download
    from envc.resolvers.vendor.images import fetch_images
    from envc.resolvers.vendor.wheels import fetch_wheels

    library, environment = Library(), loaded.on(locked.lock.platform).environment
    planned = {(one.stage, one.name): deb_of(one) for one in plan.apt.packages}
    repositories = {one.name: one.address for one in repositories_of(environment)}
    wanted = wanted_debs(locked.lock, library, lambda one: planned[one.stage, one.name], repositories=repositories)
    wanted += [
        Wanted(f"{one.name} {one.version}", deb_of(one), one.sha256, (one.address,))
        for one in plan.apt.packages
        if one.address
    ]
    wanted += [Wanted(one.called, file_of(one.sha256), one.sha256, (one.address,)) for one in remote_files(plan)]
    wanted += wanted_archives(plan.conda, library, os.environ)
    download(wanted, store, progress)
    addresses = index_addresses(library, os.environ, program_addresses(environment))
    logins = logins_for(environment, secrets)
    show(logins.notes)
    addresses = logins.within(addresses)
    pages = pages_of_links(environment)
    by_pip = locked.pins or locked.tools or locked.lock.built or plan.conda
    settings = settings_of_this_machine() if by_pip else None
    if settings:
        cache = user_cache(os.environ)
        fetch_wheels(locked, store, cache, settings, addresses, progress, pages)
        fetch_archives(locked.lock, environment, store, cache, settings, addresses, progress)
    if plan.repositories:
        from envc.resolvers.git import Git
        from envc.resolvers.vendor.sources import fetch_sources

        places = {one.name: one.origin.of("source") for one in packages_with_source(environment)}
        places |= {one.name: one.origin.of("repository") for one in environment.every(GitSource)}
        fetch_sources(plan.repositories, places, store, Git(user_cache(os.environ)), progress)
    fetch_images(locked_images(locked.lock), locked.lock.platform, store, Registry(), progress)


@contextmanager
def checked(folder: Path, locked: LockedFiles, plan: Plan) -> Iterator[tuple[tuple[str, str], ...]]:
    """Check that a folder holds what a build of the lock needs, byte for byte, and yield the contexts that it gives.

    They are good while the block lasts. Raises a Report.
    """
    from envc.resolvers.vendor.images import FOLDER as IMAGES
    from envc.resolvers.vendor.store import files_of
    from envc.targets.dockerfile.vendored import CONTEXTS

    shown = folder.as_posix()
    record = _record(folder, shown)
    refuse_unversioned(plan)
    refuse_fetching(plan)
    refuse_other(record, locked, shown, wanted_files(plan))
    refuse_changed(record, files_of(folder), shown)
    with tempfile.TemporaryDirectory(prefix="envc-vendor-") as near:
        images = Path(near, IMAGES)  # buildx reads `:` and `@` in the path of a layout, and a link has neither
        images.symlink_to((folder / IMAGES).resolve(), target_is_directory=True)
        layouts = ((name, f"oci-layout://{images}@{digest}") for name, digest in images_of(locked).items())
        folders = ((context, (folder / name).resolve()) for name, context in CONTEXTS.items())
        yield (*layouts, *((context, str(place)) for context, place in folders if place.is_dir()))


def _record(folder: Path, shown: str) -> VendorRecord:
    try:
        text = (folder / RECORD).read_text("utf-8", errors="replace")
    except OSError:
        message = f"`{shown}` is no folder that `envc vendor` filled"
        helps = (f"fill it first: `envc vendor PROGRAM --to {shown}`",)
        notes = (f"it has no {RECORD}",)
        raise Report([Diagnostic("damaged-vendor-folder", message, notes=notes, helps=helps)]) from None
    return read_record(text, f"{shown}/{RECORD}")
