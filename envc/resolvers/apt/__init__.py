"""apt chooses versions of system packages: those of the base's release, for its machine, on top of what the base has.

`resolver.py` is the way in; `base.py`, `configuration.py`, `answer.py` and `failures.py` decide and touch nothing;
`files.py` reads the base, `machine.py` what this machine is configured with, `place.py` and `container.py` are where
apt runs: here, or inside an image where this machine has no apt.
"""

from envc.resolvers.apt.files import BaseFiles, EngineFiles
from envc.resolvers.apt.resolver import Apt

__all__ = ["Apt", "BaseFiles", "EngineFiles"]
