"""The GPUs that a container gets: how many, and for AMD's the devices of their driver."""

from __future__ import annotations

from envc.plan.run_parts import RunPart

#: What programs for ROCm open (ROCm documentation, Running ROCm Docker containers): the interface for computing, which
#: all GPUs share, and the folder with a render node for each.
AMD_DEVICES = ("/dev/kfd", "/dev/dri")
#: Whom the devices belong to, by the names that machines usually have for it. The numbers differ.
AMD_GROUPS = ("render", "video")


def gpu_number(run: RunPart) -> int | None:
    """Return how many GPUs the container gets: those that it needs, else those that it may use; None is all."""
    needed = run.accelerator.count if run.accelerator else None
    return needed if needed is not None else run.gpus


def wanted_gpus(run: RunPart) -> int:
    """Return how many GPUs of a node are asked for where machines are shared: one for each rank, or one."""
    if run.accelerator is None or run.accelerator.optional:
        return 0
    return gpu_number(run) or (run.launch.each if run.launch else 1)


def devices_of(run: RunPart) -> tuple[str, ...]:
    """Return the devices of the machine that the container gets. NVIDIA's come with its runtime and are not named."""
    return AMD_DEVICES if run.accelerator and run.accelerator.rocm else ()
