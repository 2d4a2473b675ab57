"""An environment on what a base brings: made by the base's Python, from the base itself, and with none of it twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from envc.lock.base_python import BasePython
from envc.lock.resolution import Given
from envc.plan.difference import lock_changes, plan_changes
from envc.plan.hash import hash_of
from envc.plan.places import places_of
from envc.plan.plan import Plan
from envc.plan.planner import make_plan
from envc.targets.dockerfile import emit
from envc.targets.dockerfile.own_python import programs_of_base
from envc.targets.dockerfile.vendored import emit_vendored
from tests.properties.dockerfile_reading import commands, instructions
from tests.unit.lock.repositories import Repositories, commit
from tests.unit.lock.sources import Sources, archive, repository
from tests.unit.lock.test_provided import BASE, CLAUSE, FLASH, PIP, TORCH, around
from tests.unit.lock.world import PLATFORM, SLIM, Images, Packages, choose, digest, environment, image, world
from tests.unit.plan.planning import EMPTY


def plan(base: BasePython = BASE, text: str = f"env train < {CLAUSE}; pip six >") -> Plan:
    asked = environment(text)
    return make_plan(asked, choose(asked, PLATFORM, around(base)), EMPTY, places_of("train.env", "train"), {})


def dockerfile(made: Plan) -> str:
    return emit(made, hash_of(made))["Dockerfile"]


def test_the_environment_is_made_by_the_bases_python_and_sees_what_it_sees() -> None:
    text = dockerfile(plan())
    assert text.count("FROM docker.io/team/ml:7@sha256:") == 2
    assert "RUN /usr/bin/python -m venv --without-pip --system-site-packages /opt/venv \\" in text
    assert "/usr/bin/python -m pip --python /opt/venv/bin/python install --no-deps --require-hashes" in text
    assert 'ENV PIP_CONSTRAINT=""' in text
    assert "3 packages of the base" in text
    assert "ENTRYPOINT []" in text
    assert "addsitedir" not in text
    assert "USER 0" not in text


def test_a_base_without_pip_gets_that_of_the_official_image_in_the_builder_alone() -> None:
    asked = environment(f"env train < {CLAUSE}; pip six >")
    base = BASE._replace(packages=tuple(one for one in BASE.packages if one.name != "pip"))
    where = around(base)._replace(
        images=Images([image("docker.io/team/ml", "7", "ml"), image(*SLIM, "slim", "3.12.9")])
    )
    made = make_plan(asked, choose(asked, PLATFORM, where), EMPTY, places_of("train.env", "train"), {})
    text = dockerfile(made)
    copied = f"COPY --link --from=docker.io/library/python:3.12-slim-bookworm@{digest('slim')} "
    assert copied + '["/usr/local/lib/python3.12/site-packages/pip", "/opt/installer/pip"]' in text
    assert "/usr/bin/python /opt/installer/pip --python /opt/venv/bin/python install --no-deps" in text
    assert "/opt/installer" not in text.partition("AS inference")[2]
    assert "installer" not in plan().base.model_dump()


def test_a_virtual_environment_of_the_base_is_named_to_the_new_one() -> None:
    """Which lies beside it, and sees no more of the base than that one saw."""
    folder = "/opt/venv/lib/python3.12/site-packages"
    base = BASE._replace(
        program="/opt/venv/bin/python", whole=False, folders=(folder,), occupied=True, unprivileged=True
    )
    text = dockerfile(plan(base))
    made, linked, _ = commands(next(one.text for one in instructions(text) if one.name == "RUN"))
    assert made == ["/opt/venv/bin/python", "-m", "venv", "--without-pip", "/opt/venv-beside"]
    link = "/opt/venv-beside/lib/python3.12/site-packages/of-the-base.pth"
    assert linked == ["echo", f'import site; site.addsitedir("{folder}")', ">", link]
    assert 'COPY --link --from=builder ["/opt/venv-beside", "/opt/venv-beside"]' in text
    assert 'PATH="/opt/venv-beside/bin:${PATH}"' in text
    assert text.count("\nUSER 0:0\n") == 2


def test_a_link_to_folders_does_what_it_says(tmp_path: Path) -> None:
    """In a real environment, made without those packages."""
    folder = tmp_path / "base"
    (folder / "provided").mkdir(parents=True)
    (folder / "provided" / "__init__.py").write_text("x = 7\n")
    made = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    link = made / "lib" / f"python{minor}" / "site-packages" / "of-the-base.pth"
    link.write_text(f'import site; site.addsitedir("{folder}")\n')
    code = "import provided; print(provided.x)"
    found = subprocess.run([made / "bin" / "python", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "7\n"


def test_programs_of_the_base_begin_with_the_environments_python(tmp_path: Path) -> None:
    """But pip's, and none that the environment has already or whose name is a path."""
    info = tmp_path / "tool-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tool\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nrun-tool = tool:Cli.main [x]\nhas = tool:no\n../out = tool:no\nbroken = tool\n"
        "[gui_scripts]\ng = tool:no\n"
    )
    (tmp_path / "tool.py").write_text(
        "class Cli:\n    @staticmethod\n    def main():\n        import sys; print(sys.prefix); return 3\n"
    )
    made = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)
    (made / "bin" / "has").write_text("mine")
    subprocess.run([made / "bin" / "python", "-c", programs_of_base()], check=True, env={"PYTHONPATH": str(tmp_path)})
    found = subprocess.run(
        [made / "bin" / "run-tool"], capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)}
    )
    assert (found.returncode, found.stdout.strip()) == (3, str(made))
    assert (made / "bin" / "has").read_text() == "mine"
    assert not {"out", "broken", "g"} & {path.name for path in [*made.iterdir(), *(made / "bin").iterdir()]}


