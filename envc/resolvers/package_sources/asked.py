"""Asks the build system of a source what the package needs: in an environment of its own, on this machine."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envc.lock.resolution import Progress
from envc.resolvers.package_sources.said import Said, UnreadableError
from envc.resolvers.pip_tools import environment
from envc.resolvers.pip_tools.settings import Settings, clean_environment
from envc.resolvers.pip_tools.words import plain

#: Runs in the environment of the resolver, which has `build`: prepares metadata as pip would, and writes it down.
_ASK = """\
import json, pathlib, sys, tempfile
from build import ProjectBuilder
from build.env import DefaultIsolatedEnv
from email.parser import BytesHeaderParser

source, answer, *needs = sys.argv[1:]
with DefaultIsolatedEnv(installer="pip") as environment, tempfile.TemporaryDirectory() as out:
    builder = ProjectBuilder.from_isolated_env(environment, source)
    environment.install({*builder.build_system_requires, *needs})
    more = builder.get_requires_for_build("wheel")
    environment.install(more)
    head = BytesHeaderParser().parsebytes(pathlib.Path(builder.metadata_path(out), "METADATA").read_bytes())
said = {name: head.get(name) for name in ("Name", "Version", "Requires-Python")}
said |= {"requires": head.get_all("Requires-Dist", []), "build": sorted(more)}
pathlib.Path(answer).write_text(json.dumps(said))
"""


def asked_of_build(
    source: Path,
    needs: tuple[str, ...],
    cache: Path,
    settings: Settings,
    progress: Progress,
    told: Mapping[str, str],
) -> tuple[Said, tuple[str, ...]]:
    """Return what the build system says, and what more it needs to build. Runs code of the source.

    `told` are variables that it reads.
    Raises `UnreadableError` when it fails, with its own last words.
    """
    variables = {**clean_environment(os.environ), **told}
    interpreter = environment.environment(cache, settings, variables, progress)
    with tempfile.TemporaryDirectory(prefix="envc-") as private:  # mode 0700: addresses may hold a password
        configuration, answer = Path(private, "pip.conf"), Path(private, "answer.json")
        configuration.write_text(settings.configuration, encoding="utf-8")
        script = Path(private, "ask.py")
        script.write_text(_ASK, encoding="utf-8")
        own = {**variables, "PIP_CONFIG_FILE": str(configuration), "TMPDIR": private}
        command = [str(interpreter), "-I", str(script), str(source), str(answer), *needs]
        try:
            status, output = environment.run_whole(command, private, own)
        except OSError as error:
            raise UnreadableError(type(error).__name__) from error
        if status != 0 or not answer.is_file():
            raise UnreadableError(_last_words(output))
        return _said(json.loads(answer.read_text(encoding="utf-8")))


def _said(content: Mapping[str, Any]) -> tuple[Said, tuple[str, ...]]:
    said = Said(
        content["Name"],
        content["Version"],
        tuple(content["requires"]),
        content["Requires-Python"],
        "was asked of its build system, which ran on this machine",
    )
    return said, tuple(content["build"])


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or line.startswith("error")]
    return plain((telling or lines or ["it said nothing"])[-1])
