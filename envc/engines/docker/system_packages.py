"""What a failed step says of system packages, told by what apt and the check behind it print."""

from __future__ import annotations

import re
from collections.abc import Sequence

from envc.diagnostics import Report
from envc.diagnostics.diagnostic import world_failed

_GONE = re.compile(r"E: Version '([^']+)' for '([^']+)' was not found")
_CHANGED = re.compile(r"/var/cache/apt/archives/([a-z0-9][a-z0-9+.-]*)_\S+\.deb: FAILED")
_OTHERS = "packages-as-locked: FAILED"
_AGAIN = "`envc lock --upgrade` takes the versions that there are today; `envc diff` says what changes"


def system_packages_failed(log: Sequence[str]) -> Report | None:
    """Return the report of a step that did not find the locked packages, or found others; None for any other step."""
    gone = dict.fromkeys(found.groups() for line in log for found in _GONE.finditer(line))
    if gone:
        named = ", ".join(f"`{name}` {version}" for version, name in gone)
        return world_failed(
            "system-package-gone",
            f"the archive no longer has {named}",
            notes=("an archive keeps a version until the next one; its snapshots keep all of them",),
            helps=(_AGAIN, "lock where the archive's snapshots answer, and builds work for years"),
        )
    changed = dict.fromkeys(found[1] for line in log for found in _CHANGED.finditer(line))
    if changed:
        named = ", ".join(f"`{name}`" for name in changed)
        return world_failed(
            "other-system-packages",
            f"the archives give another file of {named} than the lock has",
            notes=("a version must not come back with other bytes, and two archives must not have one version",),
            helps=("ask the keepers of the repository", _AGAIN),
        )
    if any(_OTHERS in line for line in log):
        return world_failed(
            "other-system-packages",
            "after the step dpkg lists other packages than the lock",
            notes=("what dpkg lists is compared with the base's packages and the locked ones, names and versions",),
            helps=(_AGAIN,),
        )
    return None
