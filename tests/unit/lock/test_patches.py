"""Patches: read with the program, part of what a lock was made for, and refused where nothing is to be patched."""

from __future__ import annotations

from hashlib import sha256

import pytest

from envc.diagnostics import Report, Source, Span
from envc.language.environment import Environment
from envc.language.package_rules import Patch
from envc.lock.freshness import is_fresh
from envc.lock.patches import PatchFile, with_patches
from envc.lock.unified_diff import changed_files
from tests.unit.lock.world import PLATFORM, Packages, choose, environment, world

HUNK = "@@ -1 +1 @@\n-one\n+two\n"


def changed(text: str) -> tuple[str, ...]:
    return changed_files(Source("x.patch", text))


def refused(text: str) -> tuple[str, str]:
    """Return the diagnostic's name and what its label says."""
    with pytest.raises(Report) as report:
        changed(text)
    (diagnostic,) = report.value.diagnostics
    return diagnostic.name, diagnostic.labels[0].text


def test_files_are_named_as_they_lie_in_site_packages() -> None:
    """With git's letters or without, with times behind the names, made and removed ones too."""
    git = f"diff --git a/p/x.py b/p/x.py\nindex 83db48f..bf269f4 100644\n--- a/p/x.py\n+++ b/p/x.py\n{HUNK}"
    plain = f"Only a text.\n--- p/y.py\t2026-01-01 00:00:00\n+++ p/y.py\t2026-01-02\n{HUNK}"
    made = "--- /dev/null\n+++ b/p/new.py\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n"
    gone = "--- a/p/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n"
    assert changed(git) == ("p/x.py",)
    assert changed(git + plain + made + gone) == ("p/new.py", "p/old.py", "p/x.py", "p/y.py")
    assert changed(f"--- b/x.py\n+++ b/x.py\n{HUNK}") == ("b/x.py",)
    assert changed("--- p/x.py\n+++ p/x.py\n@@ -1,2 +1,2 @@\n\n-one\n+two") == ("p/x.py",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it changes no file"),
        (HUNK, "no `---` and `+++`"),
        ("--- a/x\n+++ b/x\n", "no `@@`"),
        ("--- a/x\n+++ b/y\n" + HUNK, "two names"),
        ("--- /dev/null\n+++ /dev/null\n" + HUNK, "two names"),
        ('--- "a/x"\n+++ "b/x"\n' + HUNK, "in quotes"),
        ("--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-one\r\n+two\r\n", "carriage returns"),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-one\n+two\n", "fewer lines"),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n one\n one\n-x\n", "other lines"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-one\n+two\n+three\n", "more lines"),
        (f"--- a/x\n+++ b/x\n@@ -9 +9 @@\n-one\n+two\n{HUNK}", "before the change above"),
        (f"--- a/x\n+++ b/x\n{HUNK}--- a/x\n+++ b/x\n{HUNK}", "changed twice"),
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "only lines"),
        ("diff --git a/x b/x\nGIT binary patch\nliteral 0\n", "only lines"),
        ("diff --git a/x b/x\nnew file mode 100644\nindex 0..e69de29\n", "changes no line"),
        (f"diff --git a/x b/x\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n{HUNK}", "changes no line"),
    ],
)
def test_what_could_not_be_applied_exactly_is_refused(text: str, why: str) -> None:
    name, label = refused(text)
    assert (name, why in label) == ("unreadable-patch", True), label


@pytest.mark.parametrize("name", ["../x.py", "/etc/passwd", "p/../../x", "p//x", "./x", "p\\x", "p-1.dist-info/RECORD"])
def test_what_lies_in_no_package_is_refused(name: str) -> None:
    assert refused(f"--- {name}\n+++ {name}\n{HUNK}")[0] == "patch-leaves-package"
    assert refused(f"--- a/{name}\n+++ b/{name}\n{HUNK}")[0] == "patch-leaves-package"


def patched(text: str, diff: str = f"--- a/numpy/x.py\n+++ b/numpy/x.py\n{HUNK}") -> Environment:
    def read(path: str, _: Span) -> PatchFile:
        return PatchFile(Source(path, diff), sha256(diff.encode()).hexdigest())

    return with_patches(environment(text), read)


def test_a_lock_holds_the_patches_and_is_stale_when_one_changes() -> None:
    text = 'env train < python 3.12; pip numpy pandas; patch pandas "b.patch"; patch numpy "z.patch"; patch numpy "a" >'
    packages = Packages({"numpy": ["2.2.1"], "pandas": ["3.0.1"]})
    locked = choose(patched(text), PLATFORM, world(packages)).lock
    assert [(one.package, one.path) for one in locked.patches] == [
        ("numpy", "z.patch"),
        ("numpy", "a"),
        ("pandas", "b.patch"),
    ]
    assert {one.sha256 for one in locked.patches} == {one.sha256 for one in patched(text).every(Patch)}
    assert is_fresh(patched(text), locked)
    assert not is_fresh(patched(text, f"--- a/numpy/y.py\n+++ b/numpy/y.py\n{HUNK}"), locked)


def test_a_changed_patch_asks_no_index() -> None:
    """Versions stay as they are, without a resolver."""
    text = 'env train < python 3.12; pip numpy; patch numpy "a.patch" >'
    packages = Packages({"numpy": ["2.2.1"]})
    old = choose(patched(text), PLATFORM, world(packages))
    new = choose(patched(text, f"--- a/numpy/y.py\n+++ b/numpy/y.py\n{HUNK}"), PLATFORM, world(packages), old)
    assert len(packages.requests) == 1
    assert new.lock.patches != old.lock.patches
    assert new.pins == old.pins


def test_a_package_that_nobody_asks_for_cannot_be_patched() -> None:
    text = 'env train < python 3.12; pip numpy; patch numpi "a.patch" >'
    with pytest.raises(Report) as report:
        choose(patched(text), PLATFORM, world(Packages({"numpy": ["2.2.1"]})))
    (diagnostic,) = report.value.diagnostics
    assert diagnostic.name == "patch-without-package"
    assert diagnostic.notes == ("a package with a similar name is `numpy`",)
