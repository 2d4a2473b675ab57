"""The word `health`: how to see that the container does its work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from envc.diagnostics import Diagnostic, Fix, Span
from envc.diagnostics.diagnostic import wrong
from envc.language.commands import read_command
from envc.language.environment import Environment
from envc.language.facets import HealthCheck, HealthKind, PackageFile, PythonPackage
from envc.language.fields import Keyword, Positional
from envc.language.origin import Origin
from envc.language.values import Count, Duration, Port, has_host, plain, refuse
from envc.language.word import Declaration

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(/\S*)?")
_PATH = re.compile(r"/\S*")
#: A service with its package, as it stands in a .proto file; nothing stands for the server as a whole.
_SERVICE = re.compile(r"(?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?", re.ASCII)
_CLIENT = "grpcio-health-checking"

_TAKES = {
    "file": 'a path in the container: health file "/app/train.log"',
    "http": 'one address: health http "http://127.0.0.1:8080/healthz"',
    "grpc": 'one service: health grpc "ranker.Ranker" port 50051',
}


def _subject(texts: tuple[str, ...], information: ValidationInfo) -> tuple[str, ...]:
    kind = information.data.get("kind")
    if kind == "command":
        return read_command(texts)
    if kind and (len(texts) != 1 or texts[0].endswith("\n")):
        refuse("unexpected-argument", f"`{kind}` takes one string", _TAKES[kind])
    return tuple(map(plain, texts)) if kind else texts


class Health(Declaration):
    r"""Says how to see that the container works. Needs no program in the image but Python; `health command` its own.

    `health file` wants a file that exists and is not empty, and with `fresh 5m` has changed within that time.
    `health http` wants an answer below 400, from an address, or from a path on a `port` of the container.
    `health grpc` asks by gRPC's health protocol for a service, or with "" for the server, on a `port`, without TLS.
    `health command` wants the exit code 0, without a shell: one string or several, or a script, as `run` takes them.
    `every` is the time between checks, `timeout` how long one may take, `start` how long a start may take,
    `retries` how many failures in a row make it unhealthy.
    """

    examples = (
        'health file "/app/train.log" every 30s timeout 10s fresh 5m',
        'health http "http://127.0.0.1:8080/healthz" every 15s timeout 3s start 10m',
        'health http "/healthz" port 8080',
        'health grpc "ranker.Ranker" port 50051; pip grpcio-health-checking',
        'health command "python -m ranker.selftest"',
        'health command "python" "-c" "import ranker"',
    )

    kind: Annotated[HealthKind, Positional()]
    subject: Annotated[
        tuple[str, ...], AfterValidator(_subject), Positional(many=True, kinds=frozenset({"string", "script"}))
    ]
    port: Annotated[Port | None, Keyword()] = None
    every: Annotated[Duration, Keyword()] = 30_000
    timeout: Annotated[Duration, Keyword()] = 5_000
    start: Annotated[Duration | None, Keyword()] = None
    retries: Annotated[Count, Keyword()] = 3
    fresh: Annotated[Duration | None, Keyword()] = None

    def facets(self, origin: Origin) -> Iterator[HealthCheck]:
        """Return the check."""
        subject = self.subject
        if self.port is not None and self.kind != "command":
            place = f"127.0.0.1:{self.port.partition('/')[0]}"
            subject = (place, *subject) if self.kind == "grpc" else (f"http://{place}{subject[0]}",)
        yield HealthCheck(
            self.kind, subject, self.every, self.timeout, self.start or 0, self.retries, self.fresh, origin
        )

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse subjects that do not fit the kind, and a question that nothing in the image can ask."""
        place, subject = origin.of("subject"), self.subject[0]
        if self.kind == "grpc":
            yield from _refuse_service(subject, self.port, origin)
            yield from _refuse_without_client(origin, environment)
        if self.kind == "file" and not subject.startswith("/"):
            yield Diagnostic(
                "path-not-absolute", "`health file` takes a path in the container", (wrong(place, 'begins with "/"'),)
            )
        if self.port is not None:
            yield from _refuse_port(self.kind, subject, self.port, origin)
        elif self.kind == "http" and not (_ADDRESS.fullmatch(subject) and has_host(subject)):
            yield Diagnostic(
                "unreadable-address",
                "`health http` takes the address of a page",
                (wrong(place, "such as http://127.0.0.1:8080/healthz"),),
            )
        if self.fresh is not None and self.kind != "file":
            yield Diagnostic(
                "contradiction",
                "only a file can be fresh",
                (wrong(origin.of("fresh"), f"of {self.kind}, which is none"),),
            )


def _refuse_service(service: str, port: str | None, origin: Origin) -> Iterator[Diagnostic]:
    if not _SERVICE.fullmatch(service):
        yield Diagnostic(
            "unusable-name",
            f"`{service}` names no gRPC service",
            (wrong(origin.of("subject"), "such as ranker.Ranker"),),
        )
    if port is None:
        yield Diagnostic(
            "missing-argument", "`health grpc` lacks its port", (wrong(origin.span, "`port` and a number are missing"),)
        )


def _refuse_without_client(origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
    """Refuse a question that only a package can ask, which a list of packages may bring as well."""
    names = {package.name for package in environment.every(PythonPackage)}
    if _CLIENT in names or environment.every(PackageFile):
        return
    start = Span(origin.span.source, origin.span.start, origin.span.start)
    yield Diagnostic(
        "no-health-client",
        f"`health grpc` asks through the package `{_CLIENT}`, which is not in the environment",
        (wrong(origin.of("kind"), "nothing in the image speaks gRPC's health protocol"),),
        fixes=(Fix("install it", start, f"pip {_CLIENT}; "),),
    )


def _refuse_port(kind: str, subject: str, port: str, origin: Origin) -> Iterator[Diagnostic]:
    if port.endswith("/udp") and kind in {"http", "grpc"}:
        place = origin.of("port")
        yield Diagnostic(
            "contradiction",
            f"`health {kind}` asks by TCP",
            (wrong(place, "a port of UDP"),),
            fixes=(Fix("ask at the port of TCP", place, port.partition("/")[0]),),
        )
    if kind == "grpc":
        return
    if kind != "http":
        yield Diagnostic(
            "contradiction",
            "only a page and a gRPC server have a port",
            (wrong(origin.of("port"), f"of {kind}, which has none"),),
        )
    elif not _PATH.fullmatch(subject):
        yield Diagnostic(
            "unreadable-address",
            "`health http` with a port takes the path of a page",
            (wrong(origin.of("subject"), "such as /healthz"),),
        )
