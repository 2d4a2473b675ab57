"""Steps that install wheels of no index: added by their address, or copied from the project, checked by their hash."""

from __future__ import annotations

from urllib.parse import quote

from envc.plan.plan import Plan
from envc.targets.dockerfile.instructions import AddRemote, Blank, Copy, Instruction, Run
from envc.targets.dockerfile.quoting import because

_FOLDER = "/wheels"
_MODE = "u=rw,go=r"


def install_wheels(plan: Plan, install: list[str]) -> list[Instruction]:
    """Return the steps; `install` is the command that installs by hash. They reach no network but for the files."""
    count = len(plan.wheels)
    names = "1 wheel" if count == 1 else f"{count} wheels"
    steps: list[Instruction] = [Blank(), *because(plan, "wheels", texts=(f"{names} of no index, by hash",))]
    addresses = []
    for wheel in plan.wheels:
        place = f"{_FOLDER}/{wheel.file}"
        if "://" in wheel.location:
            steps.append(AddRemote(wheel.location, place, wheel.sha256, _MODE))
        else:
            steps.append(Copy(plan.placement.at_root(wheel.location), place, link=True))
        addresses.append(f"file://{quote(place)}#sha256={wheel.sha256}")
    return [*steps, Run(((*install, "--no-index", "--no-cache-dir", *addresses),), network=False)]
