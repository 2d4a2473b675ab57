"""Compiles a program with a lock that fits: images and packages are given, data and system packages are as it says."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from envc.compile import Compiled, compile_environment, understand
from envc.diagnostics import Source
from envc.language.environment import Environment
from envc.language.facets import CopiedPath, SystemPackage
from envc.language.outside_facets import GitSource, ImageFile, Toolchain
from envc.lock.artifacts import lock_artifacts
from envc.lock.files import LockedFiles
from envc.lock.locked_system import LockedSystemPackage
from envc.lock.model import Lock, LockedGitSource, LockedImage, LockedPackage, LockedPython, LockedToolchain
from envc.lock.requirements import Pin
from envc.lock.source_tree import SourceFile, SourceTree
from envc.plan.places import Places, places_of


def digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


IMAGE = LockedImage(
    repository="docker.io/library/python",
    tag="3.12.15-slim-bookworm",
    digest=digest("python"),
    manifest=None,
    digest_from="registry",
    glibc="2.36",
    reason="the smallest official image with Python",
)
PINS: tuple[tuple[str | None, str, str], ...] = ((None, "numpy", "2.3.0"), ("pytorch-cu118", "torch", "2.7.1+cu118"))
#: The path of a submodule, which a repository may call as it likes.
SUBMODULE = "a b/$x'\"\\`"
ADDRESSES = {"pytorch-cu118": "https://download.pytorch.org/whl/cu118"}


@lru_cache
def environment_of(text: str) -> Environment:
    return understand(Source("train.env", text)).environments[0]


def locked_files(environment: Environment) -> LockedFiles:
    """Return a lock for an environment: two packages from two indexes, whatever it asks for."""
    packages = tuple(
        LockedPackage(name=name, version=version, index=index, requires=(), wheel=None, size=None)
        for index, name, version in PINS
    )
    copied = {one.image for one in environment.every(ImageFile)}
    lock = Lock(
        edition=environment.edition,
        envc="0.1.0",
        library="2026-11-24",
        environment=environment.name,
        platform="linux/amd64",
        resolver=None,
        inputs={"images": dict.fromkeys(copied, "copied from")} if copied else {},
        python=LockedPython(version="3.12.15", reason="as asked"),
        base=IMAGE,
        interpreter=None,
        accelerator=None,
        packages=packages,
        system=tuple(
            LockedSystemPackage(name=name, stage="inference")
            for name in sorted({one.name for one in environment.every(SystemPackage)})
        ),
        artifacts=lock_artifacts(environment, {}, None),
        images=(IMAGE,) * len(copied),
        toolchains=tuple(
            LockedToolchain(name=name, image=IMAGE, paths=("/opt/x",), programs=("/opt/x/bin",), variables={}, links={})
            for name in sorted({one.name for one in environment.every(Toolchain)})
        ),
        sources=tuple(
            LockedGitSource(
                name=name, commit="a" * 40, tree="b" * 64, files=1, size=1, submodules={SUBMODULE: "c" * 40}
            )
            for name in sorted({one.name for one in environment.every(GitSource)})
        ),
    )
    pins = tuple((index, (Pin(name, version, (digest(name),)),)) for index, name, version in PINS)
    return LockedFiles(lock, pins)


def sources_of(environment: Environment, places: Places) -> SourceTree:
    """Return one file of a few bytes for every path that is copied."""
    wanted = {places.of_program_path(one.source) or "": digest(one.source)[7:] for one in environment.every(CopiedPath)}
    return SourceTree(frozenset(), tuple(SourceFile(path, False, wanted[path], 1) for path in sorted(wanted)))


def compiled(
    text: str,
    *,
    program: str = "train.env",
    locked: LockedFiles | None = None,
    sources: SourceTree | None = None,
    arguments: Mapping[str, str] | None = None,
) -> Compiled:
    """Compile the first environment of a text that lies at a path of its project."""
    environment = environment_of(text)
    places = places_of(program, environment.name)
    return compile_environment(
        environment,
        locked or locked_files(environment),
        sources or sources_of(environment, places),
        places,
        ADDRESSES,
        arguments or {},
    )


def literal(value: str) -> str:
    """Return the string that means a text."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def program(*items: str) -> str:
    """Return an environment with a Python and items."""
    return "env train <\n" + "".join(f"  {item}\n" for item in ("python 3.12", *items)) + ">\n"
