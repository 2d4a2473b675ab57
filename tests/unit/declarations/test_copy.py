"""The word `copy`: which places of the image its files may lie at."""

from __future__ import annotations

import pytest

from envc.diagnostics import Report
from tests.unit.language.reading import environment


def helps(item: str, base: str = "") -> list[tuple[str, ...]]:
    """Return the helps of what is said of the places of items: nothing where they are fine."""
    try:
        environment(f"env a < {base or 'python 3.12'}; {item} >", "a")
    except Report as report:
        return [one.helps for one in report.diagnostics if one.name == "reserved-path"]
    return []


@pytest.mark.parametrize(
    "item",
    [
        'copy "wait-for-it.sh" at "/bin/wait-for-it.sh"',
        'copy "/uv" from image "example.org/uv:0.9" at "/bin/uv"',
        'copy "/sbin/tini" from image "example.org/tini:0.19"',
        'copy "x.service" at "/lib/systemd/system/x.service"',
        'copy "nginx.conf" at "/etc/nginx/nginx.conf"',
    ],
)
@pytest.mark.parametrize("base", ["", 'base "gcr.io/distroless/static-debian12:nonroot"', 'base "alpine:3.20"'])
def test_a_file_below_a_folder_of_the_system_is_the_programs_own(item: str, base: str) -> None:
    assert helps(item, base) == []


@pytest.mark.parametrize(
    "path", ["/bin", "/lib", "/sbin", "/lib64", "/bin/sh", "/sbin/sh", "/usr/bin/env", "/dev/x", "/etc", "/etc/group"]
)
def test_folders_of_the_system_and_programs_of_steps_keep_their_place(path: str) -> None:
    assert helps(f'copy "a" at "{path}"')


def test_on_an_image_of_nothing_folders_are_free() -> None:
    assert helps('copy "etc" at "/etc"; copy "b" at "/bin"', 'base "scratch"') == []
    assert helps('copy "users" at "/etc/passwd"', 'base "scratch"')


def test_a_whole_image_is_laid_folder_by_folder() -> None:
    assert helps('copy "rootfs" at "/"') == [("a `copy` for each folder in it",)]
