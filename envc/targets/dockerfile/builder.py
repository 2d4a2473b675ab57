"""The stage `builder`: installs packages into the virtual environment. Nothing else of it reaches the image."""

from __future__ import annotations

from envc.plan.plan import PackageGroup, Plan
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
from envc.targets.dockerfile.quoting import because

_BYTE_CODE = (
    "import compileall, py_compile, sys; "
    "compileall.compile_dir(sys.argv[1], quiet=2, workers=0, "
    "invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)"
)
_PIP_CACHE = Mount("cache", (("target", "/root/.cache/pip"), ("sharing", "locked")))
#: The builder's machine may give pip's configuration and certificates; without them the mounts are not there.
_MACHINE = (
    Mount("secret", (("id", "envc-pip"), ("target", "/etc/pip.conf"))),
    Mount("secret", (("id", "envc-certificates"), ("target", "/etc/ssl/certs/ca-certificates.crt"))),
)


def builder_stage(plan: Plan) -> list[Instruction]:
    """Return the instructions of the stage."""
    environment = plan.python.environment
    steps: list[Instruction] = [
        *because(plan, "base", texts=plan.origin("base reason")),
        From(plan.base.builder, "builder"),
    ]
    if plan.apt.builder:
        steps += [*because(plan, "apt", texts=("what only building needs",)), *install(plan.apt.builder)]
    steps += [
        Variables((("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_NO_INPUT", "1"), ("PIP_ROOT_USER_ACTION", "ignore"))),
        Run((("python", "-m", "venv", "--without-pip", environment),)),
    ]
    for group in sorted(plan.packages, key=lambda group: group.index is None):  # heavy and stable ones first
        steps += [Blank(), *_install(plan, group)]
    if plan.packages:
        folder = f"{environment}/lib/python{plan.python.minor}/site-packages"
        steps += [
            Blank(),
            Comment(
                (
                    "Byte code, checked by nobody at run time and the same in every build; without it imports are",
                    "3 to 8 times slower. Files that do not compile (templates) stay as they are.",
                )
            ),
            Run(((f"{environment}/bin/python", "-c", _BYTE_CODE, folder),)),
        ]
    if plan.base.python_copied:
        steps += [Blank(), *collect_libraries()]
    return steps


def _install(plan: Plan, group: PackageGroup) -> list[Instruction]:
    """Return the steps that install the packages of one index, by hash."""
    count = len(group.packages)
    names = "1 package" if count == 1 else f"{count} packages"
    where = "the default index" if group.index is None else f"the index {group.index}"
    target = f"/requirements/{group.file}"
    reasons = plan.origin("accelerator reason") if group.index else ()
    steps: list[Instruction] = [*because(plan, "packages", texts=(f"{names} of {where}, by hash", *reasons))]
    pip = ["pip", "--python", f"{plan.python.environment}/bin/python", "install"]
    pip += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile"]
    raw: set[str] = set()
    if group.index is not None:
        variable = f"{group.index.upper().replace('-', '_')}_INDEX"
        steps.append(Argument(variable, group.address or ""))
        reference = f'"${{{variable}}}"'
        pip += ["--index-url", reference]
        raw.add(reference)
    pip += ["-r", target]
    steps += [
        Copy(f"{plan.placement.lock}/{group.file}", target, link=True),
        Run((tuple(pip),), (_PIP_CACHE, *_MACHINE), frozenset(raw)),
    ]
    return steps
