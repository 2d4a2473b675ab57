"""What an image without a shell cannot do by itself: the builder does it, and looks into the image from outside.

The user and its folders are made there and copied. What was compiled, and the program's own checks, are tried on the
image as it is; the last stage is the image once more, and takes from the stage that tried it a file that it has.
"""

from __future__ import annotations

from envc.plan.plan import Plan
from envc.targets.dockerfile.instructions import Blank, Comment, Copy, From, Instruction, Mount, Run, RunExact
from envc.targets.dockerfile.quoting import because
from envc.targets.dockerfile.scripts import script
from envc.targets.dockerfile.users import home_of_root, keep_home, reason_of

_LAID = "/laid"
_USERS = "/etc/passwd"
_IMAGE = "/mnt"
_LINKED, _CHECKED = "linked", "checked"
#: Lays folders and the list of users below a folder: as the base has it, or with root alone, and with one more.
_LAY = (
    "import os, sys; base, laid, entry, shared, *folders = sys.argv[1:]; "
    '[os.makedirs(laid + one, exist_ok=True) for one in ("/etc", *folders)]; '
    "[os.chmod(laid + one, 0o1777 if one == shared else 0o1775) for one in folders]; "
    'known = open(base + "/etc/passwd").read() if os.path.isfile(base + "/etc/passwd") else '
    '"root:x:0:0:root:/root:/usr/sbin/nologin"; '
    'open(laid + "/etc/passwd", "w").write("\\n".join([*known.splitlines(), *([entry] if entry else [])]) + "\\n")'
)
_SHARED = "/tmp"  # noqa: S108  # of the image


def lay_folders(plan: Plan, entry: str, folders: tuple[str, ...]) -> list[Instruction]:
    """Return the builder's step that makes the user and its folders, those of an image of nothing among them."""
    of_nothing = plan.base.inference == "scratch"
    mounts = () if of_nothing else (Mount("bind", (("from", plan.base.inference), ("target", _IMAGE))),)
    where = _IMAGE if mounts else "/nowhere"
    made = (*folders, *([_SHARED] if of_nothing else []))
    return [
        Blank(),
        *because(plan, "user", "working_directory", texts=(reason_of(plan),)),
        RunExact(("python", "-c", _LAY, where, _LAID, entry, _SHARED if of_nothing else "", *made), mounts),
        *(Run((keep_home(_LAID + home),)) for home in home_of_root(plan)),
    ]


def copy_folders() -> list[Instruction]:
    """Return the step that brings them into the image."""
    return [Blank(), Comment(("The user and its folders.",)), Copy(f"{_LAID}/", "/", stage="builder")]


def linked_stage(plan: Plan, folders: str, later: tuple[str, ...]) -> list[Instruction]:
    """Return the stage that asks the image's loader for the libraries of what was kept; none where nothing was."""
    kept = tuple(path for one in plan.programs for path in one.kept)
    if not kept:
        return []
    mount = Mount("bind", (("from", "inference"), ("target", _IMAGE)))
    return [
        Blank(),
        *because(plan, "programs", texts=("what was kept finds its libraries in the image",)),
        From("builder", _LINKED),
        RunExact(script("check_linking", _IMAGE, folders, ":".join(later), *kept), (mount,)),
    ]


def after_linking(plan: Plan) -> list[Instruction]:
    """Return what a stage on the image begins with that is there only when what was kept finds its libraries."""
    return [Copy(_LAID + _USERS, _USERS, stage=_LINKED)] if plan.programs else []


def last_stage(plan: Plan) -> list[Instruction]:
    """Return the stage that is the image once more, behind what tried it; none where nothing did."""
    last: list[Instruction] = [Comment(("The image, which there is only after that.",)), From("inference", "image")]
    if not plan.run.checks:
        return [Blank(), *last, *after_linking(plan)] if plan.programs else []
    mount = Mount("bind", (("from", "check"), ("target", _IMAGE)))
    return [
        Blank(),
        From("builder", _CHECKED),
        Run((("true",),), (mount,), network=False),
        Blank(),
        *last,
        Copy(_LAID + _USERS, _USERS, stage=_CHECKED),
    ]
