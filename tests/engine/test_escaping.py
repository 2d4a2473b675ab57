"""Law 5 against BuildKit itself: nasty values that our printer wrote are what the image holds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envc.targets.dockerfile.instructions import (
    Argument,
    Command,
    Comment,
    Copy,
    Expose,
    From,
    HealthCheck,
    ImageLabels,
    Instruction,
    Run,
    User,
    Variables,
    WorkingDirectory,
)
from envc.targets.dockerfile.printer import print_dockerfile
from tests.properties.test_escaping import NASTY

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

PYTHON = "python:3.12-slim-bookworm"
#: Names of files. In a program `\` parts folders as `/` does, and blanks at the ends are refused.
NAMES = sorted({re.sub(r"[/\\]", "_", value).strip() for value in NASTY if value.strip()})


@pytest.fixture(scope="module")
def image(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build one image with every nasty value in every place."""
    context = tmp_path_factory.mktemp("context")
    (context / "from").mkdir()
    for name in NAMES:
        (context / "from" / name).write_text(name, encoding="utf-8")
    (context / "from" / "decoy").write_text("no wildcard may fit this", encoding="utf-8")
    instructions: list[Instruction] = [
        Comment(tuple(f"because `{value}` \\" for value in NASTY)),
        From(PYTHON, "inference"),
        Run((("printf", r"%s\0", *NASTY, ">", "/printed"), ("test", "-s", "/printed")), raw=frozenset({">"})),
        *(Copy(f"from/{name}", f"/to/{name}", mode="u=rwX,go=rX") for name in NAMES),
        *(Argument(f"ARGUMENT{number}", value) for number, value in enumerate(NASTY)),
        Variables(
            (
                *((f"PLAIN{number}", value) for number, value in enumerate(NASTY)),
                *((f"CHOSEN{number}", f"${{ARGUMENT{number}}}") for number in range(len(NASTY))),
                ("PATH", "/opt/venv/bin:${PATH}"),
            ),
            frozenset({"PATH", *(f"CHOSEN{number}" for number in range(len(NASTY)))}),
        ),
        ImageLabels(tuple((f"test.nasty{number}", value) for number, value in enumerate(NASTY))),
        WorkingDirectory('/work/$HOME \\ it\'s "x" #'),
        User(1000, 0),
        Expose(("80/tcp", "53/udp")),
        HealthCheck(("test", *NASTY), 1500, 2000, 0, 3),
        Command(("printf", *NASTY)),
    ]
    (context / "Dockerfile").write_text(print_dockerfile(instructions), encoding="utf-8")
    tag = lab.tag("escaping")
    built = subprocess.run(
        ["docker", "build", "-q", "-t", tag, context], env=lab.environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return tag


def test_configuration_is_what_was_meant(lab: Lab, image: str) -> None:
    """Variables, labels, command, health check, working directory, user, ports: value by value."""
    config = lab.docker.images.get(image).attrs["Config"]
    variables = dict(one.split("=", 1) for one in config["Env"])
    assert [variables[f"PLAIN{number}"] for number in range(len(NASTY))] == NASTY
    assert [variables[f"CHOSEN{number}"] for number in range(len(NASTY))] == NASTY
    assert variables["PATH"].startswith("/opt/venv/bin:/")
    assert [config["Labels"][f"test.nasty{number}"] for number in range(len(NASTY))] == NASTY
    assert config["Cmd"] == ["printf", *NASTY]
    assert config["Healthcheck"]["Test"] == ["CMD", "test", *NASTY]
    assert config["Healthcheck"]["Interval"] == 1_500_000_000
    assert config["WorkingDir"] == '/work/$HOME \\ it\'s "x" #'
    assert config["User"] == "1000:0"
    assert set(config["ExposedPorts"]) == {"80/tcp", "53/udp"}


def test_files_lie_where_they_were_meant(lab: Lab, image: str) -> None:
    """Each under its own name with its own content, and no other came along."""
    script = "import os; print([(n, open(f'/to/{n}').read()) for n in sorted(os.listdir('/to'))])"
    listed = lab.run(image, ["python3", "-c", script])
    assert listed.strip() == str([(name, name) for name in sorted(NAMES)])


def test_a_shell_saw_the_arguments_that_were_meant(lab: Lab, image: str) -> None:
    """What RUN printed, byte for byte."""
    printed = lab.run(image, ["python3", "-c", "print(open('/printed').read().split(chr(0))[:-1])"])
    assert printed.strip() == str(NASTY)


def test_an_argument_wins_over_a_variable_of_the_base(lab: Lab, tmp_path: Path) -> None:
    """`arg LANG …` on an image that sets LANG: the container has the chosen value."""
    base, tag = lab.tag("base-with-a-variable"), lab.tag("argument")
    for name, text in (
        (base, print_dockerfile([From(PYTHON, "inference"), Variables((("COLOUR", "of the base"),))])),
        (
            tag,
            print_dockerfile(
                [
                    From(base, "inference"),
                    Argument("COLOUR", "chosen"),
                    Variables((("COLOUR", "${COLOUR}"),), frozenset({"COLOUR"})),
                ]
            ),
        ),
    ):
        (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
        subprocess.run(
            ["docker", "build", "-q", "-t", name, tmp_path], env=lab.environment, check=True, capture_output=True
        )
    assert lab.run(tag, ["sh", "-c", "echo $COLOUR"]) == "chosen\n"
