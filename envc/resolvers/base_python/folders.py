"""Which folders a Python of an image takes packages from, in its order, and which packages lie there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from envc.lock.base_python import BasePython
from envc.lock.resolution import Given
from envc.resolvers.base_python.interpreter import Interpreter, find_interpreter
from envc.resolvers.base_python.metadata import package_of
from envc.resolvers.base_python.system import OWN, glibc_of
from envc.resolvers.registry.layers import Layers

#: Variables of pip that say how it talks or waits, and not what it installs.
_HARMLESS = frozenset(
    {
        *("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT", "PIP_ROOT_USER_ACTION", "PIP_DEFAULT_TIMEOUT"),
        *("PIP_RETRIES", "PIP_QUIET", "PIP_VERBOSE", "PIP_PROGRESS_BAR", "PIP_NO_COLOR", "PIP_BREAK_SYSTEM_PACKAGES"),
        *("PIP_CERT", "PIP_PROXY", "PIP_NO_CACHE_DIR", "PIP_CACHE_DIR", "PIP_NO_COMPILE"),
    }
)
#: A folder that a lock can hold: a line of the environment's path file names it.
_PLAIN = re.compile(r"(/[A-Za-z0-9_.+@-]+)+")
_INFO = re.compile(r"([^/]+)\.(?:dist-info/METADATA|egg-info/PKG-INFO|egg-info|egg/EGG-INFO/PKG-INFO)")


def python_of(layers: Layers, variables: Mapping[str, str]) -> BasePython | None:
    """Return the Python of an image and the packages that it sees, None without one."""
    interpreter = find_interpreter(layers, variables)
    if interpreter is None:
        return None
    own = own_folders(interpreter)
    folders = [*own, *(prefix_folders(interpreter) if interpreter.whole else ())]
    paths = [one.rstrip("/") for one in variables.get("PYTHONPATH", "").split(":") if one.startswith("/")]
    return BasePython(
        program=interpreter.program,
        version=interpreter.version,
        whole=interpreter.whole,
        folders=tuple(folder for folder in own if layers.names_under(folder)),
        variables=_bending(variables),
        packages=packages_in(layers, [*paths, *folders]),
        occupied=bool(layers.names_under(OWN)),
        glibc=glibc_of(layers),
        searched=tuple(one for one in dict.fromkeys(paths) if _PLAIN.fullmatch(one) and packages_in(layers, [one])),
    )


def _bending(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that would bend what pip installs, sorted. pip reads none with small letters."""
    named = {name for name, value in variables.items() if value and re.fullmatch(r"PIP_[A-Z0-9_]+", name)}
    return tuple(sorted(named - _HARMLESS))


def own_folders(interpreter: Interpreter) -> list[str]:
    """Return the folders of a virtual environment that an image is used with; none where it is used without."""
    environment, minor = interpreter.environment, interpreter.minor
    return [] if environment is None else [f"{environment}/lib/python{minor}/site-packages"]


def prefix_folders(interpreter: Interpreter) -> list[str]:
    """Return the folders of a prefix: Debian's and Fedora's, which exist beside the usual one, are looked into, too."""
    prefix, minor = interpreter.prefix, interpreter.minor
    local = "/usr/local" if prefix == "/usr" else f"{prefix}/local"
    return [
        f"{local}/lib/python{minor}/dist-packages",
        f"{prefix}/lib/python{minor}/site-packages",
        f"{prefix}/lib64/python{minor}/site-packages",
        *((f"{local}/lib/python{minor}/site-packages",) if prefix == "/usr" else ()),
        f"{prefix}/lib/python3/dist-packages",
        f"{prefix}/lib/python{minor}/dist-packages",
    ]


def packages_in(layers: Layers, folders: Sequence[str]) -> tuple[Given, ...]:
    """Return the packages of folders: of two of the same name that of the earlier folder, which Python would import."""
    found: dict[str, Given] = {}
    for folder in folders:
        for package in _packages(layers, folder):
            found.setdefault(package.name, package)
    return tuple(sorted(found.values()))


def _packages(layers: Layers, folder: str) -> Iterator[Given]:
    names = layers.names_under(folder)
    infos = [name for name in names if _INFO.fullmatch(name[len(folder) + 1 :])]
    links = [name for name in names if name.endswith(".egg-link") and "/" not in name[len(folder) + 1 :]]
    for content in layers.read(links).values():  # `pip install -e` of older setuptools: the first line is a folder
        place = content.decode("utf-8", "replace").partition("\n")[0].strip()
        if place.startswith("/"):
            under = place.rstrip("/")
            infos += [name for name in layers.names_under(under) if _INFO.fullmatch(name[len(under) + 1 :])]
    lists = {name: f"{name.rpartition('/')[0]}/requires.txt" for name in infos if name.endswith("/PKG-INFO")}
    texts = {path: text.decode("utf-8", "replace") for path, text in layers.read([*infos, *lists.values()]).items()}
    for name in infos:
        package = package_of(texts.get(name, ""), texts.get(lists.get(name, ""), ""))
        if package is not None:
            yield package
