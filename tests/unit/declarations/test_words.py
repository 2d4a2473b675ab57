"""Every word of the language: its examples are right, and each of its fields refuses what is wrong."""

from __future__ import annotations

import contextlib

import pytest
from pydantic import BaseModel

from envc.declarations import words
from envc.diagnostics import Report, Source
from envc.language.check import check
from envc.language.environment import Environment
from envc.language.facets import ExposedPort
from envc.language.fields import Entries, layout_of
from envc.language.usage import describe
from envc.language.word import Declaration
from envc.syntax.parse import parse

NAMES = words.names()
INSIDE = [name for name in NAMES if (word := words.find(name)) is not None and word.place == "env"]


REPOSITORY = f'repository osrf "https://a.example.org/x" suite noble key "osrf.asc" sha256 "{"0a" * 32}"'


def wrong_repositories() -> list[str]:
    """Return a repository with one thing changed or left out, each time another."""
    changes = {
        "osrf": "OSRF",
        '"https://a.example.org/x"': "",
        "https://a": "ftp://a",
        "example.org": "example.org/$(id)",
        "//a": "//me:word@a",
        " suite noble": "",
        "noble": '"a b"',
        "suite noble": "suite noble/ components main",
        ' key "osrf.asc"': "",
        '"osrf.asc"': "osrf.asc",
        "osrf.asc": "/keys/osrf.asc",
        f' sha256 "{"0a" * 32}"': "",
        "0a0a": "",
        "key": 'components "a b" key',
    }
    return [REPOSITORY.replace(old, new, 1) for old, new in changes.items()]


def word_of(name: str) -> type[Declaration]:
    word = words.find(name)
    assert word is not None
    return word


def understood(*items: str) -> Environment:
    lines = list(items)
    if not any(line.startswith("python ") for line in items):
        lines.insert(0, "python 3.12")
    text = "env train <\n" + "\n".join(lines) + "\n>\n"
    (environment,) = check(parse(Source("train.env", text)), words).environments
    return environment


def mistakes(*items: str) -> list[str]:
    with pytest.raises(Report) as report:
        understood(*items)
    assert all(one.labels for one in report.value.diagnostics)
    return [one.name for one in report.value.diagnostics]


def test_a_word_is_found_by_its_exact_name() -> None:
    """Not by its class, a file that is no word, or a path."""
    assert all(words.find(name) is not None for name in NAMES)
    assert [words.find(name) for name in ("Python", "__init__", "", ".", "../env", "python ", "pythonx")] == [None] * 7


@pytest.mark.parametrize("name", NAMES)
def test_a_word_is_documented(name: str) -> None:
    """A summary of one line, examples, and a description that `envc help` prints."""
    word = word_of(name)
    assert word.examples
    assert (word.__doc__ or "").strip().splitlines()[0].endswith((".", ":"))
    text = describe(name, word)
    assert text.startswith(name)
    assert all(example in text for example in word.examples)


@pytest.mark.parametrize(("name", "example"), [(name, one) for name in INSIDE for one in word_of(name).examples])
def test_an_example_is_right(name: str, example: str) -> None:
    """In an environment of its own it is understood without a warning, and gives it something."""
    environment = understood(example)
    assert environment.warnings == ()
    assert [one for one in environment.declared if one.origin.item.word == name]


@pytest.mark.parametrize(("name", "example"), [(name, one) for name in NAMES for one in word_of(name).examples])
def test_an_example_at_the_top_is_right(name: str, example: str) -> None:
    """The same for the words of a file."""
    if name in INSIDE:
        return
    text = example if name == "env" else f"{example}\nenv train < python 3.12 >\nenv serve < python 3.12 >"
    assert check(parse(Source("train.env", text)), words).environments


GIT = 'from git "https://h/a.git"'
SOURCE = f"source b {GIT} tag v1"

SHA256 = f'sha256 "{"0" * 64}"'

