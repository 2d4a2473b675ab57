"""The word `fabric`: what ranks on several nodes talk over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import shipped_library
from envc.language.cluster_facets import Fabric as FabricFacet
from envc.language.cluster_facets import FabricKind
from envc.language.environment import Environment
from envc.language.facets import BaseImage, SystemPackage
from envc.language.fields import Positional
from envc.language.origin import Origin
from envc.language.outside_facets import ImageFile, Tool
from envc.language.target_values import Interface
from envc.language.word import Declaration

#: Where the installer of EFA puts libfabric and NCCL's plug-in.
_AMAZON = "/opt/amazon"


class Fabric(Declaration):
    """Names the network that ranks on several nodes talk over, maybe with its interface or adapter.

    The image gets the libraries that it needs. How NCCL is told of it stands in the manifest of each `target`, with the
    devices and the right to lock memory, so that the same image runs on another cluster. `infiniband` takes adapters
    such as mlx5, `tcp` an interface such as eth0. `efa` needs AWS's libfabric and NCCL plug-in, which no archive has:
    they come from another image, at `/opt/amazon`, or with the base.
    """

    examples = ("fabric tcp eth0", "fabric infiniband mlx5", "fabric infiniband")

    kind: Annotated[FabricKind, Positional()]
    interface: Annotated[Interface | None, Positional()] = None

    def facets(self, origin: Origin) -> Iterator[FabricFacet | SystemPackage]:
        """Return the fabric and the libraries that the image needs for it."""
        yield FabricFacet(self.kind, self.interface, origin)
        for name in shipped_library().fabrics.libraries(self.kind):
            yield SystemPackage(name, Origin(origin.item, {"name": origin.of("kind")}))

    def check(self, origin: Origin, environment: Environment) -> Iterator[Diagnostic]:
        """Refuse EFA without its plug-in: NCCL would fall back to sockets, or not start."""
        if self.kind != "efa" or environment.one(BaseImage) is not None:
            return
        outside = [one.path for one in environment.every(ImageFile)] + [one.path for one in environment.every(Tool)]
        if not any(f"{path}/".startswith(f"{_AMAZON}/") for path in outside):
            yield Diagnostic(
                "fabric-without-plugin",
                "nothing brings the plug-in by which NCCL speaks EFA",
                (wrong(origin.of("kind"), f"nothing lies at {_AMAZON}"),),
                notes=(
                    "its installer is no package of an archive: what it installs depends on the day",
                    "the libraries of Debian alone would let NCCL fall back to sockets",
                ),
                helps=(f'copy "{_AMAZON}" from image "…", one of AWS\'s or your own, or take such a `base`',),
            )
