"""The only reader of the folders that envc ships: `grammar/`, `stdlib/` and the explanations.

In a wheel they lie inside the package; in a checkout `grammar/` and `stdlib/` lie beside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder `grammar` or `stdlib`."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def read_grammar() -> str:
    """Return the text of the grammar."""
    return (folder("grammar") / "envc.lark").read_text(encoding="utf-8")


def read_library(path: str) -> str:
    """Return the text of a file of the library, `ml/torch.env`. Raises FileNotFoundError."""
    return (folder("stdlib") / path).read_text(encoding="utf-8")


def library_paths(folder_name: str) -> list[str]:
    """Return the paths of all files of a folder of the library, relative to that folder, sorted: `serve/http.env`."""
    place = folder("stdlib") / folder_name
    return sorted(file.relative_to(place).as_posix() for file in place.rglob("*.env"))


def explanation(name: str) -> str | None:
    """Return the page that explains a diagnostic or a topic, in Markdown, or None."""
    pages = _PACKAGE / "diagnostics" / "explain"
    for page in (pages / f"{name}.md", pages / "topics" / f"{name}.md"):
        if page.is_file():
            return page.read_text(encoding="utf-8")
    return None


def explained() -> list[str]:
    """Return the names of all pages."""
    return sorted(page.stem for page in (_PACKAGE / "diagnostics" / "explain").rglob("*.md"))
