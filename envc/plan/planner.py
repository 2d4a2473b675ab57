"""From environment, lock and sources to the plan. Takes every decision that is left, and touches nothing."""

from __future__ import annotations

from collections.abc import Mapping

from envc.language.environment import Environment
from envc.language.system_repositories import repositories_of
from envc.lock.base import PYTHON_REPOSITORY
from envc.lock.files import LockedFiles
from envc.lock.routes import logins_by_index, pages_of_links
from envc.lock.source_tree import SourceTree
from envc.plan.apt import plan_apt
from envc.plan.copies import copies_of
from envc.plan.data import data_of
from envc.plan.origins import origins_of
from envc.plan.outside import image_files, tools_of
from envc.plan.package_parts import PackageGroup, PlannedPackage
from envc.plan.places import Places
from envc.plan.plan import (
    BasePart,
    LanguagePart,
    Placement,
    Plan,
    PythonPart,
)
from envc.plan.running import run_of
from envc.plan.settings import settings_of
from envc.plan.stages import stages_of
from envc.plan.variables import builder_variables_of


def make_plan(  # the stage's inputs, each a type of the pipeline
    environment: Environment,
    locked: LockedFiles,
    sources: SourceTree,
    places: Places,
    index_addresses: Mapping[str, str],
    arguments: Mapping[str, str] | None = None,
) -> Plan:
    """Decide everything. `arguments` are values for build arguments. Raises a Report for one that is not allowed."""
    lock = locked.lock
    python = PythonPart(version=lock.python.version)
    settings = settings_of(environment, lock, python, arguments or {})
    packages = _packages(locked, index_addresses, environment)
    copies = copies_of(environment, sources, places, settings.working_directory)
    data = data_of(environment, lock)
    tools, images = tools_of(environment), image_files(environment, lock)
    repositories = {one.name: one.address for one in repositories_of(environment)}
    apt = plan_apt(lock, index_addresses, repositories)
    base = BasePart(
        platform=lock.platform,
        official_python=lock.base.repository == PYTHON_REPOSITORY,
        python_copied=lock.interpreter is not None,
        builder=(lock.interpreter or lock.base).reference,
        inference=lock.base.reference,
    )
    return Plan(
        name=environment.name,
        language=LanguagePart(edition=lock.edition),
        base=base,
        python=python,
        apt=apt,
        packages=packages,
        data=data,
        settings=settings,
        source=copies,
        stages=stages_of(base, apt, packages, data, copies, tools, images).model_copy(
            update={"builder_variables": builder_variables_of(environment)}
        ),
        run=run_of(environment, lock),
        tools=tools,
        images=images,
        origins=origins_of(environment, lock),
        placement=Placement(program=places.program, folder=places.folder, lock=places.lock, output=places.output),
    )


def _packages(locked: LockedFiles, addresses: Mapping[str, str], environment: Environment) -> tuple[PackageGroup, ...]:
    pages, logins = pages_of_links(environment), logins_by_index(environment)
    return tuple(
        PackageGroup(
            index=index,
            address=None if index is None else addresses.get(index),
            file=locked.lock.requirements_file(index),
            packages=tuple(PlannedPackage(name=pin.name, version=pin.version, hashes=pin.hashes) for pin in pins),
            links=index in pages,
            login=index in logins,
        )
        for index, pins in locked.pins
    )