WRONG = {
    "apt": [
        *("apt Git", "apt git-", "apt -y", "apt 9", 'apt "a b"', "apt g", "apt git suite noble", "apt repository a"),
        *(f"apt {one} < x1 >" for one in wrong_repositories()),
        f"apt {REPOSITORY}",
        f"apt {REPOSITORY} < git >; apt git",
        f"apt {REPOSITORY} < git >; apt {REPOSITORY.replace('noble', 'jammy')} < tree >",
        f"apt {REPOSITORY.replace('repository osrf', 'repository debian')} < git >",
        'apt a1 from "https://h/a.deb"',
        f'apt a1 from "https://h/a.rpm" {SHA256}',
        f'apt a1 from "ftp://h/a.deb" {SHA256}',
        f'apt a1 from "https://me:word@h/a.deb" {SHA256}',
        f"apt a1 from a.deb {SHA256}",
        f'apt a1 b1 from "https://h/a.deb" {SHA256}',
        f'apt from "https://h/a.deb" {SHA256}',
        'apt from "https://h/a.deb"',
        f'apt a1 from "https://h/a.deb" {SHA256}; apt a1',
        f'apt a1 from "https://h/a.deb" {SHA256}; apt a1 from "https://h/b.deb" sha256 "{"1" * 64}"',
        f'apt {REPOSITORY} from "https://h/a.deb" < a1 >',
        f'apt a1 from "https://h/a.deb" {SHA256} suite noble',
    ],
    "arg": ["arg", "arg A", "arg 1A x", "arg A b of", 'arg A "\a"', "arg A x of y z", "arg PATH x", "arg API_KEY x"],
    "base": [
        "base",
        "base python",
        'base "a b:1"',
        'base "python"',
        'base "python:latest"',
        'base "scratch"',
        'base "a@sha256:1"',
        'base "a:é"',
        'base "a:1" provides',
        'base "a:1" provides torch[x]',
        'base "a:1" provides torch torch',
        'base "a:1" provides Torch_x torch-x',
        'base "a:1" provides torch 2.7',
        'base "a:1" provides >=2',
    ],
    "build": [
        f'build a from b < run "x"; keeps "/etc" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/var" >; {SOURCE}',
        "build",
        "build a",
        "build a from b",
        f"build a from b < >; {SOURCE}",
        f'build a from c < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "x" >; {SOURCE}',
        f'build a from b < keeps "/b" >; {SOURCE}',
        f'build A from b < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "x || true"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "sh" "-c" "x || /usr/bin/true"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "sh" "-c" "x || {{ true; }}"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "sh" "-c" "x || (exit 0)"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "sh" "-c" "x||:"; keeps "/b" >; {SOURCE}',
        f'build a from b < run """\nx\nexit 0\n"""; keeps "/b" >; {SOURCE}',
        f'build a from b < run """\nset +e\nx\n"""; keeps "/b" >; {SOURCE}',
        f'build a from b < run """\nmake | tee x\n"""; keeps "/b" >; {SOURCE}',
        f'build a from b < run "make -i"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "sh" "-c" "x; y"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "x | y"; keeps "/b" >; {SOURCE}',
        f'build a from b < run; keeps "/b" >; {SOURCE}',
        f'build a from b < run "x"; keeps "b" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/opt/venv/b" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/opt/venv-beside/b" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/lib/b" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; jobs 0 >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; jobs 1 2 >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; jobs 1; jobs 2 >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; apt Git >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; make >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; fetches pip >; toolchain rust 1.85; {SOURCE}',
        f'build a from b < run "x"; keeps "/b"; fetches cargo >; toolchain go 1.24; {SOURCE}',
        f'build a from b after c < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from b project "c" < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from b c < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from c b < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from b b project "c" < run "x"; keeps "/b" >; {SOURCE}',
        'build a from project "c" < run "x"; keeps "/b" >',
        f'build a from b run run "x" keeps "/b"; {SOURCE}',
        f'build a from b < run "x"; keeps "/sources/b" >; {SOURCE}',
        'build a < fetches go; run "x"; keeps "/b" >',
        'build a project "/c" < run "x"; keeps "/b" >',
        f'build a from b after a < run "x"; keeps "/b" >; {SOURCE}',
        f'build a from b < run "x"; keeps "/b" >; build a from b < run "x"; keeps "/c" >; {SOURCE}',
    ],
    "cache": [
        'cache a mounted at "/run/secrets/a"',
        "cache",
        "cache torch",
        'cache torch at "/c"',
        'cache Torch mounted at "/c"',
        'cache torch mounted at "/usr/c"',
        'cache torch mounted at "c"',
    ],
    "capability": [
        "capability",
        "capability ipc_lock",
        "capability CAP_IPC_LOCK",
        "capability ALL",
        "capability 1",
        "capability KILL KILL",
        'capability "KILL"',
    ],
    "check": [
        "check",
        "check < >",
        'check "python"',
        "check < run >",
        'check < run "a | b" >',
        'check < serve "a" >',
        'check run "a" timeout 5s',
        "check < run python >",
    ],
    "copy": [
        'copy "a" at "/"',
        'copy "a" at "/etc"',
        'copy "a" at "/etc/passwd"',
        'copy "a" at "/opt/venv/lib"',
        'copy "a" at "/proc/a"',
        'copy "a" at "/run/secrets/a"',
        'copy "a" at "/usr/bin/sh"',
        'copy "/bin/sh" from image "busybox:1.37"',
        'copy "/a" from image "busybox"',
        'copy "/a" from image "busybox:latest"',
        'copy "/a" from "busybox:1.37"',
        'copy "/a" from stage "busybox:1.37"',
        'copy "/a" from image',
        'copy "a" from image "busybox:1.37"',
        'copy "/" from image "busybox:1.37"',
        'copy "/a/.." from image "busybox:1.37"',
        'copy "/a" from image "busybox:1.37" at "b"',
        'copy "/a" from image "busybox:1.37"\ncopy "b" at "/a"',
        "copy",
        'copy "a "',
        'copy "/a"',
        'copy "~/a"',
        'copy "C:/a"',
        'copy "a" at "b"',
        'copy "a" at "/b/../c"',
        'copy "a" at',
    ],
    "cpu": [
        "cpu; pip cupy-cuda12x",
        "cpu; pip nvidia-cublas-cu12",
        "cpu; pip jax-cuda12-plugin",
        "cpu 8",
        "cpu x",
        "cpu < >",
        "cpu\ngpu",
        "cpu\ncpu",
        "cpu\npip torch",
        "cpu\npip < numpy; torchvision >",
        "cpu\npip jax[cuda12]",
    ],
    "data": [
        'data v1 mounted at "/run/secrets"',
        "data Latest mounted",
        "data",
        "data v1",
        "data -v mounted",
        'data "v²" mounted',
        "data v1 of Big mounted",
        'data v1 from "s3://" mounted',
        'data v1 from "https://u:p@h/x" mounted',
        'data v1 from "https://h/x y" mounted',
        'data v1 from "https://[::1/x" mounted',
        'data v1 from "https://h:99999/x" mounted',
        "data v1 mounted sha256 abc",
        'data v1 mounted at "x"',
        "data v1 mounted copied",
        'data v1 from "x" copied writable',
        'data v1 from " x" mounted',
        'data v1 from "s3://h/x" fetched',
        'data v1 from "hf://h/x" copied',
        'data v1 from "hf://h" mounted',
        'data v1 from "hf://h/x@" mounted',
        'data v1 from "hf://h/x/../y" mounted',
        'data v1 from "x" fetched',
        "data v1 copied",
    ],
    "expose": [
        "expose",
        "expose 0",
        "expose 65536",
        "expose 80/sctp",
        "expose http",
        "expose \uff18\uff10",
        'expose "-1"',
    ],
    "fabric": [
        "fabric",
        "fabric ethernet",
        "fabric efa",
        'fabric efa\ncopy "/opt/amazonia" from image "busybox:1.37"',
        'fabric tcp "eth 0"',
        "fabric tcp -eth0",
        "fabric tcp eth0 eth1",
        "fabric tcp\nfabric infiniband",
        "fabric tcp < >",
    ],
    "gpu": [
        "gpu architectures 0.1",
        "gpu architectures 8.5",
        "gpu architectures 99.0",
        "gpu sm_999 cuda 12.8",
        "gpu cuda 12",
        "gpu cuda 12.x",
        "gpu cuda 1२.6",
        "gpu count 0",
        'gpu count "-1"',
        "gpu count 1.5",
        "gpu memory 24",
        "gpu memory 0GiB",
        "gpu memory 1.5B",
        "gpu exact",
        "gpu runtime",
        "gpu cudnn 9",
        "gpu cuda 12.6 cudnn x",
        "gpu 12.6",
        "gpu architectures",
        "gpu architectures 9",
        "gpu architectures sm_90",
        "gpu architectures 9.0 9.0ptx",
        "gpu architectures 8.0 architectures 9.0",
        "gpu cuda 12.6 base runtime",
        "gpu rtx5900",
        'gpu "A100 60GB"',
        'gpu "RTX 5090" cuda 12.4',
        "gpu rocm 6",
        "gpu rocm 6.4 cuda 12.6",
        "gpu rocm 6.4 h100",
        "gpu rocm 6.4 exact",
        "gpu cuda 12.6 mi300x",
        "gpu cuda 12.6 architectures gfx942",
        "gpu rocm 6.4 architectures 9.0",
        "gpu h100 mi300x",
        "gpu architectures gfx",
    ],
    "health": [
        'health http "http://127.0.0.1:99999/"',
        'health http "http://h/" every 99999d',
        "health",
        "health file",
        "health tcp",
        'health file "a"',
        'health http "localhost"',
        'health http "localhost" port 80',
        'health grpc "a.B" port 80',
        'health grpc "a.B"; pip grpcio-health-checking',
        'health grpc "a b" port 80; pip grpcio-health-checking',
        "health grpc port 80; pip grpcio-health-checking",
        'health grpc "" port 80 fresh 5m; pip grpcio-health-checking',
        'health http "/a" port 0',
        'health file "/a" port 80',
        'health http "http://a b"',
        'health command "a | b"',
        'health command "a \'b"',
        'health command ""',
        'health file "/a" every 0s',
        'health file "/a" timeout 5',
        'health file "/a" retries 0',
        'health http "http://a/" fresh 5m',
        'health file "/a" every 1.5ms',
    ],
    "ignore": ["ignore", 'ignore "/a"', 'ignore "!a"', 'ignore "#a"', 'ignore " a"', 'ignore "\a"'],
    "ipc": ["ipc", "ipc container", "ipc host private", "ipc host < >"],
    "index": [
        "index",
        "index a",
        'index a "https://packages.example.org/simple"',
        'index a "https://packages.example.org/simple" for',
        'index a "https://h:99999/simple" for a',
        'index a "https://packages.example.org/simple" for a[b]',
        'index a "https://packages.example.org/simple" for "a b"',
        'index A "https://packages.example.org/simple" for a',
        'index 1 "https://packages.example.org/simple" for a',
        'index a.b "https://packages.example.org/simple" for a',
        'index a "ftp://packages.example.org/simple" for a',
        'index a "packages.example.org/simple" for a',
        'index a "https://user@packages.example.org/simple" for a',
        'index a "https://user:word@packages.example.org/simple" for a',
        'index a "https://packages.example.org/simple?token=x" for a',
        'index a "https://packages.example.org/simple" secret b for a',
        'index a "https://packages.example.org/simple" secret B for a; secret b',
        'index a "https://packages.example.org/simple" secret b user "a:b" for a; secret b',
        'index a "https://packages.example.org/simple" user b for a',
        'index a links "https://packages.example.org/simple"',
        'index a "https://packages.example.org/simple" links links for a',
        'index a "https://packages.example.org/simple#x" for a',
        'index a "https://packages.example.org/$(id)" for a',
        'index a "https://pack ages.example.org/" for a',
        'index a "https:///simple" for a',
    ],
    "conda": [
        "conda",
        "conda from bioconda",
        "conda Hmmer",
        "conda hmmer[x]",
        "conda hmmer >=1.x*",
        "conda hmmer ===3.4",
        "conda hmmer 3.4 3.5",
        "conda hmmer from",
        "conda hmmer from defaults",
        "conda hmmer from pkgs/main",
        "conda hmmer from bioconda Anaconda",
        "conda hmmer from nowhere",
        'conda hmmer from "https://conda.example.org/x"',
        "conda hmmer hmmer",
        "conda hmmer $x",
        'conda hmmer; copy "src" at "/opt/conda/src"',
        "conda < hmmer >=3 from main >",
    ],
    "constraints": ["constraints", "constraints a", 'constraints "/a.txt"', 'constraints "a.txt" "b.txt"'],
    "labels": [
        'labels "a=b" "c"',
        'labels "" "c"',
        'labels a "\a"',
        'labels dev.envc.x "1"',
        'labels a "1" a "2"',
        "labels a",
    ],
    "launch": [
        "launch",
        "launch ssh",
        "launch torchrun",
        "launch torchrun each 2",
        'launch torchrun each 2\nrun "python a.py"',
        'launch torchrun\nml torch\nrun "python a.py"',
        'launch torchrun each 0\nml torch\nrun "python a.py"',
        'launch torchrun each 2 nodes 0\nml torch\nrun "python a.py"',
        'launch torchrun each 2\nml torch\nrun "torchrun a.py"',
        "launch torchrun each 2\nml torch",
        'launch torchrun each 2\nml torch\ngpu count 1\nrun "python a.py"',
        'launch torchrun each 8\nml torch\ngpu\nlimit gpus 2\nrun "python a.py"',
        'launch accelerate each 2\npip accelerate\nrun "python a.py"',
        'launch deepspeed each 2\nml torch\nrun "python a.py"',
        'launch mpi each 2\npip mpi4py\nrun "python a.py"',
    ],
    "limit": [
        "limit",
        "limit memory 1",
        "limit memory 1MiB",
        "limit cpu 0",
        "limit cpu x",
        "limit cpu Infinity",
        "limit cpu nan",
        "limit gpus 2",
        "limit gpus 0\ngpu",
        "limit gpus all\ngpu",
        "limit gpus 1\ngpu count 2",
        "limit gpus 1\ngpu rocm 6.4",
    ],
    "ml": [
        "ml",
        "ml torch ~=2",
        "ml torch >=1.*",
        'ml "a;b"',
        'ml "-e"',
        "ml torch 2 3",
        "ml torch torch",
        "ml a[b,c d]",
    ],
    "on": [
        "on linux/arm64",
        "on",
        "on linux/riscv64 < apt git >",
        'on "linux/arm64" < apt git >',
        "on linux/arm64 linux/amd64 < apt git >",
        "on linux/arm64 < apt Git >",
        "on linux/arm64 < env a < > >",
        "on linux/arm64 < python 3.13; python 3.14 >",
    ],
    "path": [
        "path",
        'path "bin"',
        "path bin",
        'path "/a/../b"',
        'path "/a:/b"',
        'path "/$HOME"',
        'path "/a" "/a"',
        "path libraries",
        'path libraries "/a" modules "/b"',
        'path modules "/a"; path modules "/a/"',
        'path modules "/a"; set PYTHONPATH "/b"',
        'path modules "/a"; secret x as PYTHONPATH',
        'path headers "include"',
        'path header "/a"',
        'path headers "/a" "/a"',
        'path headers "/a"; set CPATH "/b"',
        'path linking "/a"; arg LIBRARY_PATH "/b"',
    ],
    "pip": [
        "pip",
        'pip "git+https://x"',
        'pip a from git "https://[::1/a" tag v1',
        'pip a from git "https://h:99999/a" tag v1',
        'pip a from git "https://h/" tag v1',
        "pip a 1.0.0 from build",
        "pip a 1.0.0 from build x",
        'pip a from build x; build x < run "make" >',
        'pip a 1.0 from build x; build x < run "make" >',
        'pip a 1.0.0 from build x "y"; build x < run "make" >',
        f'pip a 1.0.0 from build x sha256 {"0" * 64}; build x < run "make" >',
        'pip a from git "https://h/a" tag v1 subdirectory "../b"',
        'pip a from wheel "https://[::1/a-1-py3-none-any.whl" sha256 ' + "0" * 64,
        'pip a from wheel "https://h:0/a-1-py3-none-any.whl" sha256 ' + "0" * 64,
        "pip from requirements.txt",
        'pip from "/requirements.txt"',
        'pip from "a.txt" from "b.txt"',
        "pip six group train",
        "pip six extra train",
        'pip from "pyproject.toml" group',
        "pip numpy ==1.0.dev1.*",
        "pip numpy >=1.0+cpu",
        'pip "--index-url"',
        "pip a 1.0.x",
        "pip a without",
        "pip a without dependencies",
        'pip a without "deps" without deps',
        'pip a from gti "https://h/a" commit ' + "0" * 40,
        "pip a from git commit " + "0" * 40,
        'pip a from git "h/a" commit ' + "0" * 40,
        'pip a from git "ssh://h/a" commit ' + "0" * 40,
        'pip a from git "https://h/a"',
        'pip a from git "https://h/a" branch main',
        'pip a from git "https://u:p@h/a" commit ' + "0" * 40,
        'pip a from git "https://h/a" commit abc',
        'pip a from git "https://h/a" tag "a b"',
        'pip a from git "https://h/a" tag v1 commit ' + "0" * 40,
        'pip a from git "https://h/a" commit ' + "0" * 40 + ' subdirectory "/b"',
        'pip a from git "https://h/a" commit ' + "0" * 40 + " sha256 " + "0" * 64,
        'pip a from source "https://h/a"',
        "pip a from source jobs 0",
        "pip a from source needs",
        'pip a from source needs "a;b"',
        "pip < a jobs 8 >",
        'pip a from wheel "https://h/a-1-py3-none-any.whl"',
        'pip a from wheel "https://h/a.zip" sha256 ' + "0" * 64,
        'pip a from wheel "/wheels/a-1-py3-none-any.whl"',
        'pip a from wheel "wheels/a-1.tar.gz"',
        'pip a from wheel "https://u:p@h/a-1-py3-none-any.whl" sha256 ' + "0" * 64,
        'pip a from wheel "https://h/a-1-py3-none-any.whl" sha256 ' + "0" * 64 + " jobs 2",
    ],
    "override": [
        "override",
        "override numpy",
        "override numpy <2",
        'override <2 because "a"',
        'override numpy because "a"',
        "override numpy <2 because a",
        'override numpy[x] <2 because "a"',
        'override "a b" <2 because "a"',
        'override numpy =2 because "a"',
        'override numpy <2 3 because "a"',
        'override numpy <2 because ""',
        'override numpy <2 because " "',
        'override numpy <2 because "\a"',
        'override numpy <2 because "a"\noverride NumPy <3 because "b"',
    ],
    "patch": [
        "patch",
        "patch gradio",
        'patch "gradio.patch"',
        "patch gradio gradio.patch",
        'patch gradio[x] "gradio.patch"',
        'patch gradio "/gradio.patch"',
        'patch gradio "a.patch" "b.patch"',
        'patch gradio "a.patch"\npatch gradio "./a.patch"',
    ],
    "processes": ["processes", "processes 0", "processes 2.5", "processes many", "processes 1 2"],
    "project": [
        "project",
        "project .",
        'project "/a"',
        'project "." extras',
        'project "." editable editable',
        'project "." "a"',
        'project "."\nproject "."',
    ],
    "python": [
        "python 3",
        "python",
        "python 2.7",
        "python 3",
        "python 3.x",
        'python "3.12"',
        "python latest",
        "python 3.1२",
        "python 3.12 <a>",
    ],
    "run": [
        "run",
        "run python",
        'run ""',
        'run "a && b"',
        'run "a > b"',
        'run "a \'b"',
        'run "a $B"',
        'run "a\a"',
        'run """ """',
        'run "a" stop',
        'run "a" stop INT',
        'run "a" stop SIGKILL',
        'run "a" stop 2',
    ],
    "secret": [
        "secret",
        "secret A",
        "secret a as",
        "secret a as b-c",
        "secret a..b",
        "secret a build build",
        "secret a as PATH",
    ],
    "set": [
        "set",
        "set A",
        "set A-B c",
        "set 1 2",
        'set A "\a"',
        "set A b c",
        "set PATH x",
        "set MY_TOKEN x",
        "set A $B",
    ],
    "shm": ["shm", "shm 8", "shm 0B", "shm lots", "shm 9999999999999GiB"],
    "stage": [
        "stage builder",
        "stage",
        "stage test < apt git >",
        'stage "builder" < apt git >',
        "stage builder inference < apt git >",
        "stage builder < apt Git >",
        "stage builder < python 3.12 >",
        'stage builder < run "make" >',
        "stage builder < on linux/amd64 < apt git > >",
        "stage builder < stage inference < apt git > >",
        "stage builder < set A 1; set A 2 >",
        "stage builder < set API_KEY x >",
        "stage inference < set A 1 >\nset A 2",
        "stage builder < apt drop git >\napt git",
    ],
    "target": [
        'target kubernetes as job select "a" "b" "a" "c"',
        'target kubernetes as job resource "a/b" 1 "a/b" 2',
        "target",
        "target nomad",
        "target compose as job",
        "target compose namespace a",
        "target compose claim a",
        "target compose\ntarget compose",
        "target compose image A",
        'target compose image "a:1"',
        'target compose image "a@sha256:0"',
        'target compose image "a b"',
        "target kubernetes as pytorchjob",
        "target kubernetes as service",
        "target kubernetes namespace A_b",
        "target kubernetes select",
        "target kubernetes select a",
        'target kubernetes select "a b" c',
        'target kubernetes select a "b c"',
        "target kubernetes resource gpu 1",
        'target kubernetes resource "a/b" 0',
        'target kubernetes resource "a/b"',
        "target kubernetes replicas 0",
        "target kubernetes as job replicas 2",
        "target kubernetes replicas 2 retries 2",
        'target kubernetes replicas 2\nlaunch mpi each 2\napt openmpi-bin\nrun "a"',
        "target kubernetes as deployment retries 2",
        'target kubernetes claim a host "/data"',
        'target kubernetes host "data"',
        'target kubernetes host "/a/../b"',
        'target slurm host "/a b"',
        "target kubernetes partition a",
        "target kubernetes exclusive",
        "target kubernetes\nfabric infiniband",
        'target kubernetes\ndata v1 mounted at "/a:b"',
        'target kubernetes\nlaunch mpi nodes 2 each 2\napt openmpi-bin\nrun "a"',
        'target kubernetes as deployment\nlaunch mpi each 2\napt openmpi-bin\nrun "a"',
        "target slurm as job",
        "target slurm readonly",
        'target slurm partition "a b"',
        "target slurm time 4",
        "target slurm time 0h",
        "target slurm container docker",
        'target slurm constraint "a;b"',
        "target slurm exclusive exclusive",
        'target slurm\ndata v1 mounted at "/a b"',
        'target slurm\ndata v1 from "a,b" mounted at "/a"',
        'target slurm container enroot\nlaunch mpi each 2\napt openmpi-bin\nrun "a"',
        "target slurm < set A >",
        "target slurm < get A 1 >",
        "target slurm < set A 1; set A 2 >",
        "target slurm < set HUB_TOKEN x >",
        "target slurm < set PATH x >",
        "target slurm < set A 1 >\nsecret a as A",
    ],
    "source": [
        "source",
        "source a",
        "source a from git",
        'source a from "https://h/a.git" tag v1 at "/a"',
        'source a from hg "https://h/a.git" tag v1 at "/a"',
        'source a from git "h/a.git" tag v1 at "/a"',
        'source a from git "ssh://h/a.git" tag v1 at "/a"',
        'source a from git "https://u:p@h/a.git" tag v1 at "/a"',
        'source a from git "https://h/a.git#v1" tag v1 at "/a"',
        'source a from git "https://h" tag v1 at "/a"',
        'source a from git "https://h//" tag v1 at "/a"',
        'source a from git "https://[::1/a.git" tag v1 at "/a"',
        'source a from git "https://h:99999/a.git" tag v1 at "/a"',
        f'source a {GIT} at "/a"',
        f'source a {GIT} tag "a b" at "/a"',
        f'source a {GIT} tag "a..b" at "/a"',
        f'source a {GIT} tag "-a" at "/a"',
        f'source a {GIT} tag v1 commit {"a" * 40} at "/a"',
        f'source a {GIT} commit {"a" * 39} at "/a"',
        f'source a {GIT} commit v1 at "/a"',
        f'source a {GIT} branch main at "/a"',
        f'source a {GIT} tag v1 at "a"',
        f'source a {GIT} tag v1 at "/opt/venv/a"',
        f'source a {GIT} tag v1 at "/opt/venv-beside/a"',
        f'source a {GIT} tag v1 at "/"',
        f'source a {GIT} tag v1 at "/etc/passwd"',
        f'source A {GIT} tag v1 at "/a"',
        f'source a {GIT} tag v1 at "/a"; source a {GIT} tag v2 at "/b"',
        f'source a {GIT} tag v1 at "/a"; source b {GIT} tag v2 at "/a"',
        f'source a {GIT} tag v1 at "/a"; copy "b" at "/a"',
    ],
    "tool": [
        f'tool a 1 from "https://h/a" {SHA256} at "/usr/local/bin"',
        f'tool a 1 from "https://h/a.tar.gz" {SHA256} at "/usr/local/bin"',
        f'tool a 1 from "https://h/a" {SHA256} at "/bin/sh"',
        f'tool a 1 from "https://h/a" {SHA256} at "/usr/bin/python3"',
        f'tool a latest from "https://h/a" {SHA256} at "/opt/a"',
        "tool",
        "tool a",
        "tool a 1",
        'tool A 1 from "https://h/a" at "/a"',
        'tool a 1 from "https://h/a" at "/a"',
        'tool a 1 from "a.tar" sha256 "' + "0" * 64 + '" at "/a"',
        'tool a 1 from "s3://h/a" sha256 "' + "0" * 64 + '" at "/a"',
        'tool a 1 from "https://[::1/a" sha256 "' + "0" * 64 + '" at "/a"',
        'tool a 1 from "https://u:p@h/a" sha256 "' + "0" * 64 + '" at "/a"',
        'tool a 1 from "https://h/a" sha256 abc at "/a"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '" at "/"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '" at "/opt/venv/bin/a"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '" at "/a" inside "b"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '" at "/a" unpacked inside "../b"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '" at "/a" unpacked inside "/b"',
        'tool a 1 from "https://h/a" sha256 "' + "0" * 64 + '" at "/a"\n'
        'tool a 2 from "https://h/a" sha256 "' + "0" * 64 + '" at "/b"',
    ],
    "toolchain": [
        "toolchain",
        "toolchain rust",
        "toolchain 1.85",
        "toolchain rust latest",
        "toolchain rust >=1.85",
        "toolchain cobol 1.0",
        "toolchain Rust 1.85",
        "toolchain rust 1.85 2.0",
        "toolchain < rust 1.85; rust 1.86 >",
        "toolchain rust 1.85; toolchain rust 1.86",
        "toolchain < >",
    ],
    "ulimit": [
        "ulimit",
        "ulimit memlock",
        "ulimit memory 1GiB",
        "ulimit memlock 64",
        "ulimit memlock 1.5B",
        "ulimit nofile 64KiB",
        "ulimit nofile 6५",
        "ulimit nofile 9999999999999",
        "ulimit nofile 2:1",
        "ulimit nofile unlimited nofile 2",
        'ulimit nofile "unlimited:2"',
        "ulimit cpu 5",
        "ulimit cpu 1500ms",
        "ulimit stack unlimited nofile",
    ],
    "user": [
        "user nobody",
        "user www-data uid 33",
        "user app uid 33",
        "user root uid 1000",
        "user",
        "user any uid 5",
        "user any any",
        "user A",
        'user a uid "-1"',
        "user a uid 2147483648",
        "user a uid x",
        "user a.b..c",
    ],
    "weights": [
        "weights latest mounted",
        "weights v1",
        "weights v1 copied",
        'weights v1 from "s3://a/b" copied sha256 ' + "0" * 64,
    ],
    "workdir": [
        "workdir",
        "workdir app",
        'workdir "app"',
        'workdir "/a/../b"',
        'workdir "/\a"',
        *(f'workdir "/{path}"' for path in ("usr", "usr/srcs", "usr/lib/src", "opt/venv/src", "root")),
    ],
}


