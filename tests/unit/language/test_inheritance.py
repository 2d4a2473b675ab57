"""`from` and `drop`: what a child has of its parent, and where it says it has it from."""

from __future__ import annotations

from envc.language.container_facets import ProcessLimit
from envc.language.environment import Environment
from envc.language.facets import (
    Accelerator,
    Artifact,
    CopiedPath,
    ExposedPort,
    Interpreter,
    PackageFile,
    PackageIndex,
    PythonPackage,
    SystemPackage,
)
from envc.language.outside_facets import ProvidedPackage
from envc.language.system_repositories import repositories_of
from tests.unit.language.reading import environment, meaning, mistakes, packages, settings

BASE = "env base < python 3.12; gpu cuda 12.6; ml torch 2.7 pinned; ml numpy 2.1; apt git; set A 1; set B 1 >\n"


def test_a_child_adds() -> None:
    """Lists are longer; all else is the parent's."""
    child = environment(f"{BASE}env child from base < ml < datasets; accelerate >; apt curl; set C 1 >", "child")
    assert list(packages(child)) == ["torch", "numpy", "datasets", "accelerate"]
    assert [one.name for one in child.every(SystemPackage)] == ["git", "curl"]
    assert settings(child) == {"A": "1", "B": "1", "C": "1"}
    assert child.one(Interpreter) is not None


def test_a_setting_that_is_said_again_replaces() -> None:
    """A word that an environment has once is replaced whole."""
    child = environment(f"{BASE}env child from base < gpu cuda 12.8 count 2; python 3.13 >", "child")
    assert [one.cuda for one in child.every(Accelerator)] == ["12.8"]
    assert [one.version for one in child.every(Interpreter)] == ["3.13"]


def test_the_same_name_replaces() -> None:
    """A package, whatever word names it, a variable, data, a file at the same place."""
    child = environment(f"{BASE}env child from base < pip Numpy 2.2; ml torch 2.8; set A 2; arg B x >", "child")
    assert packages(child) == {"numpy": "==2.2.*", "torch": "==2.8.*"}
    assert not any(one.pinned for one in child.every(PythonPackage))
    assert settings(child) == {"A": "2"}
    parent = 'env a < python 3.12; data v1 mounted; copy "x" at "/x" >'
    child = environment(f'{parent}\nenv b from a < data v2 copied from "d"; copy "y" at "/x" >', "b")
    assert [one.version for one in child.every(Artifact)] == ["v2"]
    assert [one.source for one in child.every(CopiedPath)] == ["y"]


def test_one_entry_of_a_list_is_replaced() -> None:
    """The others stay, each with its own place."""
    text = "env base < python 3.12; ml < torch 2.7; numpy 2.1; pandas >=2 > >\nenv child from base < ml numpy 2.2 >"
    child = environment(text, "child")
    assert packages(child) == {"torch": "==2.7.*", "pandas": ">=2", "numpy": "==2.2.*"}
    origins = {one.name: one.origin for one in child.every(PythonPackage)}
    places = {name: f"{origin.of('name').text} {origin.of('version').text}" for name, origin in origins.items()}
    assert places == {"torch": "torch 2.7", "pandas": "pandas >=2", "numpy": "numpy 2.2"}


def test_the_parent_may_stand_behind_the_child() -> None:
    """The order of environments has no meaning, and neither has it for what is replaced."""
    child = environment("env child from base < set A 2; secret a as X >\nenv base < python 3.12; set A 1 >", "child")
    assert settings(child) == {"A": "2"}


def test_a_grandchild_has_it_from_whoever_said_it() -> None:
    """Over three generations, each value with the parent that says it and its place in the text."""
    text = f"{BASE}env middle from base < set A 2 >\nenv child from middle < set C 3 >"
    child = environment(text, "child")
    assert settings(child) == {"B": "1", "A": "2", "C": "3"}
    said = {one.origin.clause: one.inherited for one in child.declared if one.origin.item.word == "set"}
    assert said == {"set B 1": "base", "set A 2": "middle", "set C 3": None}
    (cuda,) = child.every(Accelerator)
    assert str(cuda.origin.of("cuda")) == "train.env:1:34"


def test_parents_stay_as_they_are() -> None:
    """What a child replaces or drops, the parent has."""
    found = meaning(f"{BASE}env child from base < ml drop torch; set A 2 >").environments
    assert settings(found[0])["A"] == "1"
    assert "torch" in packages(found[0])


