"""Names that install nothing lead to the package that is meant, and only to well-known ones."""

from __future__ import annotations

import pytest

from envc.knowledge.library import Library
from envc.knowledge.package_names import Installs, OftenUsed, names_meant
from envc.language.packages import normalised

LIBRARY = Library()


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("sklearn", "scikit-learn"),
        ("cv2", "opencv-python-headless"),
        ("PIL", "pillow"),
        ("pil", "pillow"),
        ("yaml", "pyyaml"),
        ("bs4", "beautifulsoup4"),
        ("skimage", "scikit-image"),
        ("faiss", "faiss-cpu"),
        ("pytorch", "torch"),
        ("numpi", "numpy"),
        ("tranformers", "transformers"),
        ("matplotlb", "matplotlib"),
    ],
)
def test_a_name_leads_to_the_package_that_is_meant(name: str, package: str) -> None:
    assert names_meant(name, LIBRARY)[0] == package


@pytest.mark.parametrize("name", ["numpy", "our-own-package", "x", ""])
def test_a_right_or_a_strange_name_leads_to_nothing(name: str) -> None:
    assert names_meant(name, LIBRARY) == ()


def test_a_name_that_there_is_is_not_taken_for_a_misspelling() -> None:
    assert names_meant("tensorflow", LIBRARY, misspelt=False) == ()
    assert names_meant("sklearn", LIBRARY, misspelt=False) == ("scikit-learn",)


def test_every_package_is_named_as_an_index_names_it_and_once() -> None:
    page = LIBRARY.page("packages.env")
    often = [name for one in page.all(OftenUsed) for name in one.names]
    meant = [one.package for one in page.all(Installs)]
    assert [name for name in (*often, *meant) if name != normalised(name)] == []
    assert len(often) == len(set(often))
    names = [one.name.lower() for one in page.all(Installs)]
    assert len(names) == len(set(names))
    assert {one.name for one in page.all(Installs)} & set(often) == set()
