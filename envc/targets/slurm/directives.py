"""What Slurm reads of the script before it runs: nodes, tasks, time, memory, GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envc.plan.devices import wanted_gpus

if TYPE_CHECKING:
    from envc.plan.hash import PlanHash
    from envc.plan.plan import Plan
    from envc.plan.target_parts import PlannedTarget

#: Signals that sbatch knows by number alone; the numbers are those of Linux on x86-64 and arm64 (signal(7)).
_NUMBERS = {"SIGWINCH": "28"}


def nodes_of(plan: Plan) -> int:
    """Return on how many nodes the job runs."""
    return plan.run.launch.nodes if plan.run.launch else 1


def tasks_of(plan: Plan) -> int:
    """Return how many tasks Slurm starts on each node: MPI's ranks themselves, else what starts them."""
    launch = plan.run.launch
    return launch.each if launch and launch.program == "mpi" else 1


def processors_of(plan: Plan) -> int | None:
    """Return the processors of one task, whole ones."""
    if plan.run.cpu is None:
        return None
    return max(1, -(-plan.run.cpu // (1000 * tasks_of(plan))))


def directives(plan: Plan, hashes: PlanHash, target: PlannedTarget) -> list[str]:
    """Return the lines. No value of them comes from a text that the program is free to choose."""
    options: list[tuple[str, str | int | None]] = [
        ("job-name", plan.name),
        ("comment", f'"envc {hashes.reproducibility}"'),
        ("partition", target.partition),
        ("account", target.account),
        ("qos", target.qos),
        ("constraint", f'"{target.constraint}"' if target.constraint else None),
        ("nodes", nodes_of(plan)),
        ("ntasks-per-node", tasks_of(plan)),
        ("cpus-per-task", processors_of(plan)),
        ("gpus-per-node", wanted_gpus(plan.run) or None),
        ("mem", _memory(plan, target)),
        ("time", None if target.time is None else _time(target.time)),
        ("output", "%x-%j.out"),
        # a minute before the time is over, as the least that Slurm's own documentation counts on
        ("signal", f"{_signal(plan.run.stop)}@60" if plan.run.stop else None),
    ]
    lines = [f"#SBATCH --{name}={value}" for name, value in options if value is not None]
    return [*lines, *(["#SBATCH --exclusive"] if target.exclusive else [])]


def _signal(name: str) -> str:
    """Return a signal as sbatch takes it: by name where it has one (`sig_name2num` of its `proc_args.c`)."""
    return _NUMBERS.get(name, name.removeprefix("SIG"))


def _memory(plan: Plan, target: PlannedTarget) -> str | None:
    """Return the memory of a node: what the program limits, or all of a node that is the job's alone."""
    if plan.run.memory:
        return f"{-(-plan.run.memory // 2**20)}M"
    return "0" if target.exclusive else None


def _time(milliseconds: int) -> str:
    minutes, seconds = divmod(-(-milliseconds // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return (f"{days}-" if days else "") + f"{hours:02d}:{minutes:02d}:{seconds:02d}"
