"""Programs of the gallery that compute on a GPU, run here on a processor: with their CUDA packages, and without them.

With them an image is gigabytes, so that ENVC_TEST_GALLERY chooses what is built (`heavy.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.heavy import heavy
from tests.engine.project import Project, copied, remove_images

if TYPE_CHECKING:
    from tests.engine.conftest import Lab

pytestmark = pytest.mark.engine

_WEIGHTS = """
import pathlib, jax, orbax.checkpoint
from fold.model import Model, encoded
orbax.checkpoint.PyTreeCheckpointer().save(pathlib.Path("/made/fold"), Model().init(jax.random.key(0), encoded("MK")))
"""
_DEMAND = """
import numpy, pandas
days, draw = pandas.date_range("2025-01-01", periods=90), numpy.random.default_rng(1)
items = [pandas.DataFrame({"item": item, "day": days, "demand": draw.poisson(20, 90)}) for item in "ab"]
pandas.concat(items).to_parquet("/made/demand.parquet")
"""


@contextmanager
def built(lab: Lab, program: str, folder: Path, gpu: bool) -> Iterator[Project]:
    """A program of the gallery, as it is or with `cpu` in place of its `gpu`."""
    project = copied(lab, f"gallery/{program}", folder / program)
    project.patience = 5400
    if not gpu:
        text, count = re.subn(r"(?m)^  gpu .*$", "  cpu", project.program.read_text())
        assert count == 1
        project.program.write_text(text)
    try:
        project.build("--lock")
        assert any(name.startswith("nvidia-") for name in project.lock["packages"]) == gpu
        yield project
    finally:
        remove_images(project)


def made(lab: Lab, project: Project, code: str, folder: Path) -> Path:
    """Return a folder that code in the image has filled."""
    folder.mkdir()
    folder.chmod(0o777)
    lab.run(project.image, ["python", "-c", code], volumes={str(folder): {"bind": "/made", "mode": "rw"}})
    return folder


@pytest.mark.parametrize("gpu", [False, pytest.param(True, marks=heavy("fold"))], ids=["cpu", "gpu"])
def test_fold_predicts_a_state_for_each_residue(lab: Lab, tmp_path: Path, gpu: bool) -> None:
    with built(lab, "fold", tmp_path, gpu) as project:
        weights = made(lab, project, _WEIGHTS, tmp_path / "weights")
        (tmp_path / "db").mkdir()
        (tmp_path / "db" / "a.fasta").write_text(">one a chain\nMKTAYIAKQR\nQISFVKSHFS\n>two\nGATTACAX*\n")
        mounts = ("--mount", f"sequences={tmp_path / 'db'}", "--mount", f"fold={weights}")
        finished = project.envc("run", *mounts, *["--no-gpu"] * gpu)
        assert finished.returncode == 0, finished.stderr
        assert re.fullmatch(r"one [HEC]{20}\ntwo [HEC]{9}\n", finished.stdout)


@pytest.mark.parametrize("gpu", [False, True], ids=["cpu", "gpu"])
@heavy("forecast")
def test_forecast_trains_and_leaves_its_weights(lab: Lab, tmp_path: Path, gpu: bool) -> None:
    with built(lab, "forecast", tmp_path, gpu) as project:
        demand = made(lab, project, _DEMAND, tmp_path / "demand")
        output = tmp_path / "out"
        output.mkdir()
        output.chmod(0o777)
        mounts = ("--mount", f"demand={demand}", "--mount", f"output={output}")
        finished = project.envc("run", *mounts, *["--no-gpu"] * gpu)
        assert finished.returncode == 0, finished.stderr
        epochs = (output / "events").read_text().splitlines()
        assert len(epochs) == 2, "a head, and the one epoch of a test"
        assert 0 < float(epochs[1].split(",")[1]) < 100
        assert (output / "forecast.weights.h5").stat().st_size > 10_000


#: Compiles what Triton would, an extension of Python, and tells what vLLM is.
_SERVE = """
import importlib.util, pathlib, subprocess, sysconfig, torch, triton, vllm
place = pathlib.Path("/tmp/launch.c")
place.write_text("#include <Python.h>\\nPyMODINIT_FUNC PyInit_launch(void) { Py_RETURN_NONE; }\\n")
include = sysconfig.get_path("include")
subprocess.run(["gcc", "-shared", "-fPIC", f"-I{include}", place, "-o", "/tmp/launch.so"], check=True)
print(vllm.__version__, torch.version.cuda, torch.cuda.is_available(), importlib.util.find_spec("vllm._C") is not None)
"""


@heavy("answer")
def test_answer_holds_vllm_and_what_it_compiles_with(lab: Lab, tmp_path: Path) -> None:
    """It serves on a GPU alone, which it says; everything before that runs."""
    with built(lab, "answer", tmp_path, gpu=True) as project:
        (tmp_path / "models").mkdir()
        mounts = ("--no-gpu", "--mount", f"assistant={tmp_path / 'models'}")
        login = {"HF_TOKEN": "none"}
        seen = project.envc("run", *mounts, "--", "python", "-c", _SERVE, **login)
        assert (seen.returncode, seen.stdout.splitlines()[-1:]) == (0, ["0.11.0 12.8 False True"]), seen.stderr
        served = project.envc("run", *mounts, **login)
        assert served.returncode != 0
        assert "Failed to infer device type" in served.stderr + served.stdout


_CLICKS = """
import datetime, pyarrow, pyarrow.parquet
days = [datetime.datetime(2026, 1, day) for day in range(1, 21)]
table = {"time": days, "user": [1, 2] * 10, "item": [3] * 20, "dwell": [0.5] * 20}
pyarrow.parquet.write_table(pyarrow.table(table), "/made/clicks.parquet")
"""
_RAPIDS = """
import cudf, cuml, dask_cuda, libcudf, libcuml, xgboost
libcudf.load_library()
libcuml.load_library()
built = xgboost.build_info()
print(cudf.__version__[:5], cuml.__version__[:5], built["USE_CUDA"], built["CUDA_VERSION"])
"""


@heavy("features")
def test_features_has_rapids_that_lacks_a_driver_alone(lab: Lab, tmp_path: Path) -> None:
    """Its libraries are loaded with all that they link; computing needs a GPU, which is what it says."""
    with built(lab, "features", tmp_path, gpu=True) as project:
        clicks = made(lab, project, _CLICKS, tmp_path / "clicks")
        (tmp_path / "out").mkdir()
        (tmp_path / "out").chmod(0o775)
        mounts = ("--no-gpu", "--mount", f"clickstream={clicks}", "--mount", f"output={tmp_path / 'out'}")
        loaded = project.envc("run", *mounts, "--", "python", "-c", _RAPIDS)
        assert (loaded.returncode, loaded.stdout) == (0, "26.08 26.08 True [12, 9]\n"), loaded.stderr
        computed = project.envc("run", *mounts)
        assert computed.returncode != 0
        assert "cudaErrorInsufficientDriver" in computed.stderr, computed.stderr
