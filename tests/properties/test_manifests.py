"""Law 5 for manifests: no text of a program escapes YAML, the variables of Compose and Kubernetes, or a shell."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.compiling import compiled, literal, program
from tests.properties.test_escaping import ARGUMENTS, MOUNTED, PATH, TEXT
from tests.unit.targets.reading import compose, kubernetes, resolved, shell_log

TARGETS = [
    (name, f"target {name} < set ONE {{one}}; set TWO {{two}} >")
    for name in ("compose", "kubernetes", "slurm container apptainer")
]


def text_of(target: str, one: str, two: str, *items: str) -> str:
    return program(*items, target.replace("{one}", literal(one)).replace("{two}", literal(two)))


@given(ARGUMENTS, TEXT, TEXT, st.sampled_from([one[1] for one in TARGETS[:2]]))
def test_commands_and_variables_are_read_back(arguments: list[str], one: str, two: str, target: str) -> None:
    """By PyYAML, and with `$$` as Compose and Kubernetes resolve it."""
    text = text_of(target, one, two, f"run {' '.join(map(literal, arguments))}")
    if "compose" in target:
        service = compose(text)["services"]["train"]
        command, variables = service["command"], service["environment"]
    else:
        (found,) = kubernetes(text)[-1]["spec"]["template"]["spec"]["containers"]
        command, variables = found["command"], {pair["name"]: pair["value"] for pair in found["env"]}
    assert [resolved(word) for word in command] == arguments
    assert {name: resolved(value) for name, value in variables.items()} == {"ONE": one, "TWO": two}


@given(MOUNTED, PATH)
def test_mounts_are_read_back(target: str, source: str) -> None:
    """The place in the container, and the one in the project."""
    source = source.translate(str.maketrans('\\,"', "___"))
    item = f"data v1 of set from {literal('x/' + source)} mounted at {literal('/m/' + target)}"
    (mount,) = compose(program(item, "target compose"))["services"]["train"]["volumes"]
    assert resolved(mount["target"]) == f"/m/{target}"
    assert mount["source"].startswith("${ENVC_ROOT:-../..}/")
    assert resolved(mount["source"].partition("}/")[2]) == f"x/{source}"
    if ":" not in target:
        (volume,) = kubernetes(program(item, "target kubernetes"))[-1]["spec"]["template"]["spec"]["containers"][0][
            "volumeMounts"
        ]
        assert volume["mountPath"] == f"/m/{target}"


@given(ARGUMENTS, TEXT, st.sampled_from(["pyxis", "apptainer", "enroot"]))
def test_the_shell_reads_the_batch_script_as_it_was_meant(arguments: list[str], one: str, container: str) -> None:
    """srun is called once, with the command's arguments at the end, behind what sets the variable."""
    text = text_of(f"target slurm container {container} < set ONE {{one}} >", one, "")
    text = text.replace("target slurm", f"run {' '.join(map(literal, arguments))}\n  target slurm")
    with tempfile.TemporaryDirectory() as folder:
        (ranks,) = shell_log(compiled(text).files["slurm.sbatch"], Path(folder))
    assert ranks[-len(arguments) - 2 :] == ["env", f"ONE={one}", *arguments]


@given(TEXT)
def test_nothing_of_a_secret_but_its_name(value: str) -> None:
    """A secret's value is never known here; its name and its variable are all that stands in a manifest."""
    text = text_of("target compose < set ONE {one} >", value, "", "secret token as HUB_TOKEN")
    found = yaml.safe_load(compiled(text).files["compose.yaml"])
    assert found["services"]["train"]["environment"]["HUB_TOKEN"] == "${HUB_TOKEN:?}"
    assert found["secrets"] == {"token": {"environment": "HUB_TOKEN"}}