@pytest.mark.parametrize(("name", "item"), [(name, item) for name, items in WRONG.items() for item in items])
def test_a_field_refuses_what_is_wrong(name: str, item: str) -> None:
    """With a name and a place in the text, and never with an exception of another kind."""
    assert item.startswith(name)
    assert mistakes(item)


@pytest.mark.parametrize("name", INSIDE)
def test_every_word_and_every_kind_of_argument(name: str) -> None:
    """A word with one argument of each kind, or none, is understood or refused; nothing else happens."""
    assert name in WRONG, "a new word has wrong examples, too"
    layout = layout_of(word_of(name))
    for argument in ("", "x", "7", '"x"', '"""x"""', "$x", ">=7", "< >", "< x >", *layout.words):
        with contextlib.suppress(Report):
            understood(f"{name} {argument}".strip())


@pytest.mark.parametrize("name", NAMES)
def test_a_layout_is_free_of_ambiguity(name: str) -> None:
    """No word means two things among the arguments, and every field says how it is written."""

    def look(model: type[BaseModel]) -> None:
        layout = layout_of(model)
        assert len(layout.words) == len(layout.keywords) + len(layout.flags) + len(layout.choices)
        covered = {field for field, _ in (*layout.positional, *layout.keywords.values())}
        covered |= {*layout.flags.values(), *layout.choices.values()}
        covered |= {pair[0] for pair in (layout.entries, layout.items) if pair}
        assert covered == set(model.model_fields)
        if layout.entries:
            look(layout.entries[1].model)

    look(word_of(name))


