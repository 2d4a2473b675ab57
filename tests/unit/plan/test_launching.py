"""What starts ranks: the command of `run` as each starter takes it, on one machine and on several nodes."""

from __future__ import annotations

import pytest

from envc.plan.launching import Late, Meeting, one_machine, one_node_of_many
from envc.plan.target_parts import PlannedLaunch
from tests.unit.plan.planning import plan


def launch(program: str, *command: str, nodes: int = 2, gpus: bool = True) -> PlannedLaunch:
    return PlannedLaunch.model_validate(
        {"program": program, "nodes": nodes, "each": 8, "gpus": gpus, "command": command or ("python", "-m", "train")}
    )


ACCELERATE = "accelerate launch --num_machines 1 --num_processes 8 --multi_gpu"
NUMBERED = Meeting("first", "29500", "first:29500", "job", Late("NODE"))
UNNUMBERED = Meeting(Late("HOST"), Late("PORT"), Late("END"), Late("JOB"), None)


@pytest.mark.parametrize(
    ("program", "start"),
    [
        ("torchrun", "torchrun --standalone --nproc-per-node 8 -m train"),
        ("mpi", "mpirun -n 8 python -m train"),
        (
            "accelerate",
            f"{ACCELERATE} --mixed_precision no --dynamo_backend no -m train",
        ),
        ("deepspeed", "deepspeed --num_gpus 8 --no_local_rank --module train"),
    ],
)
def test_on_one_machine(program: str, start: str) -> None:
    assert " ".join(one_machine(launch(program))) == start


@pytest.mark.parametrize(
    ("command", "rest"),
    [
        (("python", "train.py", "--lr", "1"), ("train.py", "--lr", "1")),
        (("/opt/venv/bin/python3.12", "train.py"), ("train.py",)),
        (("python3", "-m", "a.b", "-m"), ("-m", "a.b", "-m")),
        (("python", "-u", "train.py"), ("--no-python", "python", "-u", "train.py")),
        (("python", "-c", "print(1)"), ("--no-python", "python", "-c", "print(1)")),
        (("python", "-m"), ("--no-python", "python", "-m")),
        (("python",), ("--no-python", "python")),
        (("pythonic", "x"), ("--no-python", "pythonic", "x")),
        (("/bin/sh", "-euc", "a\nb"), ("--no-python", "/bin/sh", "-euc", "a\nb")),
    ],
)
def test_a_command_as_torchrun_takes_it(command: tuple[str, ...], rest: tuple[str, ...]) -> None:
    """A script or a module is Python's; everything else is started as it is."""
    assert one_machine(launch("torchrun", *command))[4:] == rest


def test_on_several_nodes_that_are_numbered() -> None:
    torchrun = one_node_of_many(launch("torchrun"), NUMBERED)
    assert torchrun == (
        *("torchrun", "--nnodes", "2", "--nproc-per-node", "8", "--node-rank", Late("NODE")),
        *("--master-addr", "first", "--master-port", "29500", "-m", "train"),
    )
    assert one_node_of_many(launch("deepspeed"), NUMBERED) == torchrun
    accelerate = one_node_of_many(launch("accelerate"), NUMBERED)
    assert accelerate[:7] == ("accelerate", "launch", "--num_machines", "2", "--num_processes", "16", "--multi_gpu")
    assert ("--machine_rank", Late("NODE")) == accelerate[11:13]
    assert "--rdzv_backend" not in accelerate
    assert one_node_of_many(launch("mpi"), NUMBERED) == ("python", "-m", "train")


def test_on_several_nodes_of_which_the_first_to_come_is_the_first() -> None:
    torchrun = one_node_of_many(launch("torchrun"), UNNUMBERED)
    assert torchrun[5:11] == ("--rdzv-backend", "c10d", "--rdzv-endpoint", Late("END"), "--rdzv-id", Late("JOB"))
    accelerate = one_node_of_many(launch("accelerate"), UNNUMBERED)
    assert accelerate[11:13] == ("--rdzv_backend", "c10d")
    assert accelerate[13:17] == ("--main_process_ip", Late("HOST"), "--main_process_port", Late("PORT"))


LAUNCHED = 'env train < python 3.12; ml torch; gpu count 4; limit cpu 8; launch torchrun nodes 2; run "python a.py" >'


def test_the_image_starts_the_ranks_of_one_machine() -> None:
    """One for each GPU where nothing else is said; they share the processors."""
    planned = plan(LAUNCHED)
    assert planned.run.command == ("torchrun", "--standalone", "--nproc-per-node", "4", "a.py")
    assert planned.run.launch is not None
    assert planned.run.launch.command == ("python", "a.py")
    assert dict(planned.settings.variables)["OMP_NUM_THREADS"] == "2"


@pytest.mark.parametrize("kind", ["infiniband", "tcp"])
def test_what_a_fabric_brings(kind: str) -> None:
    """Libraries into the image, settings not; adapters write to memory that is locked."""
    planned = plan(f"env train < python 3.12; fabric {kind} net0 >")
    adapters = kind == "infiniband"
    assert bool(planned.apt.inference) == adapters
    assert not any(name.startswith("NCCL") for name, _ in planned.settings.variables)
    assert planned.run.fabric is not None
    variables = dict(planned.run.fabric.variables)
    assert "net0" in variables.values()
    assert variables["NCCL_NET"] == ("IB" if adapters else "Socket")
    assert [(one.name, one.soft) for one in planned.run.ulimits] == ([("memlock", None)] if adapters else [])
    assert planned.run.capabilities == (("IPC_LOCK",) if adapters else ())


def test_what_the_program_says_of_locked_memory_holds() -> None:
    planned = plan("env train < python 3.12; fabric infiniband; ulimit memlock 1GiB nofile 10; capability SYS_NICE >")
    assert [(one.name, one.soft) for one in planned.run.ulimits] == [("memlock", 2**30), ("nofile", 10)]
    assert planned.run.capabilities == ("IPC_LOCK", "SYS_NICE")


@pytest.mark.parametrize(
    ("clauses", "forms"),
    [
        ("", ("task", "job")),
        ("; expose 80", ("service", "deployment")),
        ('; expose 80; ml torch; launch torchrun each 1; run "a"', ("task", "job")),
    ],
)
def test_who_exposes_a_port_serves(clauses: str, forms: tuple[str, str]) -> None:
    planned = plan(f"env train < python 3.12; target compose; target kubernetes; target slurm{clauses} >")
    assert tuple(one.form for one in planned.targets) == (*forms, "batch")
