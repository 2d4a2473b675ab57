"""Libraries are imported late, which threads may do at the same time."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import envc

MODULES = sorted(Path(envc.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("library", ["requests"])
def test_a_library_is_imported_whole_before_its_parts(library: str) -> None:
    """Two threads of which one imports the library and the other a part of it wait for each other, for a part holds its
    own lock while it waits for the library, which imports it. Python ends that by giving one a library that is not
    whole: `cannot import name … from partially initialized module`.
    """
    parts = [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{library}."))
        or (isinstance(node, ast.Import) and any(one.name.startswith(f"{library}.") for one in node.names))
    ]
    assert not parts
