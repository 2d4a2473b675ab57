"""`cpu` takes builds for the processor from where the program says that they are, and those for CUDA from nowhere."""

from __future__ import annotations

import pytest

from envc.compile import understand
from envc.diagnostics import Report, Source

SHA = "1" * 64


def wheel(version: str, name: str = "torch") -> str:
    return f'from wheel "https://h.example.org/{name}-{version}-cp312-cp312-linux_x86_64.whl" sha256 "{SHA}"'


def understood(text: str) -> None:
    understand(Source("train.env", f"env train < python 3.12; cpu; {text} >"))


@pytest.mark.parametrize(
    "text",
    [
        f"pip torch {wheel('2.2.0%2Bcpu')}",
        f"ml torch {wheel('2.2.0+cpu')}",
        f"pip torch {wheel('2.2.0')}",
        'index pt "https://h.example.org/whl/cpu" for torch; pip torch',
        f'pip torch from git "https://h.example.org/torch" commit {"0" * 40}',
    ],
)
def test_a_build_for_the_processor_has_an_address(text: str) -> None:
    understood(text)


@pytest.mark.parametrize(
    ("text", "cuda"),
    [
        (f"pip torch {wheel('2.2.0%2Bcu121')}", "12.1"),
        (f"ml torch {wheel('2.2.0+cu121')}", "12.1"),
        (f"pip torch {wheel('1.0.0+cu92')}", "9.2"),
        (f"ml flash-attn {wheel('2.8.3+cu12torch2.8', 'flash_attn')}", "12"),
        ('index pt "https://h.example.org/whl/cu118" for torch; pip torch', "11.8"),
    ],
)
def test_one_for_cuda_is_refused_by_its_address(text: str, cuda: str) -> None:
    """An edit of the word would leave it where it is, so there is none."""
    with pytest.raises(Report) as report:
        understood(text)
    (mistake,) = report.value.diagnostics
    assert mistake.name == "contradiction"
    assert mistake.message.endswith(f"is taken as a build for CUDA {cuda}")
    assert mistake.helps
    assert not mistake.fixes


@pytest.mark.parametrize("name", ["cupy-cuda12x", "nvidia-cublas-cu12", "faiss-gpu-cu118", "jax-cuda12-plugin"])
def test_a_name_that_says_cuda_is_refused(name: str) -> None:
    """Whatever word asks for it by that name."""
    with pytest.raises(Report) as report:
        understood(f"pip numpy {name}")
    assert [one.message.partition("`")[2].partition("`")[0] for one in report.value.diagnostics] == [name]


@pytest.mark.parametrize("name", ["cupy", "cu-thing", "cuda-python-docs", "acu12", "x-cu1"])
def test_a_name_that_only_looks_so_passes(name: str) -> None:
    understood(f"pip {name}")