def test_the_official_image_keeps_its_packages_when_it_provides_them() -> None:
    """They are what the program asks for; without `provides` they are of no use."""
    name = f"python:{SLIM[1]}"
    for provides, kept in ((" provides pip", True), ("", False)):
        asked = environment(f'env train < base "{name}"{provides}; python 3.12 >')
        here = around(BASE)._replace(images=world().images)
        made = make_plan(asked, choose(asked, PLATFORM, here), EMPTY, places_of("train.env", "train"), {})
        assert made.base.official_python is not kept
        assert ("/usr/local/lib/python3.12/site-packages/*" in dockerfile(made)) is not kept


def test_the_hash_is_of_what_the_base_brings() -> None:
    """Another version there is another environment; the order and what packages require are not."""
    numpy = Given("numpy", "1.26", ())
    one, other = plan(), plan(BASE._replace(packages=(numpy, *BASE.packages)))
    assert dict(hash_of(one).branches)["provided"] != dict(hash_of(other).branches)["provided"]
    assert "provided" not in dict(hash_of(plan(text='env train < base "team/ml:7"; python 3.12; pip six >')).branches)
    assert [change.text for change in plan_changes(one, other)] == ["+ numpy 1.26"]


def test_a_difference_of_locks_names_what_the_base_brings() -> None:
    asked = environment(f"env train < {CLAUSE} >")
    newer = tuple(one._replace(version="2.8") if one.name == "torch" else one for one in BASE.packages)
    locks = [choose(asked, PLATFORM, around(BASE._replace(packages=packages))) for packages in (BASE.packages, newer)]
    assert [change.text for change in lock_changes(*locks)] == ["~ torch 2.7.0a0+nv25.04 → 2.8"]


@pytest.mark.parametrize("text", [f"env train < {CLAUSE} >", f"env train < {CLAUSE}; pip six >"])
def test_without_network_it_is_made_in_the_same_way(text: str) -> None:
    made = plan(text=text)
    (vendored,) = (one for name, one in emit_vendored(made, hash_of(made)).items() if name.endswith("vendored"))
    assert "RUN /usr/bin/python -m venv --without-pip --system-site-packages /opt/venv" in vendored
    assert 'ENV PIP_CONSTRAINT=""' in vendored
    assert ("--no-index" in vendored) is ("pip six" in text)


EVERYTHING = """\
source hello from git "https://h/hello" tag v1
build hello from hello < run "make"; keeps "/usr/local" >
tool x 1 from "https://h/x.tar" sha256 "%s" at "/opt/x" unpacked
pip bound from git "https://h/bound" tag v1 needs torch
pip crcmod from source
pip six
""" % ("0" * 64)


def everything(base: BasePython = BASE) -> Plan:
    """Return the plan of a program with every step that runs Python."""
    asked = environment(f"env train < {CLAUSE}; {EVERYTHING} >")
    made = around(base, packages=Packages({"six": ["1.17.0"], "setuptools": ["80.0"]}))
    sources = Sources({"crcmod": archive("crcmod", "1.7"), "bound": repository("bound", "1")})
    git = Repositories({name: commit(name) for name in ("v1",)})
    locked = choose(asked, PLATFORM, made._replace(sources=sources, git=git))
    return make_plan(asked, locked, EMPTY, places_of("train.env", "train"), {})


def test_every_step_is_run_by_the_bases_own_python() -> None:
    """A base may call it otherwise than `python`, and have no `pip` on its path."""
    made = everything()
    for text in (dockerfile(made), emit_vendored(made, hash_of(made))["Dockerfile.vendored"]):
        for step in instructions(text):
            for command in commands(step.text) if step.name == "RUN" else ():
                assert not {"python", "pip"} & {*command[:1]}, command


def test_every_stage_on_a_base_of_nobodys_processes_is_roots() -> None:
    """Files are compared, packages installed and programs compiled in stages that stand on the base themselves."""
    text = dockerfile(everything(BASE._replace(unprivileged=True)))
    found = [one for one in instructions(text) if one.name in {"FROM", "USER"}]
    stages = [one.name for one in found if not one.text.startswith("before-")]  # its user is the one before
    assert stages == [*["FROM", "USER"] * 6, "USER"]


