"""`conda` between program and Dockerfile: what is asked, what stays, and what the lock, the plan and the image say.

The solver here only pairs names with archives; the real one is asked in `tests/index/test_conda.py`.
"""

from __future__ import annotations

import pytest

from envc.cli.build_channels import channel_arguments
from envc.cli.conda_reasons import conda_reasons
from envc.diagnostics import Report
from envc.language.outside_facets import CondaPackage
from envc.lock.conda_packages import CondaAnswer, CondaResult, CondaWish
from envc.lock.files import LockedFiles
from envc.lock.freshness import is_fresh
from envc.lock.locked_conda import LockedCondaInstaller, LockedCondaPackage
from envc.lock.locked_provided import LockedBasePython
from envc.lock.resolution import Progress
from envc.lock.source_tree import SourceTree
from envc.lock.world import World
from envc.plan.conda import channel_name
from envc.plan.difference import lock_changes
from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.plan.plan import Plan
from envc.plan.planner import make_plan
from envc.targets import emit
from tests.unit.lock.world import LIBRARY, PLATFORM, Packages, choose, digest, environment, slim_images

INSTALLER = LockedCondaInstaller(name="py-rattler", version="0.28.0", hashes=(digest("installer"),))


class Programs:
    """A solver that has everything in version 3.4, and says what it was asked."""

    def __init__(self) -> None:
        self.wishes: list[CondaWish] = []

    def resolve(self, wish: CondaWish, progress: Progress) -> CondaResult:
        progress("solving")
        self.wishes.append(wish)
        return CondaAnswer(
            tuple(
                LockedCondaPackage(
                    name=one.name,
                    version="3.4",
                    build="h0_0",
                    build_number=0,
                    channel=one.channels[0],
                    subdir=wish.subdir,
                    file=f"{one.name}-3.4-h0_0.conda",
                    sha256=digest(one.name).removeprefix("sha256:"),
                    size=1,
                )
                for one in wish.requirements
            ),
            INSTALLER,
        )


def program(text: str) -> str:
    return f"env train <\n  python 3.12\n  {text}\n>\n"


def world(programs: Programs | None) -> World:
    return World(LIBRARY, Packages({}), slim_images(), {}, {}, lambda _: None, conda=programs)


def lock(text: str, programs: Programs | None = None, old: LockedFiles | None = None) -> LockedFiles:
    return choose(environment(program(text)), PLATFORM, world(programs), old)


def plan(text: str, locked: LockedFiles) -> Plan:
    addresses = {channel_name("conda-forge"): "https://conda.example.org/conda-forge"}
    tree = SourceTree(frozenset(), ())
    return make_plan(environment(program(text)), locked, tree, places_of("train.env", "train"), addresses)


