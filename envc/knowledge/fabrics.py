"""What ranks on several nodes talk over: libraries, settings, devices. `stdlib/fabrics.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from envc.knowledge.facts import Fact, Line, Page
from envc.language.cluster_facets import FabricKind
from envc.language.fields import Positional
from envc.language.values import SystemName, Text, Variable


class FabricLibrary(Fact):
    """System packages that the image needs."""

    kind: Annotated[FabricKind, Positional()]
    packages: Annotated[tuple[SystemName, ...], Positional(many=True)]


class FabricSetting(Fact):
    """A variable that the ranks are started with."""

    kind: Annotated[FabricKind, Positional()]
    name: Annotated[Variable, Positional()]
    value: Annotated[Text, Positional(kinds=frozenset({"string"}))]


class FabricInterface(Fact):
    """Variables that name the interface."""

    kind: Annotated[FabricKind, Positional()]
    names: Annotated[tuple[Variable, ...], Positional(many=True)]


class FabricResource(Fact):
    """What the device plug-in of Kubernetes calls the devices."""

    kind: Annotated[FabricKind, Positional()]
    name: Annotated[Text, Positional(kinds=frozenset({"string"}))]


WORDS: Mapping[str, type[Line]] = {
    "library": FabricLibrary,
    "setting": FabricSetting,
    "interface": FabricInterface,
    "resource": FabricResource,
}


class Fabrics:
    """What is known of fabrics."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def libraries(self, kind: FabricKind) -> tuple[str, ...]:
        """Return the system packages that the image needs."""
        return tuple(name for one in self._page.all(FabricLibrary) if one.kind == kind for name in one.packages)

    def settings(self, kind: FabricKind, interface: str | None) -> tuple[tuple[str, str], ...]:
        """Return the variables that the ranks are started with, sorted by name."""
        found = {one.name: one.value for one in self._page.all(FabricSetting) if one.kind == kind}
        if interface is not None:
            names = (name for one in self._page.all(FabricInterface) if one.kind == kind for name in one.names)
            found.update(dict.fromkeys(names, interface))
        return tuple(sorted(found.items()))

    def resource(self, kind: FabricKind) -> str | None:
        """Return what Kubernetes calls the devices, where that is the same in every cluster."""
        return next((one.name for one in self._page.all(FabricResource) if one.kind == kind), None)
