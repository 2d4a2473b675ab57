"""The stage `builder`: installs packages into the virtual environment. Nothing else of it reaches the image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from envc.plan.package_parts import PackageGroup, index_argument, netrc_secret
from envc.plan.plan import BuilderStep, Plan
from envc.targets.dockerfile.apt import install
from envc.targets.dockerfile.copied_python import collect_libraries
from envc.targets.dockerfile.instructions import (
    Argument,
    Blank,
    Comment,
    Copy,
    From,
    Instruction,
    Mount,
    Run,
    Variables,
)
from envc.targets.dockerfile.outside import unpack_tools
from envc.targets.dockerfile.quoting import because

_BYTE_CODE = (
    "import compileall, py_compile, sys; "
    "compileall.compile_dir(sys.argv[1], quiet=2, workers=0, "
    "invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)"
)
_PIP_CACHE = Mount("cache", (("target", "/root/.cache/pip"), ("sharing", "locked")))
#: The builder's machine may give pip's configuration, certificates and logins; without them the mounts are not there.
_MACHINE = (
    Mount("secret", (("id", "envc-pip"), ("target", "/etc/pip.conf"))),
    Mount("secret", (("id", "envc-certificates"), ("target", "/etc/ssl/certs/ca-certificates.crt"))),
)


def _mounts(group: PackageGroup) -> tuple[Mount, ...]:
    logins = netrc_secret(group.index if group.login else None)
    return (_PIP_CACHE, Mount("secret", (("id", logins), ("target", "/root/.netrc"))), *_MACHINE)


Steps = Mapping[BuilderStep, Callable[[Plan], list[Instruction]]]


def builder_stage(plan: Plan, others: Steps = MappingProxyType({})) -> list[Instruction]:
    """Return the instructions of the stage, as the plan says its steps. `others` stand in place of the usual ones."""
    steps: list[Instruction] = [
        *because(plan, "base", texts=plan.origin("base reason")),
        From(plan.base.builder, "builder"),
    ]
    for name in plan.stages.builder:
        steps += {**_STEPS, **others}[name](plan)
    return steps


def _system_packages(plan: Plan) -> list[Instruction]:
    return [*because(plan, "apt", texts=("what only building needs",)), *install(plan, "builder")]


def _virtual_environment(plan: Plan) -> list[Instruction]:
    return [
        *([Variables(plan.stages.builder_variables)] if plan.stages.builder_variables else []),
        Variables((("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_NO_INPUT", "1"), ("PIP_ROOT_USER_ACTION", "ignore"))),
        Run((("python", "-m", "venv", "--without-pip", plan.python.environment),)),
    ]


def _packages(plan: Plan) -> list[Instruction]:
    return [step for group in in_order(plan) for step in (Blank(), *_install(plan, group))]


def in_order(plan: Plan) -> list[PackageGroup]:
    """Return the packages of each index: heavy and stable ones first."""
    return sorted(plan.packages, key=lambda group: group.index is None)


def _byte_code(plan: Plan) -> list[Instruction]:
    folder = f"{plan.python.environment}/lib/python{plan.python.minor}/site-packages"
    reason = (
        "Byte code, checked by nobody at run time and the same in every build; without it imports are",
        "3 to 8 times slower. Files that do not compile (templates) stay as they are.",
    )
    return [
        Blank(),
        Comment(reason),
        Run(((f"{plan.python.environment}/bin/python", "-c", _BYTE_CODE, folder),)),
    ]


def _libraries_of_python(plan: Plan) -> list[Instruction]:  # noqa: ARG001  # every step takes the plan
    return [Blank(), *collect_libraries()]


def pip_install(plan: Plan) -> list[str]:
    """Return the command that installs into the virtual environment, by hash and from wheels alone."""
    pip = ["pip", "--python", f"{plan.python.environment}/bin/python", "install"]
    return [*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile"]


def _install(plan: Plan, group: PackageGroup) -> list[Instruction]:
    """Return the steps that install the packages of one index, by hash."""
    count = len(group.packages)
    names = "1 package" if count == 1 else f"{count} packages"
    where = "the default index" if group.index is None else f"the index {group.index}"
    target = f"/requirements/{group.file}"
    reasons = plan.origin("accelerator reason") if group.index else ()
    steps: list[Instruction] = [*because(plan, "packages", texts=(f"{names} of {where}, by hash", *reasons))]
    pip = pip_install(plan)
    raw: set[str] = set()
    if group.index is not None:
        argument = index_argument(group.index)
        steps.append(Argument(argument, group.address or ""))
        reference = f'"${{{argument}}}"'
        pip += ["--no-index", "--find-links", reference] if group.links else ["--index-url", reference]
        raw.add(reference)
    pip += ["-r", target]
    steps += [
        Copy(f"{plan.placement.lock}/{group.file}", target, link=True),
        Run((tuple(pip),), _mounts(group), frozenset(raw)),
    ]
    return steps


_STEPS: Steps = {
    "system packages": _system_packages,
    "virtual environment": _virtual_environment,
    "packages": _packages,
    "byte code": _byte_code,
    "libraries of Python": _libraries_of_python,
    "tools": unpack_tools,
}
