"""A short way to ask the package resolver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envc.diagnostics import Diagnostic, Report
from envc.lock.resolution import Package, Request, Requirement, Target
from envc.resolvers.pip_tools import PipTools, Settings
from envc.resolvers.uv import Uv
from tests.index_server import Index

AMD64 = Target("3.12.12", "linux/amd64", (2, 36))


class Ask:
    """Resolves against loopback indexes, without patience."""

    def __init__(self, cache: Path, resolver: type[PipTools | Uv] = PipTools) -> None:
        self.cache = cache
        self.resolver = resolver
        self.warnings: list[Diagnostic] = []
        self.progress: list[str] = []
        self.time_limit = 60.0

    def __call__(
        self,
        main: Index | str | None,
        *requirements: str | Requirement,
        target: Target = AMD64,
        extra: tuple[str, ...] = (),
        named: dict[str, str] | None = None,
        pins: tuple[str, ...] = (),
        settings: Settings | None = None,
    ) -> dict[str, Package]:
        address = main.url if isinstance(main, Index) else main
        chosen = settings or Settings(address, extra, timeout="3", retries="0")
        wanted = tuple(Requirement(one) if isinstance(one, str) else one for one in requirements)
        resolver = self.resolver(self.cache, chosen, self.time_limit, self.warnings.append)
        request = Request(target, wanted, tuple((named or {}).items()), pins)
        return {package.name: package for package in resolver.resolve(request, self.progress.append).packages}

    def fails(self, *arguments: object, **keywords: object) -> tuple[Diagnostic, int]:
        """Resolve what must fail with one diagnostic, and return it with the exit code."""
        call: Callable[..., object] = self
        with pytest.raises(Report) as caught:
            call(*arguments, **keywords)
        (diagnostic,) = caught.value.diagnostics
        return diagnostic, caught.value.exit_code