def test_names_are_taken_once() -> None:
    """Whichever word takes them, and whichever stands first."""
    pairs = ["set A 1", "arg A 1", "secret a as A"]
    for first in pairs:
        for second in pairs:
            assert "repeated-name" in mistakes(first, second), (first, second)
    assert mistakes("secret a", "secret a as B") == ["repeated-name"]
    understood("set A 1", "arg B 1", "secret a as C", "secret b")


def test_a_cache_shares_names_places_and_variables_with_the_others() -> None:
    """A mount's name is what `--mount` names; a known cache sets its library's variable."""
    cache = 'cache torch mounted at "/cache"'
    assert sorted(mistakes(cache, cache)) == ["occupied-path", "repeated-name"]
    assert mistakes("weights v1 of torch mounted", cache) == ["repeated-name"]
    assert mistakes(cache, "weights v1 of torch mounted") == ["repeated-name"]
    assert mistakes(cache, "set TORCH_HOME x") == ["repeated-name"]
    assert mistakes("set TORCH_HOME x", cache) == ["repeated-name"]
    assert mistakes(cache, 'data v1 mounted at "/cache"') == ["occupied-path"]
    understood(cache, 'cache mine mounted at "/mine"', "set HF_HOME x")


def test_places_are_taken_once() -> None:
    """Data, weights and copies lie apart; copies without `at` lie under the working directory."""
    assert mistakes('copy "a/x"', 'copy "b/x"') == ["occupied-path"]
    assert mistakes('workdir "/w"', 'copy "a/x"', 'copy "b" at "/w/x"') == ["occupied-path"]
    assert mistakes("data v1 mounted", 'weights v1 mounted at "/data/"') == ["occupied-path"]
    understood('copy "a/x"', 'copy "b/x" at "/y"', "data v1 mounted", "weights v1 mounted")


