"""What the two stages of an image do, step by step."""

from __future__ import annotations

from envc.plan.plan import (
    AptPart,
    BasePart,
    BuilderStep,
    InferenceStep,
    PackageGroup,
    PlannedArtifact,
    PlannedCopy,
    StagePart,
)


def stages_of(
    base: BasePart,
    apt: AptPart,
    packages: tuple[PackageGroup, ...],
    data: tuple[PlannedArtifact, ...],
    copies: tuple[PlannedCopy, ...],
) -> StagePart:
    """Return the steps that are needed, those that change least first."""
    builder: list[tuple[BuilderStep, bool]] = [
        ("system packages", bool(apt.builder)),
        ("virtual environment", True),
        ("packages", bool(packages)),
        ("byte code", bool(packages)),
        ("libraries of Python", base.python_copied),
    ]
    inference: list[tuple[InferenceStep, bool]] = [
        ("system packages", bool(apt.inference)),
        ("Python", base.python_copied),
        ("user", True),
        ("virtual environment", True),
        ("data", any(artifact.delivery == "copied" for artifact in data)),
        ("source", bool(copies)),
        ("configuration", True),
    ]
    return StagePart(
        builder=tuple(step for step, needed in builder if needed),
        inference=tuple(step for step, needed in inference if needed),
    )
