"""Which package resolver locks a project: the one asked for, else the project's, else pip-tools.

A project says it in its root's `pyproject.toml`::

    [tool.envc]
    resolver = "uv"
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from envc.diagnostics.diagnostic import Diagnostic, Report
from envc.lock.resolution import Resolver
from envc.resolvers.settings import Settings

#: The file of a room that makes a resolver of Python packages. The rooms are walked: one with it can be named.
_FILE = "python_packages"
#: What a resolver can be called, sorted.
RESOLVERS = tuple(sorted(file.parent.name.replace("_", "-") for file in Path(__file__).parent.glob(f"*/{_FILE}.py")))
#: Taken where nobody says another.
USUAL = "pip-tools"

PROJECT_FILE = "pyproject.toml"


def resolver_name(asked: str | None, root: Path) -> str:
    """Return the name of the resolver. Raises a `Report` when the project's setting cannot be read or is unknown."""
    if asked is not None:
        return asked
    name = setting_of(root / PROJECT_FILE, "resolver")
    if name is None:
        return USUAL
    if name not in RESOLVERS:
        raise Report(
            [
                Diagnostic(
                    "unknown-resolver",
                    f"`resolver` in `{PROJECT_FILE}` is {name!r}, which is no resolver that envc has",
                    notes=(f"there are: {', '.join(RESOLVERS)}",),
                    helps=(f'write, below [tool.envc]: resolver = "{USUAL}"',),
                )
            ]
        )
    return str(name)


def setting_of(file: Path, name: str) -> Any:
    """Return a setting below `[tool.envc]` of a `pyproject.toml`, or None when there is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("envc", {})
        return settings.get(name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Report(
            [
                Diagnostic(
                    "unreadable-settings",
                    f"`{file.name}` at the project's root cannot be read for envc's settings",
                    notes=(f"reason: {reason}",),
                    helps=("mend the file; envc reads only its table [tool.envc]",),
                )
            ]
        ) from error


def make_resolver(name: str, cache: Path, settings: Settings, warn: Callable[[Diagnostic], None]) -> Resolver:
    """Return a resolver by its name. Raises a `Report` when it cannot run here."""
    module = import_module(f"envc.resolvers.{name.replace('-', '_')}.{_FILE}")
    made: Resolver = module.make(cache, settings, warn)
    return made
