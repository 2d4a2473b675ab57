"""A manifest that a program no longer asks for goes; what is not envc's stays."""

from __future__ import annotations

from pathlib import Path

from envc import targets
from envc.language.targets import names
from envc.plan.manifests import MADE_BY, manifest_names
from envc.sources.outputs import write_outputs
from tests.properties.compiling import compiled
from tests.unit.targets.reading import program

ALL = program(*(f"target {name}" for name in names()))


def test_every_manifest_says_who_made_it() -> None:
    """Near its beginning, where it is looked for; and each target of its own has one."""
    files = compiled(ALL).files
    more = set(files) - set(compiled(program()).files)
    assert more == set(manifest_names())
    assert {name.partition(".")[0] for name in manifest_names()} <= set(targets.names())
    for name in manifest_names():
        assert MADE_BY in files[name][:200]


def test_a_manifest_that_is_no_longer_asked_for_is_removed(tmp_path: Path) -> None:
    write_outputs(tmp_path, compiled(ALL).files, "build")
    assert set(manifest_names()) <= {path.name for path in tmp_path.iterdir()}
    write_outputs(tmp_path, compiled(program("target slurm")).files, "build")
    assert {path.name for path in tmp_path.iterdir()} & set(manifest_names()) == {"slurm.sbatch"}


def test_a_file_of_that_name_that_somebody_wrote_stays(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "kubernetes.yaml").mkdir()
    write_outputs(tmp_path, compiled(program()).files, "build")
    assert (tmp_path / "compose.yaml").read_text() == "services: {}\n"
