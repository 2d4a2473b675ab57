"""Image registries: which digest a tag has today, what the image's environment says, how large it is.

`source.py` is the way in, also to the files in an image's layers; `reference.py`, `authentication.py`, `manifest.py`,
`tags.py`, `layers.py` decide and touch nothing; `client.py`, `patience.py`, `reach.py`, `session.py`, `blobs.py`,
`unpacking.py`, `credentials.py`, `mirrors.py` are the edges.
"""

from envc.resolvers.registry.layer_files import LayerFiles
from envc.resolvers.registry.mirrors import Mirror
from envc.resolvers.registry.patience import Limits
from envc.resolvers.registry.source import Registry

__all__ = ["LayerFiles", "Limits", "Mirror", "Registry"]
