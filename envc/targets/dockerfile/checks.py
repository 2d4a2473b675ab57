"""How the finished image is tried while it is built, without leaving anything in it.

The checks run in a stage of their own on top of the image. A builder makes a stage only where another one needs it, so
the last stage looks into it once, and its layer is empty.
"""

from __future__ import annotations

from envc.plan.plan import Plan
from envc.targets.dockerfile.bare import after_linking, last_stage, linked_stage
from envc.targets.dockerfile.instructions import Blank, Comment, From, Instruction, Mount, Run, RunExact
from envc.targets.dockerfile.kept_files import of_driver, searched_folders
from envc.targets.dockerfile.quoting import because


def check_stages(plan: Plan) -> list[Instruction]:
    """Return the stage that tries the image, and the one that is the image once more."""
    if plan.base.bare:
        linked = linked_stage(plan, searched_folders(plan), of_driver(plan))
        return [*linked, *_tried(plan, after_linking(plan)), *last_stage(plan)]
    if not plan.run.checks:
        return []
    return [
        *_tried(plan, []),
        Blank(),
        Comment(("The image, which there is only after the checks.",)),
        From("inference", "image"),
        Run((("true",),), (Mount("bind", (("from", "check"), ("target", "/tmp"))),)),  # noqa: S108  # exists everywhere
    ]


def _tried(plan: Plan, first: list[Instruction]) -> list[Instruction]:
    """Return the stage of the checks, which begins with some steps."""
    if not plan.run.checks:
        return []
    reasons = ("in the finished image, without network; what they write is thrown away",)
    tried: list[Instruction] = []
    for command in plan.run.checks:
        tried += [Comment(("hadolint ignore=DL3059",))] if tried else []  # each is a command of its own
        tried.append(RunExact(command))
    return [Blank(), *because(plan, "checks", texts=reasons), From("inference", "check"), *first, *tried]
