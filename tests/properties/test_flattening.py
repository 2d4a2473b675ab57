"""How an environment comes about has no meaning: parents, parameters, modules and `on` are the items that they say.

Law 2 for the words of structure: the hash is the one of the same items in one block.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envc.compile import compile_environment, understand
from envc.diagnostics import Source
from envc.language.environment import Environment
from envc.plan.places import places_of
from tests.properties.compiling import ADDRESSES, locked_files, sources_of
from tests.properties.test_hashes import ITEMS

#: Each lies over those before it.
ORDER = ["grandparent", "parent", "module", "own", "platform"]
#: Each says again what the other says, so that the later one holds.
REPLACED = [
    ("set A 1", "set A 2"),
    ("set A 1", "arg A 1"),
    ("arg M test of test live", "arg M live of test live"),
    ('labels team "a"', 'labels team "b"'),
    ('workdir "/a"', 'workdir "/b"'),
    ("user a uid 1001", "user b uid 1002"),
    ('copy "src" at "/a"', 'copy "other" at "/a"'),
    ('run "a"', 'run "b" "c"'),
    ('run "a" arguments "b" stop SIGINT', 'run "c" arguments ""'),
    ('health file "/a"', 'health command "test -s /a"'),
    ("limit memory 1GiB cpu 2", "limit cpu 1"),
    ("shm 1GiB", "shm 2GiB"),
    ("gpu cuda 12.6 count 1", "gpu cuda 12.4"),
    ("secret a as X", "secret a"),
    ("data v1 of x mounted", 'data v2 of x from "in" mounted'),
    ("weights v1 mounted", 'weights v2 from "w" copied'),
    ("ml torch 2.7 pinned", "ml torch"),
    ("pip numpy 2.1", "ml numpy"),
]


def environment(text: str) -> Environment:
    """Return the last environment of a program, as it is on arm64."""
    return understand(Source("train.env", text)).environments[-1].on("linux/arm64")


def hash_of(text: str) -> str:
    found = environment(text)
    locked = locked_files(found)
    lock = locked.lock.model_copy(update={"platform": "linux/arm64"})
    places = places_of("train.env", "train")
    sources = sources_of(found, places)
    return compile_environment(found, locked._replace(lock=lock), sources, places, ADDRESSES, {}).hashes.reproducibility


def written(items: list[tuple[str, str]]) -> str:
    """Return a program that says items, each in its place."""
    at = {place: [item for item, where in items if where == place] for place in ORDER}
    return (
        f"module own < {'; '.join(at['module'])} >\n"
        f"env a < python 3.12; {'; '.join(at['grandparent'])} >\n"
        f"env b from a < {'; '.join(at['parent'])} >\n"
        f"env train from b < own; {'; '.join(at['own'])}; on linux/arm64 < {'; '.join(at['platform'])} > >\n"
    )


ANYWHERE = environment("env train < python 3.12 >").origin
EVERYTHING = hash_of(f"env train < python 3.12; {'; '.join(ITEMS)} >")


@given(st.lists(st.sampled_from(ORDER), min_size=len(ITEMS), max_size=len(ITEMS)))
def test_where_an_item_stands_has_no_meaning(places: list[str]) -> None:
    """In a parent, in its parent, in a module, for the platform: the same environment."""
    assert hash_of(written(list(zip(ITEMS, places, strict=True)))) == EVERYTHING


@given(st.sampled_from(REPLACED), st.lists(st.sampled_from(ORDER), min_size=2, max_size=2, unique=True))
def test_what_is_said_later_replaces_what_was_said_before(pair: tuple[str, str], places: list[str]) -> None:
    """Over every two places of which one lies over the other; nothing is left of what was said before."""
    low, high = sorted(places, key=ORDER.index)
    found = environment(written([(pair[0], low), (pair[1], high)]))
    assert content(found) == content(environment(f"env train < python 3.12; {pair[1]} >"))


def content(one: Environment) -> list[str]:
    """Return what an environment is to have, without where it was said."""
    return sorted(f"{type(facet).__name__} {facet._replace(origin=ANYWHERE)}" for facet in one.facets)


@given(st.sampled_from(["1", '"a b"', "1.5GiB", '"$HOME"', '"x; y"']), st.sampled_from(["takes", "from", "module"]))
def test_a_parameter_is_its_value(value: str, way: str) -> None:
    """However it is given."""
    texts = {
        "takes": f"env train takes x {value} < python 3.12; set A $x >",
        "from": f"env a takes x 0 < python 3.12; set A $x >\nenv train from a x {value} < >",
        "module": f"module own needs x < set A $x >\nenv train < python 3.12; own x {value} >",
    }
    assert hash_of(texts[way]) == hash_of(f"env train < python 3.12; set A {value} >")
