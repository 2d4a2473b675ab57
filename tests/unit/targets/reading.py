"""Manifests of a program, read by parsers that are not ours."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from envc.lock.model import LockedAccelerator
from tests.properties.compiling import compiled, environment_of, locked_files

#: A program that says all that a manifest can hold.
FULL = """
env train <
  python 3.12
  gpu cuda 12.6 count 2
  limit memory 2GiB cpu 1.5
  shm 1GiB
  ipc shareable
  expose 8080; expose 53/udp
  user trainer uid 1234
  secret api-key as API_KEY; secret client.cert
  data v1 of wine from "some_data" mounted at "/data"
  data v1 of runs from "runs" mounted writable at "/out"
  data V2 of big mounted at "/big"
  weights v1 of net from "https://example.com/net.bin" sha256 "{zeros}" fetched at "/net"
  weights v1 of small from "w.bin" copied at "/small.bin"
  cache torch mounted at "/cache"
  health file "/app/log" every 15s timeout 1.5s start 1m retries 4
  ulimit nofile 65536:1048576 stack unlimited
  capability SYS_NICE
  run "python" "-c" "print('$HOME')"
  {target}
>
""".replace("{zeros}", "0" * 64)


def full(target: str, **replaced: str) -> str:
    """Return that program for one target; `old="new"` pairs stand for other clauses."""
    text = FULL.replace("{target}", target)
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text


def program(*items: str) -> str:
    return "env train < python 3.12; " + "; ".join(items) + " >"


def amd(*items: str) -> dict[str, str]:
    """Return the files of a program whose GPUs are AMD's."""
    text = program("gpu rocm 6.4 count 4", *items)
    locked = locked_files(environment_of(text))
    accelerator = LockedAccelerator(cuda=None, build="6.4", driver=None, reason="as asked", rocm="6.4")
    return compiled(
        text, locked=locked._replace(lock=locked.lock.model_copy(update={"accelerator": accelerator}))
    ).files


def compose(text: str) -> dict[str, Any]:
    """Return the project of Compose."""
    return dict(yaml.safe_load(compiled(text).files["compose.yaml"]))


def kubernetes(text: str) -> list[dict[str, Any]]:
    """Return the objects of Kubernetes."""
    return list(yaml.safe_load_all(compiled(text).files["kubernetes.yaml"]))


def resolved(text: str) -> str:
    """Return a text as Compose and Kubernetes read it, neither of which finds a variable in it."""
    assert not re.search(r"\$", text.replace("$$", ""))
    return text.replace("$$", "$")


def shell_log(text: str, folder: Path, **variables: str) -> list[list[str]]:
    """Run a batch script with an srun and an scontrol that write down what they are called with, and return it."""
    log = folder / "log"
    log.write_text("")
    for name in ("srun", "scontrol"):
        (folder / name).write_text(
            '#!/bin/sh\nprintf "%s\\036" "$@" >> "$LOG"\nprintf "\\035" >> "$LOG"\nprintf "one\\ntwo\\n"\n'
        )
        (folder / name).chmod(0o755)
    limits = folder / "limits"  # this machine's own are not raised
    limits.write_text("ulimit() { :; }\n")
    script = folder / "job"
    script.write_text(text, encoding="utf-8")
    given = {"SLURM_JOB_ID": "41007", "SLURM_SUBMIT_DIR": "/home/ada/it's here", "SLURM_JOB_NODELIST": "n[1-2]"}
    environ = {"PATH": f"{folder}:/usr/bin:/bin", "LOG": str(log), "BASH_ENV": str(limits), **given, **variables}
    subprocess.run(["bash", str(script)], cwd=folder, env=environ, check=True, stdout=subprocess.DEVNULL)
    return [call.split("\x1e")[:-1] for call in log.read_text(encoding="utf-8").split("\x1d")[:-1]]
