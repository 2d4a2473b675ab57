"""Both resolvers beside the bare programs that they drive, cold and warm, on sets of growing size, in one run.

usage: python -m benchmarks.resolvers [--only pip-tools|uv] [SET …]

For each set, of 10 to 300 packages: envc with pip-tools beside `pip-compile --generate-hashes`, and envc with uv beside
`uv pip compile --generate-hashes`; the same programs, Python, index and target (this machine) for both. Cold begins
with empty caches, warm is the same again. Pins and wheels' hashes must be equal, which is checked. The time to make the
environment of pip-tools is not counted. Beside the seconds stands the processor's time of envc's process and its
children, which says more on a machine that is busy otherwise.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from envc.diagnostics import Source
from envc.lock.requirements import Pin, parse, pin_of
from envc.lock.resolution import Request, Requirement, Resolution, Target
from envc.resolvers.pip_tools import PipTools, Settings, settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment
from envc.resolvers.settings import clean_environment
from envc.resolvers.uv import Uv
from envc.resolvers.uv.program import find_uv

#: The last is what a data team has in one environment.
SETS = {
    "science": ("numpy", "pandas", "scikit-learn"),
    "web": ("fastapi", "uvicorn[standard]"),
    "data": ("datasets", "accelerate"),
    "notebook": ("requests", "jupyterlab", "matplotlib"),
    "platform": (
        *("jupyterlab", "mlflow", "streamlit", "ray[serve]", "dagster", "dagster-webserver"),
        *("wandb", "datasets", "gradio", "spacy", "s3fs", "optuna"),
    ),
}


class Time(NamedTuple):
    """What something took."""

    seconds: float
    processor: float  # seconds, of this process and the children that it waited for


def measure(work: Callable[[], Resolution | str]) -> tuple[Time, Resolution | str]:
    before, start = spent(), time.perf_counter()
    result = work()
    return Time(time.perf_counter() - start, spent() - before), result


def spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def this_machine() -> Target:
    machine = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}[platform.machine()]
    major, minor = platform.libc_ver()[1].split(".")
    return Target(platform.python_version(), machine, (int(major), int(minor)))


def bare_pip_compile(interpreter: Path, settings: Settings, folder: Path) -> str:
    variables = clean_environment(os.environ) | settings.variables
    if settings.main_index:
        variables["PIP_INDEX_URL"] = settings.main_index
    command = [str(interpreter), "-m", "piptools", "compile", "--quiet", "--no-config", "--generate-hashes"]
    command += ["--allow-unsafe", "--strip-extras", "--no-emit-options", "--no-emit-index-url"]
    command += ["--pip-args", "--only-binary=:all:", "--cache-dir", str(folder / "cache"), "--rebuild"]
    return compiled(command, folder, variables)


def bare_uv(settings: Settings, folder: Path, target: Target) -> str:
    variables = clean_environment(os.environ)
    if settings.main_index:
        variables["UV_DEFAULT_INDEX"] = settings.main_index
    machine = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}[target.platform]
    command = [str(find_uv(os.environ)), "pip", "compile", "--quiet", "--no-config", "--generate-hashes"]
    command += ["--only-binary", ":all:", "--no-python-downloads", "--python", sys.executable]
    command += ["--python-version", target.python, "--cache-dir", str(folder / "cache")]
    command += ["--python-platform", f"{machine}-manylinux_{target.glibc[0]}_{target.glibc[1]}"]
    return compiled(command, folder, variables)


def compiled(command: list[str], folder: Path, variables: dict[str, str]) -> str:
    (folder / "requirements.txt").unlink(missing_ok=True)
    command += ["--output-file", "requirements.txt", "requirements.in"]
    subprocess.run(command, cwd=folder, env=variables, check=True)
    return (folder / "requirements.txt").read_text()


def same(ours: Resolution, bare: str) -> bool:
    """Tell whether pins are equal and every hash of ours is in the bare text, where uv has source archives as well."""
    theirs = {pin.name: pin for pin in parse(Source("bare", bare))}
    pins: list[Pin] = [pin_of(package) for package in ours.packages]
    return {pin.name: pin.version for pin in pins} == {name: pin.version for name, pin in theirs.items()} and all(
        set(pin.hashes) <= set(theirs[pin.name].hashes) for pin in pins
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("pip-tools", "uv"))
    parser.add_argument("set", nargs="*", help=f"of {', '.join(SETS)}")
    options = parser.parse_args()
    if unknown := set(options.set) - set(SETS):
        parser.error(f"no such set: {', '.join(sorted(unknown))}")
    settings, target, equal = settings_of_this_machine(), this_machine(), True
    print(f"python {target.python}, {target.platform}; seconds (processor's time)")
    print(f"{'set':<10}{'':>4} {'resolver':<10}{'cache':<6}{'envc':>16}{'bare':>16}{'envc/bare':>11}{'processor':>11}")
    with tempfile.TemporaryDirectory() as made:
        interpreter = environment(Path(made), settings, clean_environment(os.environ), lambda _: None)
        for name in options.set or SETS:
            for resolver in (options.only,) if options.only else ("pip-tools", "uv"):
                equal &= compare(name, resolver, settings, target, interpreter)
    return 0 if equal else 1


def compare(name: str, resolver: str, settings: Settings, target: Target, interpreter: Path) -> bool:
    request = Request(target, tuple(map(Requirement, SETS[name])))
    equal = True
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as bare:
        Path(bare, "requirements.in").write_text("\n".join(SETS[name]) + "\n")
        if resolver == "pip-tools":
            # the environment that is made already, found where envc looks for it
            Path(ours, "pip-tools").mkdir()
            Path(ours, "pip-tools", interpreter.parents[1].name).symlink_to(interpreter.parents[1])
        for cache in ("cold", "warm"):
            took, resolution = measure(
                lambda: (PipTools if resolver == "pip-tools" else Uv)(Path(ours), settings).resolve(
                    request, lambda _: None
                )
            )
            bare_took, text = measure(
                lambda: (
                    bare_pip_compile(interpreter, settings, Path(bare))
                    if resolver == "pip-tools"
                    else bare_uv(settings, Path(bare), target)
                )
            )
            assert isinstance(resolution, Resolution)
            assert isinstance(text, str)
            agreed = same(resolution, text)
            equal &= agreed
            print(
                f"{name:<10}{len(resolution.packages):>4} {resolver:<10}{cache:<6}"
                f"{took.seconds:>8.2f} ({took.processor:5.2f}){bare_took.seconds:>8.2f} ({bare_took.processor:5.2f})"
                f"{took.seconds / bare_took.seconds:>11.2f}{took.processor / bare_took.processor:>11.2f}"
                f"{'' if agreed else '  DIFFERENT pins or hashes'}",
                flush=True,
            )
    return equal


if __name__ == "__main__":
    sys.exit(main())
