"""What the name of a base says already, before anybody is asked: its system, and its CUDA. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from envc.diagnostics import Diagnostic, Fix, Label, Report
from envc.diagnostics.diagnostic import wrong
from envc.knowledge.library import Library
from envc.knowledge.systems import CUDA_REPOSITORIES, WithoutApt, system_of_image
from envc.language.asking_for_python import asking_for_python, lacks_python
from envc.language.environment import Environment
from envc.language.facets import Accelerator, BaseImage, Interpreter, ListedPackage, PythonPackage, SystemPackage
from envc.language.outside_facets import ProgramBuild
from envc.lock.copied_python import glibc_for_python, system_from_table
from envc.lock.idle_images import idle_images
from envc.lock.official_python import python_candidates
from envc.lock.provided import provides
from envc.lock.python_host import PythonHost
from envc.lock.resolution import ImageRequest

_FILES = "or bring what is needed as files: a `tool` from an address, a `copy` from another image"
#: As many packages are shown in their places.
_MOST = 4


def refuse_unfit(environment: Environment, request: ImageRequest, library: Library) -> None:
    """Refuse a base whose name says that it cannot serve. Raises a Report.

    A distribution's own image on which no official Python runs, or that lacks a Python where something asks for one;
    packages of apt where there is none; a flavour or a cuDNN that another image has.
    """
    base = environment.one(BaseImage)
    assert base is not None  # noqa: S101  # only a base that the program names comes here
    found = library.without_apt(request.repository, request.tag)
    mistakes = [*_without_apt(environment, base, request, found, library), *idle_images(environment, base, request)]
    if mistakes:
        raise Report(mistakes)
    if provides(environment):
        return
    known, asked = system_of_image(library.systems(), request.repository, request.tag), environment.one(Interpreter)
    if known:
        host = system_from_table(known)
    elif found and found.is_its_own(request.repository):
        host = PythonHost(name=found.called)
    else:
        return
    name = f"{request.repository}:{request.tag}"
    if asked:
        python_candidates(asked, request.platform, library)
        glibc_for_python(environment, name, host, None, library)
    elif asking := asking_for_python(environment):
        lacking = lacks_python(base, name, asking)
        runs = lacking.helps if known else ("take a base that the official Python runs on", *lacking.helps[1:])
        raise Report([lacking._replace(helps=runs)])


def _without_apt(
    environment: Environment, base: BaseImage, request: ImageRequest, found: WithoutApt | None, library: Library
) -> Iterator[Diagnostic]:
    """Refuse packages of the image that runs, and of what is built, where its name says that it has no apt."""
    places = [
        one.origin.of("name")
        for one in environment.every(SystemPackage)
        if one.stage != "builder" and not library.builder_only(one.name)
    ]
    if found and found.has_shell(request.repository) and not _may_have_compilers(environment):
        builds = environment.every(ProgramBuild)
        places += [build.place_of(name) for build in builds for name in build.packages]
    if found is None or not places:
        return
    of_cuda = request.repository in CUDA_REPOSITORIES
    image = "one of its tags that ends with an Ubuntu" if of_cuda else 'an image of Debian or Ubuntu: `base "debian:…"`'
    kept = environment.one(Interpreter) is not None or not asking_for_python(environment)
    fix = Fix("take an image of Debian", base.origin.of("image"), f'"{library.plain_image}"')
    labels = (Label(place, "a package of Debian or Ubuntu") for place in dict.fromkeys(places[:_MOST]))
    yield Diagnostic(
        "no-apt-in-base",
        f"`{request.repository}:{request.tag}` has no apt",
        (wrong(base.origin.of("image"), f"{found.called}, whose packages `{found.installer}` installs"), *labels),
        helps=(f"take {image}", _FILES),
        fixes=(fix,) if kept and not of_cuda else (),
    )


def _may_have_compilers(environment: Environment) -> bool:
    """Say whether the builder may stand on NVIDIA's image with compilers.

    Else it stands on the base, where that has a shell: no Python is copied into a system without apt.
    """
    packages: list[PythonPackage | ListedPackage] = [
        *environment.every(PythonPackage),
        *environment.every(ListedPackage),
    ]
    built = any(one.accelerated and one.source and one.source.is_built for one in packages)
    return built and environment.one(Accelerator) is not None