def test_a_program_may_work_in_usr_src() -> None:
    """As many official images do; the rest of /usr stays the system's."""
    understood('workdir "/usr/src"')
    understood('workdir "/usr/src/app"', 'data v1 mounted at "/usr/src/data"')


def test_values_are_read() -> None:
    """Sizes in bytes, times in milliseconds, processors in thousandths, paths and names in one form."""
    environment = understood(
        "limit memory 1.5GiB cpu 0.5",
        "shm 64MB",
        'health file "//app//x/./y" every 1.5s timeout 2m',
        'copy "./a//b/" at "/c/"',
        "expose 80 53/udp",
        "pip Foo_Bar[B,a.x] 2.7",
    )
    told = {type(one).__name__: one for one in environment.facets}
    facts = {name: one._asdict() for name, one in told.items()}
    assert (facts["ResourceLimit"]["memory"], facts["ResourceLimit"]["cpu"]) == (3 * 2**29, 500)
    assert facts["SharedMemory"]["size"] == 64_000_000
    assert (facts["HealthCheck"]["interval"], facts["HealthCheck"]["timeout"]) == (1500, 120_000)
    assert (facts["CopiedPath"]["source"], facts["CopiedPath"]["path"]) == ("a/b", "/c")
    assert [one.port for one in environment.every(ExposedPort)] == ["80/tcp", "53/udp"]
    assert facts["PythonPackage"]["name"] == "foo-bar"
    assert facts["PythonPackage"]["extras"] == ("a-x", "b")
    assert facts["PythonPackage"]["specifier"] == "==2.7.*"


