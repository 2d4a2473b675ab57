"""From environment, lock and sources to the plan. Takes every decision that is left, and touches nothing."""

from __future__ import annotations

from collections.abc import Mapping

from envc.diagnostics import Diagnostic, Report
from envc.diagnostics.diagnostic import wrong
from envc.language.container_facets import IpcNamespace, KernelCapability, ProcessLimit
from envc.language.environment import Environment
from envc.language.facets import (
    Accelerator,
    Artifact,
    BaseImage,
    BuildArgument,
    Command,
    CopiedPath,
    ExposedPort,
    HealthCheck,
    IgnoredPath,
    ImageLabel,
    Interpreter,
    PackageFile,
    PackageIndex,
    PythonPackage,
    ResourceLimit,
    Secret,
    Setting,
    SharedMemory,
    SystemPackage,
    User,
    WorkingDirectory,
)
from envc.language.hub_address import read_hub_address
from envc.language.outside_facets import BuildCheck, ImageFile, Tool
from envc.lock.base import PYTHON_REPOSITORY
from envc.lock.files import LockedFiles
from envc.lock.model import Lock, LockedArtifact
from envc.lock.source_tree import SourceTree
from envc.plan.apt import plan_apt
from envc.plan.health import plan_health
from envc.plan.outside import image_files, tools_of
from envc.plan.places import Places
from envc.plan.plan import (
    BasePart,
    LanguagePart,
    PackageGroup,
    Placement,
    Plan,
    PlannedAccelerator,
    PlannedArgument,
    PlannedArtifact,
    PlannedCopy,
    PlannedFile,
    PlannedPackage,
    PlannedSecret,
    PlannedUlimit,
    PlannedUser,
    PythonPart,
    RunPart,
    SettingsPart,
)
from envc.plan.stages import stages_of
from envc.plan.variables import builder_variables_of, variables_of
from envc.plan.wanted import root_path

#: Where the command starts when the program does not say it.
WORKING_DIRECTORY = "/app"


#: Facets whose part of the origins is there only where they are used.
_LATER_ORIGINS: dict[str, type] = {"tools": Tool, "images": ImageFile, "checks": BuildCheck}


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
    settings = _settings(environment, lock, python, arguments or {})
    packages = _packages(locked, index_addresses)
    copies = _copies(environment, sources, places, settings.working_directory)
    data = _data(environment, lock)
    tools, images = tools_of(environment), image_files(environment, lock)
    apt = plan_apt(lock, index_addresses)
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
        run=_run(environment, lock),
        tools=tools,
        images=images,
        origins=_origins(environment, lock),
        placement=Placement(program=places.program, folder=places.folder, lock=places.lock, output=places.output),
    )


def _settings(environment: Environment, lock: Lock, python: PythonPart, chosen: Mapping[str, str]) -> SettingsPart:
    user = environment.one(User)
    name, uid = (user.name, user.uid) if user else ("app", 1000)
    home = "/root" if uid == 0 else f"/home/{name}"
    workdir = environment.one(WorkingDirectory)
    return SettingsPart(
        variables=variables_of(environment, lock, python, home),
        arguments=_arguments(environment, chosen),
        labels=tuple(sorted((label.name, label.value) for label in environment.every(ImageLabel))),
        user=PlannedUser(name=name, uid=uid, home=home, any_id=bool(user and user.any_id)),
        working_directory=workdir.path if workdir else WORKING_DIRECTORY,
        ports=tuple(sorted({port.port for port in environment.every(ExposedPort)}, key=_port_order)),
    )


def _port_order(port: str) -> tuple[int, str]:
    number, _, protocol = port.partition("/")
    return int(number), protocol


def _arguments(environment: Environment, chosen: Mapping[str, str]) -> tuple[PlannedArgument, ...]:
    declared = {argument.name: argument for argument in environment.every(BuildArgument)}
    for name, value in chosen.items():
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise Report(
                [
                    Diagnostic(
                        "unknown-build-argument",
                        f"the environment `{environment.name}` has no build argument `{name}`",
                        (wrong(environment.origin.of("name")),),
                        notes=(f"it has: {known}",),
                    )
                ]
            )
        values = declared[name].values
        if values and value not in values:
            raise Report(
                [
                    Diagnostic(
                        "unknown-choice",
                        f"`{value}` is none of {', '.join(values)}",
                        (wrong(declared[name].origin.of("values"), f"what `{name}` may be"),),
                    )
                ]
            )
        if not value.isprintable():
            label = wrong(declared[name].origin.of("name"), "its value is given on the command line")
            message = f"the value of `{name}` holds a character that is none of a text"
            raise Report([Diagnostic("control-character", message, (label,))])
    return tuple(
        PlannedArgument(name=name, value=chosen.get(name, argument.default), values=argument.values)
        for name, argument in sorted(declared.items())
    )


def _packages(locked: LockedFiles, addresses: Mapping[str, str]) -> tuple[PackageGroup, ...]:
    return tuple(
        PackageGroup(
            index=index,
            address=None if index is None else addresses.get(index),
            file=locked.lock.requirements_file(index),
            packages=tuple(PlannedPackage(name=pin.name, version=pin.version, hashes=pin.hashes) for pin in pins),
        )
        for index, pins in locked.pins
    )


