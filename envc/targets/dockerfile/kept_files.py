"""What builds keep: found in a stage of its own, copied into the image that runs, and tried there.

What was there before a build and what is behind it are two stages, and a third, with a Python, looks into both and
keeps what is new or changed. In the image every kept program is asked for the libraries that it needs, so that one
without them fails the build; of an image without a shell the loader is asked from outside (`bare.py`).
"""

from __future__ import annotations

from envc.plan.plan import Plan
from envc.plan.program_parts import PlannedProgram
from envc.targets.dockerfile.instructions import Blank, Copy, From, Instruction, Mount, Run, RunExact
from envc.targets.dockerfile.own_python import as_root
from envc.targets.dockerfile.quoting import because
from envc.targets.dockerfile.scripts import script
from envc.targets.dockerfile.sources import MODE

_KEPT = "/kept"
#: Exists in every image, and is empty.
_MOUNTED = "/mnt"
_BEFORE, _BEHIND = f"{_MOUNTED}/before", f"{_MOUNTED}/behind"
#: Asks the linker for what every kept program and library needs: told where they are mounted, folders that it looks
#: into besides, and a pattern of the names that only a container gets. The C library is GNU's, or musl.
_LINKED = (
    'test ! -e /etc/ld.so.conf || ldconfig; lacking=$(find "$1" -type f -exec env LC_ALL=C grep -l "^.ELF" {} + | sort '
    '| while IFS= read -r path; do own=${path#"$1"}; '
    'LD_LIBRARY_PATH="$2${2:+${LD_LIBRARY_PATH:+:}}${LD_LIBRARY_PATH:-}" ldd "$own" 2>&1 '
    "| sed -n -e 's/^[[:space:]]*\\([^ ]*\\) => not found.*/\\1/p' "
    "-e 's/^Error loading shared library \\([^:]*\\):.*/\\1/p' | { grep -Ev \"$3\" || :; } "
    '| sed "s|.*|$own needs &, which the image has not|"; done); '
    'if [ -n "$lacking" ]; then echo "$lacking" >&2; exit 1; fi'
)
#: What NVIDIA's container toolkit brings of the machine's driver when a container starts: no image has them.
_OF_DRIVER = ("libcuda.so.", "libcudadebugger.so.", "libnvcuvid.so.", "libnvidia-", "libnvoptix.so.")


def stage_before(one: PlannedProgram) -> str:
    """Return the stage that has all that a build finds before its steps."""
    return f"before-{one.name}"


def _stage_of_kept(one: PlannedProgram) -> str:
    return f"kept-{one.name}"


def keep(plan: Plan, one: PlannedProgram) -> list[Instruction]:
    """Return the stage that has what a build keeps."""
    places = ((stage_before(one), _BEFORE), (one.stage, _BEHIND))
    mounts = tuple(Mount("bind", (("from", stage), ("target", place))) for stage, place in places)
    program = "python" if plan.base.steps else plan.base.program
    return [
        Blank(),
        From(plan.base.steps or plan.base.builder_python or plan.base.builder, _stage_of_kept(one)),
        *as_root(plan),
        RunExact(script("keep_files", _BEFORE, _BEHIND, _KEPT, *one.kept, program=program), mounts),
    ]


def copy_kept(plan: Plan) -> list[Instruction]:
    """Return the steps that bring what was kept into the image that runs; one with a shell is tried at once."""
    steps: list[Instruction] = [Blank(), *because(plan, "programs")]
    names = of_driver(plan)
    pattern = f"^({'|'.join(names)})".replace(".", "[.]") if names else "^$"
    for one in (one for one in plan.programs if one.kept):
        stage = _stage_of_kept(one)
        steps += [Copy(_KEPT + path, path, stage=stage, mode=MODE) for path in one.kept]
        if plan.base.bare:
            continue
        mount = Mount("bind", (("from", stage), ("source", _KEPT), ("target", _MOUNTED)))
        commands = (
            ("/bin/sh", "-euc", _LINKED, "sh", _MOUNTED, searched_folders(plan), pattern),
            ("rm", "-f", "/var/cache/ldconfig/aux-cache"),
        )
        steps.append(Run(commands, (mount,)))
    return steps


def searched_folders(plan: Plan) -> str:
    """Return the folders in which the program has libraries looked for."""
    return ":".join(dict(plan.settings.search).get("LD_LIBRARY_PATH", ()))


def of_driver(plan: Plan) -> tuple[str, ...]:
    """Return how the names of libraries begin that the container gets with its GPUs."""
    accelerator = plan.run.accelerator
    return _OF_DRIVER if accelerator and not accelerator.rocm else ()
