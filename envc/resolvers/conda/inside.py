"""Solves one request. Runs in the resolver's own environment: a JSON object comes on stdin, one goes to stdout."""

import asyncio
import difflib
import json
import os
import sys
import warnings
from typing import Any

import rattler
from rattler import Channel, Gateway, GenericVirtualPackage, MatchSpec, PackageName, Version
from rattler.exceptions import FetchRepoDataError, GatewayError, SolverError

#: What `__archspec` calls the oldest machines of a folder of a channel.
MACHINES = {"linux-64": "x86_64", "linux-aarch64": "aarch64"}


async def solve(task: dict[str, Any]) -> dict[str, Any]:
    """Return `{"packages": …}`, or why there are none."""
    channels = {name: Channel(address) for name, address in task["channels"]}
    addresses = {channel.base_url: name for name, channel in channels.items()}
    platforms = [task["subdir"], "noarch"]
    gateway = Gateway(cache_dir=task["cache"])
    specs: list[MatchSpec] = []
    try:
        specs, unknown = await found_specs(task, channels, gateway, platforms)
        if unknown:
            return {"unknown": unknown}
        records = await rattler.solve(
            list(channels.values()),
            specs,
            gateway=gateway,
            platforms=platforms,
            virtual_packages=[virtual(name, version, task["subdir"]) for name, version in task["virtual"]],
            locked_packages=await kept(task, channels, gateway, platforms),
        )
    except SolverError as error:
        return {"conflict": str(error), "versions": await versions(specs, channels, gateway, platforms)}
    except (GatewayError, FetchRepoDataError, OSError) as error:
        return {"failure": str(error)}
    return {"packages": [told(record, addresses) for record in records]}


async def found_specs(
    task: dict[str, Any], channels: dict[str, Channel], gateway: Gateway, platforms: list[str]
) -> tuple[list[MatchSpec], list[Any]]:
    """Return what is asked of the solver, each from the first of its channels that has the name; and unknown names."""
    specs: list[MatchSpec] = []
    unknown: list[Any] = []
    for name, specifier, wanted in task["requirements"]:
        for channel in wanted:
            one = channels[channel]
            answer = await gateway.query([one], platforms, [MatchSpec(name)], recursive=False)
            if any(answer):
                specs.append(MatchSpec(f"{one.base_url.rstrip('/')}::{name} {specifier}".rstrip()))
                break
        else:
            known = await gateway.names([channels[channel] for channel in wanted], platforms)
            near = difflib.get_close_matches(name, sorted({one.source for one in known}), n=3, cutoff=0.6)
            unknown.append([name, near])
    return specs, unknown


async def versions(
    specs: list[MatchSpec], channels: dict[str, Channel], gateway: Gateway, platforms: list[str]
) -> list[Any]:
    """Return for each package of which no version is in the range that is asked for what there is, newest first."""
    found = []
    for spec in specs:
        name = str(spec.name.normalized)
        answer = await gateway.query(list(channels.values()), platforms, [MatchSpec(name)], recursive=False)
        records = [record for one in answer for record in one]
        if not any(record.matches(spec) for record in records):
            ordered = sorted({record.version for record in records}, reverse=True)
            found.append([name, list(map(str, ordered))[:4]])
    return found


async def kept(task: dict[str, Any], channels: dict[str, Channel], gateway: Gateway, platforms: list[str]) -> list[Any]:
    """Return the records of an earlier lock's packages that their channels still have."""
    files = {sha256 for _, sha256 in task["kept"]}
    names = [MatchSpec(name) for name, _ in task["kept"]]
    if not names:
        return []
    answer = await gateway.query(list(channels.values()), platforms, names, recursive=False)
    return [record for records in answer for record in records if record.sha256 and record.sha256.hex() in files]


def virtual(name: str, version: str, subdir: str) -> GenericVirtualPackage:
    """Return what the machines have that is no package."""
    build = MACHINES[subdir] if name == "__archspec" else "0"
    return GenericVirtualPackage(PackageName(name), Version(version), rattler.BuildString(build))


def told(record: Any, addresses: dict[str, str]) -> dict[str, Any]:
    """Return a package as a lock holds it."""
    noarch = "python" if record.noarch.python else "generic" if record.noarch.generic else None
    return {
        "name": record.name.source,
        "version": str(record.version),
        "build": str(record.build),
        "build_number": record.build_number,
        "noarch": noarch,
        "channel": addresses[rattler.Channel(record.channel).base_url],
        "subdir": record.subdir,
        "file": record.file_name,
        "sha256": record.sha256.hex() if record.sha256 else None,
        "size": record.size,
        "requires": sorted(record.depends),
    }


warnings.simplefilter("ignore")
try:
    answer = asyncio.run(solve(json.loads(sys.stdin.read())))
except Exception as error:  # noqa: BLE001  # whatever it is, it is told
    answer = {"unexpected": f"{type(error).__name__}: {error}"}
sys.stdout.write(json.dumps(answer))
sys.stdout.flush()
os._exit(0)  # the library's own threads end badly otherwise
