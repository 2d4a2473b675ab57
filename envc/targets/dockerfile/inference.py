"""The stage `inference`: what runs. Base, system packages, user, packages, data, and the project's own files last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from envc.plan.file_parts import PlannedArtifact
from envc.plan.hash import PlanHash
from envc.plan.plan import InferenceStep, Plan
from envc.targets.dockerfile.apt import install
from envc.targets.dockerfile.bare import copy_folders
from envc.targets.dockerfile.conda import copy_conda
from envc.targets.dockerfile.copied_python import copy_python
from envc.targets.dockerfile.instructions import (
    AddRemote,
    Argument,
    Blank,
    Command,
    Copy,
    EntryPoint,
    Expose,
    From,
    HealthCheck,
    ImageLabels,
    Instruction,
    Run,
    StopSignal,
    User,
    Variables,
    WorkingDirectory,
)
from envc.targets.dockerfile.kept_files import copy_kept
from envc.targets.dockerfile.outside import add_tools, copy_from_images
from envc.targets.dockerfile.own_python import as_root, as_root_where_python_is_copied
from envc.targets.dockerfile.projects import add_extensions, add_projects
from envc.targets.dockerfile.quoting import because
from envc.targets.dockerfile.sources import copy_sources
from envc.targets.dockerfile.users import home_of_root, keep_home, reason_of, user_entry, user_folders
from envc.targets.dockerfile.wheels_of_builds import add_wheels

#: Everyone may read, folders and programs may be entered, and only root may write.
_MODE = "u=rwX,go=rX"


Steps = Mapping[InferenceStep, Callable[[Plan], list[Instruction]]]


def inference_stage(plan: Plan, hashes: PlanHash, others: Steps = MappingProxyType({})) -> list[Instruction]:
    """Return the instructions of the stage, as the plan says its steps. `others` stand in place of the usual ones."""
    steps: list[Instruction] = [
        *(because(plan, "base", texts=plan.origin("base reason")) if plan.base.steps else []),
        From(plan.base.inference, "inference"),
        *as_root(plan),
        *as_root_where_python_is_copied(plan),
    ]
    for name in plan.stages.inference:
        steps += _configuration(plan, hashes) if name == "configuration" else {**_STEPS, **others}[name](plan)
    return steps


def _system_packages(plan: Plan) -> list[Instruction]:
    return [*because(plan, "apt"), *install(plan, "inference")]


def _python(plan: Plan) -> list[Instruction]:
    return [Blank(), *copy_python(plan)]


def _virtual_environment(plan: Plan) -> list[Instruction]:
    return [Blank(), Copy(plan.its_python.environment, plan.its_python.environment, stage="builder", link=True)]


def _data(plan: Plan) -> list[Instruction]:
    steps: list[Instruction] = []
    for artifact in plan.data:
        if artifact.delivery == "copied":
            steps += because(plan, texts=(f"{artifact.kind} {artifact.name} {artifact.version}",))
            steps.append(_artifact(plan, artifact))
    return steps


def _source(plan: Plan) -> list[Instruction]:
    reason = because(plan, "source", texts=("last, so that a change of code builds nothing else again",))
    copies = [Copy(plan.placement.at_root(copy.source), copy.path, mode=_MODE) for copy in plan.source]
    return [Blank(), *reason, *copies, *add_extensions(plan)]


def _artifact(plan: Plan, artifact: PlannedArtifact) -> Instruction:
    location = artifact.location or ""
    if "://" in location:
        return AddRemote(location, artifact.path, artifact.sha256 or "", _MODE)
    return Copy(plan.placement.at_root(location), artifact.path, mode=_MODE)


def _user(plan: Plan) -> list[Instruction]:
    """Return the step that makes the user and its folders, and takes away what no running container needs.

    The folders are root's and group 0's, and sticky: whoever is in group 0 may make files there, and nobody but root
    may move or remove the code that lies in them. Root's home is none of them.
    """
    if plan.base.bare:
        return copy_folders()
    entry, folders = user_entry(plan), user_folders(plan)
    commands: list[tuple[str, ...]] = [("echo", entry, ">>", "/etc/passwd")] if entry else []
    commands += map(keep_home, home_of_root(plan))
    commands += [("mkdir", "-p", *folders), ("chmod", "1775", *folders)] if folders else []
    reasons = [reason_of(plan)]
    unneeded = _unneeded(plan)
    if unneeded:
        commands.append(("rm", "-rf", *unneeded))
        what = "pip" if plan.base.headers else "pip and headers"
        reasons.append(f"without what no running container needs: the base's {what}")
    return [
        Blank(),
        *because(plan, "user", "working_directory", texts=tuple(reasons)),
        Run(tuple(commands), raw=frozenset({">>", *unneeded})),
    ]


def _unneeded(plan: Plan) -> tuple[str, ...]:
    if not plan.base.official_python:
        return ()
    library = f"/usr/local/lib/python{plan.its_python.minor}"
    headers = () if plan.base.headers else ("/usr/local/include/*",)
    return ("/usr/local/bin/pip*", *headers, f"{library}/ensurepip", f"{library}/site-packages/*")


def _configuration(plan: Plan, hashes: PlanHash) -> list[Instruction]:
    """Return the instructions that make no layer."""
    settings, run = plan.settings, plan.run
    steps: list[Instruction] = [Blank()]
    if settings.arguments:
        steps += because(
            plan, "arguments", texts=("the hashes below are for these values: `envc build --arg` gives others",)
        )
        steps += [Argument(argument.name, argument.value) for argument in settings.arguments]
    arguments = tuple((argument.name, f"${{{argument.name}}}") for argument in settings.arguments)
    search = _search(plan)
    identity = (("ENVC_ENVIRONMENT_HASH", hashes.environment), ("ENVC_HASH", hashes.reproducibility))
    variables = tuple(sorted(dict((*settings.variables, *arguments, *search, *identity)).items()))
    steps += [
        *because(plan, "variables", "search"),
        Variables(variables, frozenset(name for name, _ in (*search, *arguments))),
        ImageLabels(
            tuple(
                sorted(
                    (
                        *settings.labels,
                        ("dev.envc.environment-hash", hashes.environment),
                        ("dev.envc.hash", hashes.reproducibility),
                    )
                )
            )
        ),
        WorkingDirectory(settings.working_directory),
        User(settings.user.uid, settings.user.gid),
    ]
    if settings.ports:
        steps.append(Expose(settings.ports))
    if run.health:
        health = run.health
        steps += because(plan, "health")
        steps.append(HealthCheck(health.command, health.interval, health.timeout, health.start, health.retries))
    steps += because(plan, "command", "launch")
    if run.program_words or not plan.base.official_python:
        steps.append(EntryPoint(run.command[: run.program_words or 0]))
    if run.stop:
        steps.append(StopSignal(run.stop))
    return [*steps, Command(run.command[run.program_words or 0 :])]


def _search(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return where programs, and what else the program names folders of, are looked for: before where the base does."""
    added = dict(plan.settings.search)
    folders = (*([plan.python.environment] if plan.python else []), *([plan.conda.prefix] if plan.conda else []))
    programs = (*(f"{folder}/bin" for folder in folders), *added.pop("PATH", ()), "${PATH}")
    # an empty part of these variables would be the folder that the command starts in
    others = ((name, ":".join(paths) + f"${{{name}:+:${{{name}}}}}") for name, paths in added.items())
    return (*([("PATH", ":".join(programs))] if len(programs) > 1 else []), *others)


_STEPS: Steps = {
    "system packages": _system_packages,
    "Python": _python,
    "user": _user,
    "tools": add_tools,
    "images": copy_from_images,
    "sources": copy_sources,
    "programs": copy_kept,
    "conda packages": copy_conda,
    "virtual environment": _virtual_environment,
    "data": _data,
    "wheels of builds": add_wheels,
    "projects": add_projects,
    "source": _source,
}
