"""Health checks as commands that need nothing in the image but its Python."""

from __future__ import annotations

from envc.language.facets import HealthCheck
from envc.plan.run_parts import PlannedHealth

_FILE = "import os,sys; sys.exit(os.path.getsize(sys.argv[1]) == 0)"
_FRESH = (
    "import os,sys,time; s=os.stat(sys.argv[1]); "
    "sys.exit(s.st_size == 0 or time.time() - s.st_mtime > float(sys.argv[2]))"
)
_HTTP = "import sys,urllib.request as u; sys.exit(u.urlopen(sys.argv[1], timeout=float(sys.argv[2])).status >= 400)"
#: gRPC's health protocol, as the package grpcio-health-checking has it; 1 is SERVING.
_GRPC = (
    "import sys, grpc; from grpc_health.v1 import health_pb2 as m, health_pb2_grpc as h; "
    "c = h.HealthStub(grpc.insecure_channel(sys.argv[1])); "
    "sys.exit(c.Check(m.HealthCheckRequest(service=sys.argv[2]), timeout=float(sys.argv[3])).status != 1)"
)


def health_command(check: HealthCheck) -> tuple[str, ...]:
    """Return the command of a check: exit code 0 is healthy, any other is not."""
    if check.kind == "command":
        return check.subject
    if check.kind == "grpc":
        return ("python", "-c", _GRPC, *check.subject, seconds(check.timeout))
    (subject,) = check.subject
    if check.kind == "http":
        return ("python", "-c", _HTTP, subject, seconds(check.timeout))
    if check.fresh is not None:
        return ("python", "-c", _FRESH, subject, seconds(check.fresh))
    return ("python", "-c", _FILE, subject)


def plan_health(check: HealthCheck) -> PlannedHealth:
    """Return the check as the plan holds it."""
    return PlannedHealth(
        command=health_command(check),
        interval=check.interval,
        timeout=check.timeout,
        start=check.start,
        retries=check.retries,
    )


def seconds(milliseconds: int) -> str:
    """Return a time in seconds without needless digits: `2.5`, `30`."""
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)
