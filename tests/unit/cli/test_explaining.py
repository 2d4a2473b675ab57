"""`envc explain PROGRAM`: everything that holds, where it is said, and how it came there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envc.cli import main

ROOT = Path(__file__).parents[3]
PROGRAM = """\
use serve.http

env base takes cuda 12.6 <
  python 3.12
  gpu cuda $cuda
  ml pinned < torch 2.7; numpy >
>
env train from base cuda 12.8 <
  ml drop numpy
  serve.http app "a:b" port 81
  on linux/arm64 < apt git curl >
>
"""
EVERYTHING = """\
env train from base cuda 12.8  (train.env:8)
  cuda 12.8             train.env:8                       parameter, declared at train.env:3
  python 3.12           train.env:4                       from base
  gpu cuda 12.8         train.env:5                       from base; $cuda given at train.env:8
  ml torch 2.7 pinned   train.env:6                       from base
  pip uvicorn           stdlib/modules/serve/http.env:16  serve.http used at train.env:10
  expose 81             stdlib/modules/serve/http.env:17  serve.http used at train.env:10; $port given at train.env:10
"""
DERIVED = """\
env train <
  python 3.12
  gpu cuda 12.8 architectures 8.0 9.0
  limit cpu 8; processes 4
  health http "/" port 80
>
"""
BY_ITSELF = """\
  user app uid 1000           default  nobody with rights over the machine; group 0, so that any other id works, too
  workdir "/app"              default  where the program starts, and what it copies lies
  run "python"                default  no `run` says what the container does
  health … every 30s          default  the time between checks
  health … timeout 5s         default  what one may take
  health … start 0s           default  a failure counts from the beginning
  health … retries 3          default  failures in a row make it unhealthy
  set HOME "/home/app"        default  the home of the image's user
  set LANG C.UTF-8            default  texts are UTF-8
  set NVIDIA_DRIVER_CAPABILITIES "compute,utility" derived of the driver, what computing needs; because of GPU
  set NVIDIA_VISIBLE_DEVICES all derived the container sees the GPUs that it is given; because of GPU
  set OMP_NUM_THREADS 2       derived  the processors of the limit, shared by 4 processes; because of LIMIT
  set PYTHONDONTWRITEBYTECODE 1  default byte code is in the image already
  set PYTHONUNBUFFERED 1      default  logs arrive when they are written
  set VIRTUAL_ENV "/opt/venv" default  the packages lie there
  set TORCH_CUDA_ARCH_LIST "8.0;9.0" derived in the stage builder; extensions of PyTorch are compiled for these GPUs; \
because of GPU
""".replace("GPU\n", "`gpu cuda 12.8 architectures 8.0 9.0` at train.env:3\n").replace(
    "LIMIT", "`limit cpu 8` at train.env:4, `processes 4` at train.env:4"
)
ON_ARM = """\
  on linux/arm64
    apt git             train.env:11
    apt curl            train.env:11
"""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.env").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main.run(["explain", *arguments]) == 0
    return "".join(f"{' '.join(line.split())}\n" for line in capsys.readouterr().out.splitlines())


def squeezed(text: str) -> str:
    return "".join(f"{' '.join(line.split())}\n" for line in text.splitlines())


def test_an_environment_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Each thing with its place, its parent, its module's use and its parameter's value."""
    out = said(capsys, "train.env")
    assert out.startswith(squeezed(EVERYTHING))
    assert f"{squeezed(ON_ARM)}\nby itself, where nothing else is said\n" in out
    default = "expose 8080 stdlib/modules/serve/http.env:17 serve.http used at train.env:1; $port by default"
    Path("train.env").write_text('use serve.http; env train < python 3.12; serve.http app "a:b" >')
    assert default in said(capsys, "train.env").splitlines()
    assert default in said(capsys, "train.env", "port").splitlines()


def test_what_nobody_says_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Defaults, and what follows from the rest with the clauses that it follows from, without a lock, too."""
    Path("train.env").write_text(DERIVED)
    out = said(capsys, "train.env").partition("by itself, where nothing else is said\n")[2]
    assert out == squeezed(BY_ITSELF)
    assert said(capsys, "train.env", "OMP_NUM_THREADS").splitlines()[1:] == [
        line for line in squeezed(BY_ITSELF).splitlines() if "OMP_NUM_THREADS" in line
    ]
    assert said(capsys, "train.env", "user").splitlines()[1].startswith("user app uid 1000 default ")
    assert main.run(["explain", "train.env", "TORCH_CUDA_ARCH_LIST", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (item["place"], item["reasons"][0]) == ("derived", "in the stage builder")


def test_what_is_said_is_no_default(capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that the program sets, its user and its folder are there once."""
    Path("train.env").write_text(
        'env train <\n  python 3.12; limit cpu 4\n  set OMP_NUM_THREADS 2; user ada; workdir "/w"; run "a"\n'
        '  health command "a" every 1s timeout 1s start 1s retries 1\n>'
    )
    for word in ("OMP_NUM_THREADS", "user", "workdir", "run", "health"):
        (line,) = said(capsys, "train.env", word).splitlines()[1:]
        assert "train.env:" in line
    assert said(capsys, "train.env", "HOME").splitlines()[1].startswith('set HOME "/home/ada" default')


