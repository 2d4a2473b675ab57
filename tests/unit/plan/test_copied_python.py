"""A base of one's own with the official Python copied in: builder and image, what is in the way, and what is said."""

from __future__ import annotations

import pytest

from envc.lock.locked_conda import LockedCondaInstaller, LockedCondaPackage
from envc.lock.python_host import PythonHost
from envc.plan.conda import plan_conda
from envc.plan.difference import lock_changes
from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.plan.plan import Plan
from envc.plan.planner import make_plan
from envc.targets.dockerfile import emit
from envc.targets.dockerfile.vendored import emit_vendored
from tests.unit.lock.test_copied_python import JAMMY, OTHER, PIP, TEXT, around, lock
from tests.unit.lock.world import PLATFORM, choose, digest, environment
from tests.unit.plan.planning import EMPTY

BLOCKED = JAMMY._replace(linked=True, occupied=True, unprivileged=True, variables=("PYTHONHOME", "PYTHONPATH"))


def plan(system: PythonHost = JAMMY, text: str = TEXT) -> Plan:
    asked = environment(text)
    return make_plan(asked, choose(asked, PLATFORM, around(OTHER, system)), EMPTY, places_of("train.env", "train"), {})


def dockerfile(made: Plan) -> str:
    return emit(made, hash_of(made))["Dockerfile"]


def stage(text: str, name: str) -> str:
    """Return the text of one stage."""
    return text.partition(f" AS {name}\n")[2].partition("\nFROM ")[0]


def test_builder_and_image_are_those_of_a_base_without_python() -> None:
    """The builder is the official image; the reason stands above it, and Python is tried where it is copied to."""
    text = dockerfile(plan())
    assert f"FROM docker.io/library/python:3.12.12-slim-bookworm@{digest('slim')} AS builder" in text
    assert f"FROM docker.io/team/ml:7@{digest('ml')} AS inference" in text
    said = " ".join(text.replace("\n# ", " ").split())
    assert "the program names it, with Python from the official image: it has Python 3.10.12" in said
    image = stage(text, "inference")
    assert '["/usr/local/bin/python3.12", "/usr/local/bin/python3.12"]' in image
    assert "ln -s python3.12 /usr/local/bin/python3" in image
    assert "import _ctypes, _decimal" in image
    assert "ENV PYTHONHOME" not in text
    assert "USER 0:0" not in text


def test_what_is_in_the_way_is_passed_by_in_the_image_alone() -> None:
    """Links are replaced, variables emptied before Python is tried, steps are root's, the environment lies beside."""
    text = dockerfile(plan(BLOCKED))
    image = stage(text, "inference")
    assert "ln -sf python3.12 /usr/local/bin/python3 " in image
    assert "ln -sf python3.12 /usr/local/bin/python " in image
    emptied = image.index('ENV PYTHONHOME="" \\\n    PYTHONPATH=""\n')
    assert emptied < image.index("import _ctypes")
    assert image.index("USER 0:0") < emptied
    assert "/opt/venv-beside" in image
    builder = stage(text, "builder")
    assert "python -m venv --without-pip /opt/venv-beside" in builder
    assert "USER 0:0" not in builder
    assert "PYTHONHOME" not in builder


def test_what_the_program_sets_wins_over_what_is_emptied() -> None:
    text = stage(dockerfile(plan(BLOCKED, TEXT.replace(" >", '; set PYTHONPATH "/app/src" >'))), "inference")
    assert text.index('PYTHONPATH=""') < text.index('PYTHONPATH="/app/src"')


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("; pip six", "")])
def test_without_network_it_is_made_in_the_same_way(text: str) -> None:
    made = plan(BLOCKED, text)
    (vendored,) = (one for name, one in emit_vendored(made, hash_of(made)).items() if name.endswith("vendored"))
    assert "ln -sf python3.12 /usr/local/bin/python3 " in vendored
    assert "USER 0:0" in vendored


def test_the_hash_is_of_what_is_in_the_way_and_an_older_plan_knows_nothing_of_it() -> None:
    one, other = plan(), plan(JAMMY._replace(linked=True))
    assert "obstacles" not in one.base.model_dump()
    assert other.base.model_dump()["obstacles"] == {"linked": True, "variables": (), "unprivileged": False}
    assert hash_of(one).environment != hash_of(other).environment


def test_a_difference_of_locks_names_where_python_comes_from() -> None:
    own = OTHER._replace(version="3.12.3", program="/usr/bin/python", packages=(PIP,))
    locks = [lock(TEXT, around(base)) for base in (own, OTHER)]
    changes = [change.text for change in lock_changes(*locks)]
    assert f"+ interpreter docker.io/library/python:3.12.12-slim-bookworm {digest('slim')}" in changes
    assert "~ python 3.12.3 → 3.12.12" in changes
    others = ("links in /usr/local/bin", "the environment's folder", "a user that is not root")
    blocked = [change.text for change in lock_changes(lock(TEXT, around(OTHER)), lock(TEXT, around(OTHER, BLOCKED)))]
    assert blocked == [
        f"+ in the way of Python PYTHONHOME, PYTHONPATH, {', '.join(others)}",
    ]


def test_conda_packages_lie_beside_what_the_base_has_of_conda() -> None:
    locked = lock(TEXT, around(OTHER, JAMMY._replace(conda=True))).lock
    package = LockedCondaPackage(
        name="hmmer",
        version="3.4",
        build="0",
        build_number=0,
        channel="bioconda",
        subdir="linux-64",
        file="h.conda",
        sha256="0" * 64,
    )
    installer = LockedCondaInstaller(name="py-rattler", version="1", hashes=(digest("rattler"),))
    with_conda = locked.model_copy(update={"conda": (package,), "conda_installer": installer})
    made = plan_conda(with_conda, {})
    assert made is not None
    assert made.prefix == "/opt/conda-packages"
