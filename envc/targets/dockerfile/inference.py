"""The stage `inference`: what runs. Base, system packages, user, packages, data, and the project's own files last."""

from __future__ import annotations

from envc.plan.hash import PlanHash
from envc.plan.plan import Plan, PlannedArtifact
from envc.targets.dockerfile.apt import install
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
    User,
    Variables,
    WorkingDirectory,
)
from envc.targets.dockerfile.quoting import because

#: Everyone may read, folders and programs may be entered, and only root may write.
_MODE = "u=rwX,go=rX"
_OFFICIAL_PYTHON = "docker.io/library/python:"


def inference_stage(plan: Plan, hashes: PlanHash) -> list[Instruction]:
    """Return the instructions of the stage."""
    steps: list[Instruction] = [From(plan.base.inference, "inference")]
    if plan.apt.inference:
        steps += [*because(plan, "apt"), *install(plan.apt.inference)]
    if plan.base.python_copied:
        steps += [Blank(), *copy_python(plan)]
    steps += [
        Blank(),
        *_user(plan),
        Blank(),
        Copy(plan.python.environment, plan.python.environment, stage="builder", link=True),
    ]
    for artifact in plan.data:
        if artifact.delivery == "copied":
            steps += [
                *because(plan, texts=(f"{artifact.kind} {artifact.name} {artifact.version}",)),
                _artifact(plan, artifact),
            ]
    if plan.source:
        steps += [
            Blank(),
            *because(plan, "source", texts=("last, so that a change of code builds nothing else again",)),
        ]
        steps += [Copy(plan.placement.at_root(copy.source), copy.path, mode=_MODE) for copy in plan.source]
    return [*steps, Blank(), *_configuration(plan, hashes)]


def _artifact(plan: Plan, artifact: PlannedArtifact) -> Instruction:
    location = artifact.location or ""
    if "://" in location:
        return AddRemote(location, artifact.path, artifact.sha256 or "", _MODE)
    return Copy(plan.placement.at_root(location), artifact.path, mode=_MODE)


def _user(plan: Plan) -> list[Instruction]:
    """Return the step that makes the user and its folders, and takes away what no running container needs."""
    user = plan.settings.user
    mounts = sorted(artifact.path for artifact in plan.data if artifact.delivery != "copied")
    folders = tuple(dict.fromkeys((user.home, plan.settings.working_directory, *mounts)))
    commands: list[tuple[str, ...]] = []
    raw: set[str] = set()
    if user.uid != 0:
        entry = f"{user.name}:x:{user.uid}:{user.gid}::{user.home}:/usr/sbin/nologin"
        commands += [
            ("echo", entry, ">>", "/etc/passwd"),
            ("mkdir", "-p", *folders),
            ("chown", f"{user.uid}:{user.gid}", *folders),
            ("chmod", "0775", *folders),
        ]
        raw.add(">>")
    else:
        commands.append(("mkdir", "-p", *folders))
    words = ["a fixed user; group 0 may write, so that any other id works too"]
    if plan.base.inference.startswith(_OFFICIAL_PYTHON):
        library = f"/usr/local/lib/python{plan.python.minor}"
        unneeded = (
            "/usr/local/bin/pip*",
            "/usr/local/include/*",
            f"{library}/ensurepip",
            f"{library}/site-packages/*",
        )
        commands.append(("rm", "-rf", *unneeded))
        raw.update(unneeded)
        words.append("what no running container needs: the base's pip and headers")
    return [*because(plan, "user", "working_directory", texts=tuple(words)), Run(tuple(commands), raw=frozenset(raw))]


def _configuration(plan: Plan, hashes: PlanHash) -> list[Instruction]:
    """Return the instructions that make no layer."""
    settings, run = plan.settings, plan.run
    steps: list[Instruction] = []
    if settings.arguments:
        steps += because(
            plan, "arguments", texts=("the hashes below are for these values: `envc build --arg` gives others",)
        )
        steps += [Argument(argument.name, argument.value) for argument in settings.arguments]
    arguments = tuple((argument.name, f"${{{argument.name}}}") for argument in settings.arguments)
    path = (("PATH", f"{plan.python.environment}/bin:${{PATH}}"),)
    identity = (("ENVC_ENVIRONMENT_HASH", hashes.environment), ("ENVC_HASH", hashes.reproducibility))
    variables = tuple(sorted(dict((*settings.variables, *arguments, *path, *identity)).items()))
    steps += [
        *because(plan, "variables"),
        Variables(variables, frozenset({"PATH", *(name for name, _ in arguments)})),
        ImageLabels(
            tuple(
                sorted(
                    (
                        *settings.labels,
                        ("dev.envc.environment", plan.name),
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
    steps += because(plan, "command")
    if not plan.base.inference.startswith(_OFFICIAL_PYTHON):
        steps.append(EntryPoint(()))
    return [*steps, Command(run.command)]