def test_a_build_against_the_bases_packages_sees_them() -> None:
    made = everything()
    text = dockerfile(made)
    assert "-m venv --without-pip --system-site-packages /build/bound/tools" in text
    assert "-m venv --without-pip /build/crcmod/tools" in text
    assert 'import site; site.addsitedir("/opt/venv/lib/python3.12/site-packages")' in text


@pytest.mark.parametrize(("version", "known"), [("3.11.2", False), ("3.11.4", True), ("3.12.3", True)])
def test_an_old_python_unpacks_without_the_filters_that_it_does_not_know(version: str, known: bool) -> None:
    text = dockerfile(everything(BASE._replace(version=version)))
    assert ("filter=" in text) is known


NUMPY = Given("numpy", "1.26", ())
WITH_NUMPY = BASE._replace(packages=(FLASH, NUMPY, PIP, TORCH))
REPLACING = 'pip numpy six; override numpy 2.1 because "it is needed"'


def replacing(base: BasePython = WITH_NUMPY, items: str = REPLACING) -> Plan:
    asked = environment(f"env train < {CLAUSE}; {items} >")
    packages = Packages({"six": ["1.17.0"], "numpy": ["2.1.0", "2.1.1", "2.3"]})
    return make_plan(
        asked, choose(asked, PLATFORM, around(base, packages=packages)), EMPTY, places_of("train.env", "train"), {}
    )


def test_what_is_replaced_is_there_once() -> None:
    """In the version that Python finds; the Dockerfile says in place of what, and why."""
    made = replacing()
    assert "numpy" not in {one.name for one in made.provided}
    assert [(one.name, one.version) for group in made.packages for one in group.packages] == [
        *(("numpy", "2.1.1"), ("six", "1.17.0")),
    ]
    text = dockerfile(made)
    assert "# numpy==2.1.* in place of the base's 1.26 and of what other packages ask, because it is needed" in text
    assert "the environment sees the 3 other packages of the base, and none of them is installed again" in text
    assert "of numpy it has its own, which Python finds before the base's" in text
    assert "before-the-base.pth" not in text


def test_the_hash_changes_with_the_override_and_not_with_its_reason() -> None:
    one = hash_of(replacing())
    assert hash_of(replacing(items=REPLACING.replace("needed", "wished"))) == one
    assert hash_of(replacing(items=REPLACING.replace("2.1", "2.3"))) != one
    plain = replacing(items="pip numpy six")
    assert hash_of(plain) != one
    assert "replaced" not in plain.model_dump(mode="json")["base"]["python"]


def test_a_difference_names_what_is_replaced_on_both_sides() -> None:
    packages = Packages({"six": ["1.17.0"], "numpy": ["2.1.1"]})
    locks = [
        choose(environment(f"env train < {CLAUSE}; {items} >"), PLATFORM, around(WITH_NUMPY, packages=packages))
        for items in ("pip numpy six", REPLACING)
    ]
    assert [change.text for change in lock_changes(*locks) if "files" not in change.text] == [
        "+ numpy 2.1.1",
        "+ override numpy ==2.1.* because it is needed",
        "- numpy 1.26",
    ]


def test_what_replaces_is_found_before_a_pythonpath_of_the_base(tmp_path: Path) -> None:
    """In a real environment; what somebody puts before the base's folders stays before them."""
    folder, first, site = tmp_path / "base", tmp_path / "first", "/opt/venv/lib/python3.12/site-packages"
    text = dockerfile(replacing(WITH_NUMPY._replace(searched=(str(folder),))))
    step = next(one.text for one in instructions(text) if one.name == "RUN" and "before-the-base.pth" in one.text)
    echoed = next(one for one in commands(step) if one[0] == "echo")
    assert echoed[2:] == [">", f"{site}/before-the-base.pth"]
    made = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    own = made / "lib" / f"python{minor}" / "site-packages"
    (own / "before-the-base.pth").write_text(echoed[1].replace(site, str(own)) + "\n")
    for place, says in ((folder, "base"), (own, "own"), (first, "first")):
        place.mkdir(exist_ok=True)
        (place / "replaced.py").write_text(f"says = {says!r}\n")
    for paths, says in (([folder], "own"), ([first, folder], "first"), ([], "own")):
        found = subprocess.run(
            [made / "bin" / "python", "-c", "import replaced; print(replaced.says)"],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(map(str, paths))},
        )
        assert found.stdout == f"{says}\n"


def test_programs_of_what_is_replaced_are_its_own(tmp_path: Path) -> None:
    """Not the ones that the base's version had, by whatever spelling of its name."""
    for name, project in (("kept", "kept"), ("gone", "Py_Gone")):
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[console_scripts]\nrun-{name} = {name}:main\n")
    made = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)
    code = programs_of_base(["py-gone"])
    subprocess.run([made / "bin" / "python", "-c", code], check=True, env={"PYTHONPATH": str(tmp_path)})
    assert {"run-kept", "run-gone"} & {path.name for path in (made / "bin").iterdir()} == {"run-kept"}