def test_pairs_of_a_list_are_explained_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that are left of a parent's item."""
    base = "env base < python 3.12; ulimit memlock unlimited stack 64MiB nofile 65536 >\n"
    Path("train.env").write_text(f"{base}env train from base < ulimit drop stack >")
    lines = said(capsys, "train.env", "ulimit").splitlines()[1:]
    assert lines == [f"ulimit {one} train.env:1 from base" for one in ("memlock unlimited", "nofile 65536")]


def test_a_word_or_a_name_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing beside it; what is near is suggested."""
    assert squeezed("  gpu cuda 12.8  train.env:5  from base; $cuda given at train.env:8") in said(
        capsys, "train.env", "gpu"
    )
    assert said(capsys, "train.env", "torch").splitlines()[1:] == ["ml torch 2.7 pinned train.env:6 from base"]
    assert main.run(["explain", "train.env", "troch"]) == 1
    assert "`torch` is near" in capsys.readouterr().err


def test_another_environment_platform_and_value(capsys: pytest.CaptureFixture[str]) -> None:
    """As the options say."""
    out = said(capsys, "train.env", "cuda", "--environment", "base", "--set", "cuda=12.4")
    assert out.splitlines()[1:] == ["cuda 12.4 --set parameter, declared at train.env:3"]
    out = said(capsys, "train.env", "apt", "--platform", "linux/amd64")
    assert "git" in out
    assert main.run(["explain", "train.env", "--environment", "base", "--set", "nothing=1"]) == 1
    assert "unknown-parameter" in capsys.readouterr().err


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs."""
    assert main.run(["explain", "train.env", "gpu", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (item["text"], item["place"], item["reasons"][0]) == ("gpu cuda 12.8", "train.env:5", "from base")


def test_a_page_is_still_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is no file is a diagnostic's."""
    assert said(capsys, "unknown-word").startswith("# unknown-word")
    assert main.run(["explain", "unknown-wrd"]) == 1


LISTS = """\
env train <
  python 3.12
  path libraries "/opt/a" "/opt/b"
  path modules "/opt/a"
  apt curl git
  pip numpy pandas >=2
>
env child from train < path drop "/opt/b"; apt drop git; pip drop numpy >
"""


def test_of_a_list_each_thing_is_said_as_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """With the word that says what kind it is, and without what is dropped."""
    Path("train.env").write_text(LISTS)
    places = {"path libraries": 3, "path modules": 4, "apt": 5, "pip": 6}

    def lines(*texts: tuple[str, str], more: str = "") -> list[str]:
        return [f"{word} {text} train.env:{places[word]}{more}" for word, text in texts]

    ours = (("path libraries", '"/opt/a"'), ("path libraries", '"/opt/b"'), ("path modules", '"/opt/a"'))
    everything = lines(*ours, ("apt", "curl"), ("apt", "git"), ("pip", "numpy"), ("pip", "pandas >=2"))
    assert said(capsys, "train.env").partition("\n\n")[0].splitlines()[2:] == everything
    left = (("path libraries", '"/opt/a"'), ("path modules", '"/opt/a"'), ("apt", "curl"), ("pip", "pandas >=2"))
    found = said(capsys, "train.env", "--environment", "child").partition("\n\n")[0].splitlines()[2:]
    assert found == lines(*left, more=" from train")


REPOSITORY = f'repository osrf "https://example.org/gz" suite noble key "https://k.example.org/a" sha256 {"a" * 64}'
BEHIND_KEYWORDS = f"""\
env train takes channel bioconda <
  python 3.12
  apt {REPOSITORY} gza hza
  conda hmmer kalign3 from $channel
  conda from conda-forge < samtools from bioconda; mafft >
  pip without deps < a; c without deps >
>
"""


def test_what_a_list_says_of_all_its_entries_is_said_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    """Where a package comes from, and that it is taken alone; an entry's own channel counts."""
    Path("train.env").write_text(BEHIND_KEYWORDS)
    found = said(capsys, "train.env").partition("\n\n")[0]
    said_of_each = {
        "apt": (f"gza {REPOSITORY}", f"hza {REPOSITORY}"),
        "conda": ("hmmer from bioconda", "kalign3 from bioconda", "samtools from bioconda", "mafft from conda-forge"),
        "pip": ("a without deps", "c without deps"),
    }
    for word, texts in said_of_each.items():
        assert all(f"{word} {text} train.env:" in found for text in texts)


def test_where_a_copied_python_comes_from_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """The lock's base has none; the other image is named, too."""
    text = said(capsys, str(ROOT / "examples" / "cupy" / "cupy.env"))
    assert "Python is copied from docker.io/library/python:3.12" in text
    assert "with Python from the official image" in text


def test_a_name_may_stand_behind_options(capsys: pytest.CaptureFixture[str]) -> None:
    """As in front of them; an option that is none is still told."""
    behind = said(capsys, "train.env", "--environment", "base", "cuda")
    assert behind == said(capsys, "train.env", "cuda", "--environment", "base")
    with pytest.raises(SystemExit):
        main.run(["explain", "train.env", "--environment", "base", "cuda", "--nothing"])
    assert "unrecognized arguments: --nothing" in capsys.readouterr().err