def test_drop_takes_away() -> None:
    """Packages by any spelling, system packages, variables, ports, files, data, and whole settings."""
    base = (
        "env base < python 3.12; gpu cuda 12.6; ml < Foo.bar 2; numpy >; apt git curl; set A 1; expose 80 81/udp; "
        'copy "./src/"; data v1 of wine mounted; data v1 of beer mounted; shm 1GiB; ignore "*.x" "*.y" >\n'
    )
    drops = 'ml drop foo_bar; apt drop git; set drop A; expose drop 80; copy drop "src"; data drop wine; shm drop'
    child = environment(f'{base}env child from base < {drops}; gpu drop; ignore drop "*.x" >', "child")
    assert packages(child) == {"numpy": ""}
    assert [one.name for one in child.every(SystemPackage)] == ["curl"]
    assert [one.port for one in child.every(ExposedPort)] == ["81/udp"]
    assert [one.name for one in child.every(Artifact)] == ["beer"]
    assert {type(one).__name__ for one in child.facets} == {
        "Interpreter",
        "PythonPackage",
        "SystemPackage",
        "ExposedPort",
        "Artifact",
        "IgnoredPath",
    }


def test_a_child_does_without_what_the_base_of_its_parent_must_bring() -> None:
    """`ml drop` names packages, whoever they come from; what nobody brings is named with what there is."""
    base = 'env base < base "team/ml:7" provides torch Apex_x numpy; ml numpy six >\n'
    child = environment(f"{base}env child from base < ml drop apex-x numpy >", "child")
    assert [(one.name, one.origin.of("name").text) for one in child.every(ProvidedPackage)] == [("torch", "torch")]
    assert packages(child) == {"six": ""}
    assert [one.name for one in environment(base, "base").every(ProvidedPackage)] == ["torch", "apex-x", "numpy"]
    assert mistakes(f"{base}env child from base < pip drop apec-x >") == ["nothing-to-drop"]


def test_drop_in_a_block_is_the_same() -> None:
    """As every list is."""
    child = environment(f"{BASE}env child from base < ml drop < torch; numpy > >", "child")
    assert packages(child) == {}


def test_what_is_dropped_may_be_said_anew() -> None:
    """Wherever the `drop` stands, it takes the parent's."""
    child = environment(f"{BASE}env child from base < ml torch 2.8; ml drop torch >", "child")
    assert packages(child) == {"numpy": "==2.1.*", "torch": "==2.8.*"}


def test_a_package_called_drop_is_a_string() -> None:
    """The word alone is the language's."""
    assert packages(environment('env a < python 3.12; pip "drop" >', "a")) == {"drop": ""}


def test_a_parents_mistake_is_said_once() -> None:
    """And not by every child again."""
    assert mistakes("env a < python 3 >\nenv b from a < >\nenv c from b < >") == ["unreadable-version"]
    assert mistakes("env a < python 3.12; set PATH x >\nenv b from a < >") == ["derived-setting"]


def test_a_childs_contradiction_with_its_parent_is_found() -> None:
    """As if it stood in one text."""
    assert mistakes("env a < python 3.12; secret x as A >\nenv b from a < set A 1 >") == ["repeated-name"]
    text = 'env a < python 3.12; data v1 mounted >\nenv b from a < weights v1 mounted at "/data" >'
    assert mistakes(text) == ["occupied-path"]


def test_a_long_line_of_parents_is_refused() -> None:
    """Thousands of environments that come from each other end in a message, too."""
    chain = "".join(f"env e{number} from e{number - 1} < >\n" for number in range(1, 3000))
    found = mistakes(f"env e0 < python 3.12 >\n{chain}")
    assert set(found) == {"expands-too-far"}


def test_drop_takes_exactly_what_is_named() -> None:
    """Variables differ by case and by `_`; names of packages do not."""
    text = (
        "env base < python 3.12; set FOO 1; set foo 2; pip Typing_Extensions >\n"
        "env train from base < set drop FOO; pip drop typing.extensions >\n"
    )
    train = environment(text, "train")
    assert settings(train) == {"foo": "2"}
    assert packages(train) == {}


REPOSITORY = 'apt repository corp "https://packages.example.org/deb" suite {} key "corp.asc" sha256 "{}" < {} >'


def sources(environment: Environment) -> dict[str, str | None]:
    return {one.name: one.repository and one.repository.suite for one in environment.every(SystemPackage)}


