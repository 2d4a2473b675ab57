"""The parts of a plan that concern Python packages."""

from __future__ import annotations

from envc.plan.part import GrownPart, Part


class PlannedBasePython(GrownPart):
    """The Python of a base whose packages are part of the environment, which is made by it."""

    later = frozenset({"replaced", "searched"})

    program: str
    whole: bool  # the environment sees all that the program sees; or else only what is in `folders`
    folders: tuple[str, ...]  # of packages that the environment is told of one by one
    variables: tuple[str, ...]  # of the base, which would bend an installation; sorted
    unprivileged: bool  # the base's processes are not root's
    replaced: tuple[str, ...] = ()  # the packages of the base that the environment has in another version; sorted
    searched: tuple[str, ...] = ()  # where Python would find the base's before those, its PYTHONPATH


class PlannedObstacles(Part):
    """What of a base is in the way of the Python that is copied into it."""

    linked: bool  # links to a Python elsewhere stand where the copied one's are to be, which take their place
    variables: tuple[str, ...]  # that would bend the copied Python; sorted
    unprivileged: bool  # the base's processes are not root's


class PlannedProvidedPackage(Part):
    """A Python package that the base brings."""

    name: str
    version: str


class PlannedPackage(Part):
    """A Python package and every hash that its wheel may have."""

    name: str
    version: str
    hashes: tuple[str, ...]


def index_argument(index: str) -> str:
    """Return the build argument that gives an index another address."""
    return f"{index.upper().replace('-', '_').replace('.', '_')}_INDEX"


def netrc_secret(index: str | None = None) -> str:
    """Return the name of the secret that brings logins into a build: an index with a login of its own has its own."""
    return f"envc-netrc-{index}" if index else "envc-netrc"


class PackageGroup(GrownPart):
    """The packages that come from one index."""

    later = frozenset({"links", "login"})

    index: str | None  # None is Python's default index
    address: str | None  # the public address that envc's library knows for the index
    file: str  # the name of the requirements file
    packages: tuple[PlannedPackage, ...]
    links: bool = False  # the index is one page with links to wheels
    login: bool = False  # a secret of the program is its password; how a build logs in is not part of the hash

    @property
    def argument(self) -> str | None:
        """The build argument that gives a named index another address: `PYTORCH_CU118_INDEX`."""
        return index_argument(self.index) if self.index else None


class PlannedPatch(Part):
    """A change of a package's installed files."""

    package: str
    path: str  # relative to the program
    sha256: str


class PlannedWheel(Part):
    """A package that comes as a wheel of no index."""

    name: str
    version: str
    file: str  # its name
    sha256: str
    location: str  # an address, or a path relative to the program
