"""What the two stages of an image do, step by step."""

from __future__ import annotations

from envc.plan.file_parts import PlannedArtifact, PlannedCopy, PlannedImageFile, PlannedTool
from envc.plan.package_parts import PackageGroup, PlannedPatch, PlannedWheel
from envc.plan.plan import BasePart, BuilderStep, InferenceStep, StagePart
from envc.plan.system_parts import AptPart


def stages_of(  # noqa: PLR0913, PLR0917  # the parts of the plan that have steps
    base: BasePart,
    apt: AptPart,
    packages: tuple[PackageGroup, ...],
    data: tuple[PlannedArtifact, ...],
    copies: tuple[PlannedCopy, ...],
    tools: tuple[PlannedTool, ...] = (),
    images: tuple[PlannedImageFile, ...] = (),
    patches: tuple[PlannedPatch, ...] = (),
    wheels: tuple[PlannedWheel, ...] = (),
) -> StagePart:
    """Return the steps that are needed, those that change least first."""
    builder: list[tuple[BuilderStep, bool]] = [
        ("system packages", bool(apt.builder)),
        ("virtual environment", True),
        ("packages", bool(packages)),
        ("wheels", bool(wheels)),
        ("patches", bool(patches)),
        ("byte code", bool(packages or wheels)),
        ("libraries of Python", base.python_copied),
        ("tools", any(tool.unpacked for tool in tools)),
    ]
    inference: list[tuple[InferenceStep, bool]] = [
        ("system packages", bool(apt.inference)),
        ("Python", base.python_copied),
        ("user", True),
        ("tools", bool(tools)),
        ("images", bool(images)),
        ("virtual environment", True),
        ("data", any(artifact.delivery == "copied" for artifact in data)),
        ("source", bool(copies)),
        ("configuration", True),
    ]
    return StagePart(
        builder=tuple(step for step, needed in builder if needed),
        inference=tuple(step for step, needed in inference if needed),
    )