def test_packages_of_a_repository_are_dropped_one_by_one_or_by_its_name() -> None:
    """And a child or a platform that names it anew has it anew."""
    stable = REPOSITORY.format("stable", "0a" * 32, "a1; b1")
    base = f"env base < python 3.12; apt git; {stable} >\n"

    def child(items: str) -> Environment:
        return environment(f"{base}env child from base < {items} >", "child")

    assert sources(child("apt curl")) == {"git": None, "a1": "stable", "b1": "stable", "curl": None}
    assert sources(child("apt drop a1")) == {"git": None, "b1": "stable"}
    assert sources(child("apt drop corp")) == {"git": None}
    assert repositories_of(child("apt drop corp")) == ()
    assert sources(child(REPOSITORY.format("testing", "0a" * 32, "a1; b1"))) == {
        "git": None,
        "a1": "testing",
        "b1": "testing",
    }
    assert sources(child("apt a1")) == {"git": None, "b1": "stable", "a1": None}
    assert sources(child("on linux/arm64 < apt drop corp >").on("linux/arm64")) == {"git": None}
    twice = child(REPOSITORY.format("stable", "0a" * 32, "c1"))
    assert [one.name for one in repositories_of(twice)] == ["corp"]
    assert "repeated-name" in mistakes(f"{base}env child from base < {REPOSITORY.format('new', '0a' * 32, 'c1')} >")


def test_an_index_and_its_secret_are_inherited_and_dropped() -> None:
    index = 'index corp "https://packages.example.org/simple" secret token for ranker'
    base = f"env base < python 3.12; pip ranker; secret token as CORP build; {index} >\n"
    assert environment(f"{base}env child from base < index drop corp >", "child").every(PackageIndex) == []
    assert mistakes(f"{base}env child from base < secret drop token >") == ["unknown-secret"]
    child = environment(f"{base}env child from base < set CORP_FILE x; arg CORP y >", "child")
    assert [one.secret for one in child.every(PackageIndex)] == ["token"]  # its variable is not the container's


def test_a_cache_goes_with_the_variable_that_it_brings() -> None:
    """On every platform or on one; the variable alone is not the cache's name."""
    base = 'env base < python 3.12; cache torch mounted at "/c"; cache pip mounted at "/p" >\n'
    child = environment(f"{base}env child from base < cache drop torch >", "child")
    assert [one.name for one in child.every(Artifact)] == ["pip"]
    assert settings(child) == {"PIP_CACHE_DIR": "/p"}
    child = environment(f"{base}env child from base < on linux/arm64 < cache drop pip > >", "child")
    assert settings(child.on("linux/arm64")) == {"TORCH_HOME": "/c"}
    assert settings(child) == {"TORCH_HOME": "/c", "PIP_CACHE_DIR": "/p"}
    assert mistakes(f"{base}env a from base < cache drop TORCH_HOME >") == ["nothing-to-drop"]


def test_data_takes_the_place_of_a_cache_of_its_name() -> None:
    """The variable of the cache goes with it."""
    base = 'env base < python 3.12; cache torch mounted at "/c" >\n'
    child = environment(f"{base}env child from base < data v1 of torch mounted >", "child")
    assert [one.kind for one in child.every(Artifact)] == ["data"]
    assert settings(child) == {}


def test_a_limit_of_processes_goes_or_is_replaced_alone() -> None:
    """Name and value are a pair; the others of the item stay."""
    base = "env base < python 3.12; ulimit memlock unlimited stack 64MiB nofile 65536 >\n"
    child = environment(f"{base}env child from base < ulimit drop stack >", "child")
    assert [(one.name, one.soft) for one in child.every(ProcessLimit)] == [("memlock", None), ("nofile", 65536)]
    child = environment(f"{base}env child from base < ulimit stack 128MiB >", "child")
    limits = [(one.name, one.soft) for one in child.every(ProcessLimit)]
    assert limits == [("memlock", None), ("nofile", 65536), ("stack", 128 * 2**20)]


def test_a_package_of_a_list_goes_alone() -> None:
    """What stands beside the list of the project, and no group of that list."""
    text = 'env base < python 3.12; pip six from "pyproject.toml" group dev >\nenv child from base < pip drop six >'
    child = environment(text, "child")
    assert packages(child) == {}
    assert [one.groups for one in child.every(PackageFile)] == [("dev",)]


def test_a_package_is_dropped_with_the_extras_that_it_has() -> None:
    """With others, nothing is dropped in silence."""
    base = "env base < python 3.12; pip uvicorn[standard] six >\n"
    for name in ("uvicorn", "uvicorn[standard]", "Uvicorn[standard]"):
        child = environment(f'{base}env child from base < pip drop "{name}" >', "child")
        assert list(packages(child)) == ["six"]
    assert mistakes(f"{base}env a from base < pip drop six[extra] >") == ["nothing-to-drop"]