def _copies(
    environment: Environment, sources: SourceTree, places: Places, working_directory: str
) -> tuple[PlannedCopy, ...]:
    ignored = tuple(sorted({facet.pattern for facet in environment.every(IgnoredPath)}))
    copies = []
    for facet in environment.every(CopiedPath):
        source = root_path(facet.source, facet.origin, "source", places)
        name = "" if facet.source == "." else source.rsplit("/", 1)[-1]
        path = facet.path or f"{working_directory}/{name}".rstrip("/")
        copies.append(_copy(sources, facet.source, source, path, ignored))
    return tuple(sorted(copies, key=lambda copy: (copy.path, copy.source)))


def _copy(sources: SourceTree, written: str, source: str, path: str, ignored: tuple[str, ...]) -> PlannedCopy:
    prefix = "" if source == "." else f"{source}/"
    files = tuple(
        PlannedFile(
            path="" if file.path == source else file.path.removeprefix(prefix),
            executable=file.executable,
            sha256=file.sha256,
            link=file.link,
        )
        for file in sources.below(source)
    )
    return PlannedCopy(source=written, path=path, folder=source in sources.folders, files=files, ignored=ignored)


def _data(environment: Environment, lock: Lock) -> tuple[PlannedArtifact, ...]:
    locked = {artifact.name: artifact for artifact in lock.artifacts}
    artifacts = [_artifact(facet, locked.get(facet.name)) for facet in environment.every(Artifact)]
    return tuple(sorted(artifacts, key=lambda artifact: (artifact.kind, artifact.name)))


def _artifact(facet: Artifact, locked: LockedArtifact | None) -> PlannedArtifact:
    """Return an artifact as it was locked; a cache is not."""
    return PlannedArtifact(
        kind=facet.kind,
        name=facet.name,
        version=facet.version,
        delivery=facet.delivery,
        path=facet.path,
        location=_location(facet, locked),
        writable=facet.writable,
        size=locked.size if locked else None,
        sha256=locked.sha256 if locked else None,
    )


def _location(facet: Artifact, locked: LockedArtifact | None) -> str | None:
    """Return where data come from; a revision of the Hub is the commit that it was when it was locked."""
    hub = read_hub_address(facet.location) if facet.location else None
    return hub.at(locked.revision) if hub and locked and locked.revision else facet.location


def _run(environment: Environment, lock: Lock) -> RunPart:
    command = environment.one(Command)
    health = environment.one(HealthCheck)
    limit = environment.one(ResourceLimit)
    shared_memory = environment.one(SharedMemory)
    ipc = environment.one(IpcNamespace)
    accelerator = environment.one(Accelerator)
    return RunPart(
        command=command.arguments if command else ("python",),
        health=plan_health(health) if health else None,
        memory=limit.memory if limit else None,
        cpu=limit.cpu if limit else None,
        shared_memory=shared_memory.size if shared_memory else None,
        accelerator=PlannedAccelerator(
            count=accelerator.number,
            memory=accelerator.memory,
            optional=accelerator.optional,
            driver=lock.accelerator.driver if lock.accelerator else None,
        )
        if accelerator
        else None,
        secrets=tuple(
            PlannedSecret(name=secret.name, variable=secret.variable)
            for secret in sorted(environment.every(Secret), key=lambda secret: secret.name)
        ),
        ulimits=tuple(
            PlannedUlimit(name=limit.name, soft=limit.soft, hard=limit.hard)
            for limit in sorted(environment.every(ProcessLimit), key=lambda limit: limit.name)
        ),
        ipc=ipc.mode if ipc else None,
        capabilities=tuple(sorted(one.name for one in environment.every(KernelCapability))),
        checks=tuple(check.arguments for check in environment.every(BuildCheck)),
    )


def _origins(environment: Environment, lock: Lock) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return for each part the clauses of the program that it comes from and the reasons of the lock."""
    kinds: dict[str, tuple[type, ...]] = {
        "base": (BaseImage, Interpreter, Accelerator),
        "apt": (SystemPackage,),
        "packages": (PythonPackage, PackageFile, PackageIndex),
        "data": (Artifact,),
        "source": (CopiedPath,),
        "variables": (Setting,),
        "arguments": (BuildArgument,),
        "user": (User,),
        "working_directory": (WorkingDirectory,),
        "ports": (ExposedPort,),
        "health": (HealthCheck,),
        "command": (Command,),
        **{
            part: (kind,)
            for part, kind in _LATER_ORIGINS.items()
            if any(isinstance(facet, kind) for facet in environment.facets)
        },
    }
    origins: list[tuple[str, tuple[str, ...]]] = []
    for part, wanted in kinds.items():
        clauses = [facet.origin.clause for facet in environment.facets if isinstance(facet, wanted)]
        origins.append((part, tuple(dict.fromkeys(clauses))))
    origins.append(("base reason", (lock.base.reason, lock.python.reason)))
    if lock.accelerator:
        origins.append(("accelerator reason", (lock.accelerator.reason,)))
    return tuple(origins)
