"""Data at addresses, for `envc lock`: what of them is to be measured, and what an older lock knows already."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from envc.language.environment import Environment
    from envc.lock.artifacts import MeasuredArtifact
    from envc.lock.model import Lock
    from envc.lock.resolution import Progress


def lacks_remote(environment: Environment, lock: Lock) -> bool:
    """Say whether a lock knows nothing of data at an address that can be read, as one of an older envc."""
    from envc.lock.artifacts import remote_artifacts

    wanted, _ = remote_artifacts(environment, lock, again=False)
    if not wanted:
        return False
    from envc.resolvers.artifacts import fetchers

    return any(one.scheme in fetchers() for one in wanted)


def measure_remote_data(
    environment: Environment, old: Lock | None, progress: Progress, *, again: bool, offline: bool = False
) -> dict[str, MeasuredArtifact]:
    """Return what is known of data at addresses, by name: measured now, or before and not `again`. Raises a Report.

    Offline nothing is measured, and what is not known stays unknown.
    """
    from envc.lock.artifacts import remote_artifacts

    wanted, kept = remote_artifacts(environment, old, again=again and not offline)
    if offline or not wanted:
        return kept
    from envc.resolvers.artifacts import measure_remote

    return {**kept, **measure_remote(wanted, os.environ, progress)}