def asked(text: str, name: str | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    found = environment(text, name).every(CondaPackage)
    return [(one.name, one.specifier, one.channels) for one in found]


def test_versions_are_read_as_conda_reads_them() -> None:
    """Two parts are all patches of them, three are exactly that; names keep their dashes and underscores."""
    text = "conda < a 3.4; b 3.4.1; c >=1.2,!=1.3.*; d ==2024a; _e_f 3 from bioconda; g 1.1.1w > "
    forge = ("conda-forge",)
    assert asked(program(text)) == [
        ("a", "3.4.*", forge),
        ("b", "==3.4.1", forge),
        ("c", "!=1.3.*,>=1.2", forge),
        ("d", "==2024a", forge),
        ("_e_f", "3.*", ("bioconda",)),
        ("g", "==1.1.1w", forge),
    ]
    assert asked(program("conda a 3.4 b from bioconda conda-forge")) == [
        ("a", "3.4.*", ("bioconda", "conda-forge")),
        ("b", "", ("bioconda", "conda-forge")),
    ]


def test_parents_give_and_children_drop_programs() -> None:
    text = (
        "env base-of < python 3.12; conda hmmer 3.4 kalign3 >\n"
        "env train from base-of < conda drop kalign3; on linux/arm64 < conda hhsuite > >\n"
    )
    train = environment(text, "train")
    assert [one.name for one in train.on(PLATFORM).every(CondaPackage)] == ["hmmer"]
    assert [one.name for one in train.on("linux/arm64").every(CondaPackage)] == ["hmmer", "hhsuite"]


def test_the_solver_is_told_of_the_image_and_not_of_this_machine() -> None:
    programs = Programs()
    lock("gpu cuda 12.4.1; conda hhsuite from bioconda; conda hmmer", programs)
    (wish,) = programs.wishes
    assert wish.channels == ("conda-forge", "bioconda")
    told = dict(wish.virtual)
    assert (wish.subdir, told["__glibc"], told["__cuda"]) == ("linux-64", "2.36", "12.4")
    lock("conda hmmer", programs)
    assert "__cuda" not in dict(programs.wishes[-1].virtual)


def test_nobody_is_asked_twice() -> None:
    """An unchanged list stays; a changed one, or other GPUs, are asked for with what was chosen before."""
    programs = Programs()
    old = lock("conda hmmer", programs)
    again = lock('conda hmmer; set A "1"', None, old)
    assert again.lock.conda == old.lock.conda
    lock("conda hmmer kalign3", programs, old)
    assert programs.wishes[-1].kept == old.lock.conda
    lock("gpu cuda 12.4; conda hmmer", programs, old)
    assert len(programs.wishes) == 3
    with pytest.raises(Report) as caught:
        lock("conda hmmer kalign3", None, old)
    assert [one.name for one in caught.value.diagnostics] == ["offline"]


def test_a_lock_without_programs_is_what_it_was() -> None:
    locked = lock('set A "1"')
    assert not {"conda", "conda_installer"} & set(locked.lock.model_dump(mode="json"))
    made = plan('set A "1"', locked)
    assert "conda" not in made.model_dump(mode="json")
    assert "conda" not in dict(hash_of(made).branches)
    assert "/opt/conda" not in emit(made, hash_of(made))["Dockerfile"]


def test_the_image_has_what_the_lock_names() -> None:
    """And the hash moves with an archive's bytes, not with the address of its channel."""
    text = "conda hmmer 3.4"
    locked = lock(text, Programs())
    assert is_fresh(environment(program(text)), locked.lock)
    assert not is_fresh(environment(program("conda hmmer 3.5")), locked.lock)
    made = plan(text, locked)
    files = emit(made, hash_of(made))
    dockerfile = files["Dockerfile"]
    assert f"py-rattler==0.28.0 --hash={INSTALLER.hashes[0]}" in dockerfile
    assert 'ARG CONDA_FORGE_CHANNEL="https://conda.example.org/conda-forge"' in dockerfile
    assert 'COPY --link --from=conda --chmod=u=rwX,go=rX ["/opt/conda", "/opt/conda"]' in dockerfile
    assert 'PATH="/opt/venv/bin:/opt/conda/bin:${PATH}"' in dockerfile
    assert "!lockfiles/train/conda-linux-64.txt" in files["Dockerfile.dockerignore"]
    assert made.conda is not None
    moved = made.model_copy(update={"conda": made.conda.model_copy(update={"channels": ()})})
    assert hash_of(moved).environment != hash_of(made).environment
    elsewhere = tuple(one.model_copy(update={"address": None}) for one in made.conda.channels)
    moved = made.model_copy(update={"conda": made.conda.model_copy(update={"channels": elsewhere})})
    assert hash_of(moved) == hash_of(made)


def test_why_a_program_is_there_is_said() -> None:
    locked = lock("conda hmmer kalign3", Programs())
    hmmer, kalign = locked.lock.conda
    own = locked.lock.model_copy(update={"conda": (hmmer.model_copy(update={"requires": ("kalign3 >=3",)}), kalign)})
    train = environment(program("conda hmmer kalign3"))
    assert conda_reasons(own, train, "kalign3") == [
        "kalign3 3.4  (on linux/amd64, build h0_0 of conda-forge, 1 B to download)",
        "  because the program asks for it  (train.env:3)",
        "  because hmmer 3.4 needs kalign3 >=3",
    ]
    assert conda_reasons(own, train, "other") == []


def test_a_base_that_has_its_own_conda_keeps_it() -> None:
    """What would lie in the same folder lies beside it."""
    locked = lock("conda hmmer", Programs())
    own = LockedBasePython(program="/opt/conda/bin/python", whole=True)
    made = plan("conda hmmer", locked._replace(lock=locked.lock.model_copy(update={"base_python": own})))
    assert made.conda is not None
    assert made.conda.prefix == "/opt/conda-packages"
    assert "/opt/venv/bin:/opt/conda-packages/bin:${PATH}" in emit(made, hash_of(made))["Dockerfile"]


def test_a_mirror_of_a_channel_is_a_build_argument_without_a_login() -> None:
    made = plan("conda hmmer", lock("conda hmmer", Programs()))
    given = {"ENVC_CHANNEL_CONDA_FORGE": "https://mirror.example.org/forge", "ENVC_CHANNEL_BIOCONDA": "https://b"}
    assert channel_arguments(made.conda, given) == (("CONDA_FORGE_CHANNEL", "https://mirror.example.org/forge"),)
    assert channel_arguments(made.conda, {}) == ()
    with pytest.raises(Report) as caught:
        channel_arguments(made.conda, {"ENVC_CHANNEL_CONDA_FORGE": "https://me:secret@mirror.example.org/forge"})
    (one,) = caught.value.diagnostics
    assert one.name == "index-with-credentials"
    assert "secret" not in repr(one)


def test_a_difference_names_versions_and_files() -> None:
    old = lock("conda hmmer", Programs())
    (package,) = old.lock.conda
    newer = package.model_copy(update={"version": "3.5"})
    other = package.model_copy(update={"sha256": "0" * 64})
    texts = []
    for changed in (newer, other):
        after = old._replace(lock=old.lock.model_copy(update={"conda": (changed,)}))
        texts.append([one.text for one in lock_changes(old, after)])
    assert texts[0] == ["~ hmmer 3.4 h0_0 (conda-forge) → 3.5 h0_0 (conda-forge)"]
    assert [text.startswith("~ hmmer files ") for text in texts[1]] == [True]
