"""Image registries: which digest a tag has today, what the image's environment says, how large it is.

`source.py` is the way in; `reference.py`, `authentication.py`, `manifest.py` decide and touch nothing;
`client.py`, `reach.py`, `session.py`, `credentials.py`, `mirrors.py` are the edges.
"""

from envc.resolvers.registry.mirrors import Mirror
from envc.resolvers.registry.patience import Limits
from envc.resolvers.registry.source import Registry

__all__ = ["Limits", "Mirror", "Registry"]
