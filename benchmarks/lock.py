"""Lock `numpy pandas scikit-learn`: envc's resolver beside bare `pip-compile --generate-hashes`, in one run.

usage: python benchmarks/lock.py

Both use the same pip-tools, the same Python (the one that runs this) and the same index, with an empty cache each.
Bare pip-compile downloads every file of every version that it pins, to hash it; envc's resolver takes the hashes from
the index pages. Pins and hashes must be equal, which is checked; the time to make the environment is not counted.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from envc.diagnostics import Source
from envc.lock.requirements import parse, pin_of, write
from envc.lock.resolution import Request, Requirement, Target
from envc.resolvers.pip_tools import PipTools, settings_of_this_machine
from envc.resolvers.pip_tools.environment import environment
from envc.resolvers.settings import clean_environment

PACKAGES = ("numpy", "pandas", "scikit-learn")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of_this_machine()
        variables = clean_environment(os.environ) | settings.variables
        cache = Path(folder, "cache")
        interpreter = environment(cache, settings, variables, lambda _: None)

        machine = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}[platform.machine()]
        major, minor = platform.libc_ver()[1].split(".")
        target = Target(platform.python_version(), machine, (int(major), int(minor)))
        start = time.perf_counter()
        request = Request(target, tuple(map(Requirement, PACKAGES)))
        ours = PipTools(cache, settings).resolve(request, lambda _: None)
        seconds = time.perf_counter() - start

        Path(folder, "requirements.in").write_text("\n".join(PACKAGES) + "\n")
        command = ["compile", "--quiet", "--no-config", "--generate-hashes", "--allow-unsafe", "--strip-extras"]
        command += ["--no-emit-options", "--no-emit-index-url"]
        options = ["--pip-args", "--only-binary=:all:", "--cache-dir", str(Path(folder, "bare")), "requirements.in"]
        if settings.main_index:
            variables["PIP_INDEX_URL"] = settings.main_index
        start = time.perf_counter()
        subprocess.run([str(interpreter), "-m", "piptools", *command, *options], cwd=folder, env=variables, check=True)
        bare_seconds = time.perf_counter() - start

        text = write(map(pin_of, ours.packages))
        bare = write(parse(Source("bare", Path(folder, "requirements.txt").read_text())))
    hashes = sum(len(package.hashes) for package in ours.packages)
    print(f"python {target.python}, {target.platform}: {len(ours.packages)} packages, {hashes} hashes")
    print(f"envc           {seconds:6.1f} s")
    print(f"pip-compile    {bare_seconds:6.1f} s")
    print(f"ratio          {bare_seconds / seconds:6.1f}")
    print("same pins and hashes" if text == bare else "DIFFERENT pins or hashes")
    return 0 if text == bare else 1


if __name__ == "__main__":
    sys.exit(main())