HELP_OF_SHM = """\
shm SIZE

Sets the size of /dev/shm, which data loaders with several workers use. Engines give 64 MiB, often too little.

examples
  shm 8GiB
"""
HELP_OF_SECRET = """\
secret NAME [as VARIABLE] [build]

Gives the container a secret while it runs, as the file `/run/secrets/NAME`.

With `as VARIABLE` its value is also in that variable. The value comes from the same variable of whoever starts the
container, or from a file; it is in no image, layer, history, manifest, log or hash.

A secret can be the password of an `index`, for whoever locks and builds. With `build` it is for that alone, and the
container does not get it.

examples
  secret wandb-key as WANDB_API_KEY
  secret corp-token as CORP_TOKEN build
"""


def test_help_shows_how_a_word_is_written() -> None:
    """From its fields: what must stand, what may, and examples."""
    assert describe("shm", word_of("shm")) == HELP_OF_SHM
    assert describe("secret", word_of("secret")) == HELP_OF_SECRET


def test_help_shows_arguments_in_an_order_in_which_they_are_read() -> None:
    """A keyword that stands before what must stand would be taken for it."""
    assert describe("copy", word_of("copy")).splitlines()[0] == "copy SOURCE [from IMAGE…] [at AT]"
    assert mistakes('copy from image "a:1" "/x"')
    understood('copy "/x" from image "a:1"')


@pytest.mark.parametrize(
    ("line", "block"),
    [
        (
            'build k project "c" apt cmake g++ jobs 4 run "make" "all" keeps "/opt/k"',
            'build k project "c" < apt cmake g++; jobs 4; run "make" "all"; keeps "/opt/k" >',
        ),
        ("target slurm set A b set C d partition gpu", "target slurm partition gpu < set A b; set C d >"),
        ('check run "a" "b" run "c"', 'check < run "a" "b"; run "c" >'),
    ],
)
def test_entries_whose_first_words_are_listed_may_stand_in_one_line(line: str, block: str) -> None:
    """Any other word is part of the entry before it."""
    one, other = ([declared.declaration for declared in understood(text).declared] for text in (line, block))
    assert one == other


def test_entries_have_their_own_model() -> None:
    """A list word says what an entry is."""
    for name in ("apt", "labels", "ml", "pip"):
        entries = layout_of(word_of(name)).entries
        assert entries is not None
        assert isinstance(entries[1], Entries)
