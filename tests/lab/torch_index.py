"""Make a static package index of the PyTorch builds for one CUDA version, of metadata alone.

usage: python torch_index.py FACTS INDEX FOLDER      e.g. tests/data/torch-wheels.json cu118 /some/folder
then:  python -m http.server --bind 127.0.0.1 --directory FOLDER PORT     index: http://127.0.0.1:PORT/simple/

No wheel is in it: file names, sha256 and core metadata are enough to resolve and to lock with the real hashes.
"""

from __future__ import annotations

import hashlib
import html
import json
import sys
from pathlib import Path
from typing import Any


def metadata(row: dict[str, Any]) -> str:
    """Return the core metadata of one wheel."""
    lines = ["Metadata-Version: 2.1", f"Name: {row['project']}", f"Version: {row['version']}"]
    if row["requires_python"]:
        lines.append(f"Requires-Python: {row['requires_python']}")
    lines += [f"Requires-Dist: {requirement}" for requirement in row["requires_dist"]]
    return "\n".join(lines) + "\n"


def main(facts: str, index: str, folder: str) -> None:
    """Write the pages of all projects that the facts have for an index, and say how many files each has."""
    rows = [row for row in json.loads(Path(facts).read_text(encoding="utf-8"))["rows"] if row["index"] == index]
    for project in sorted({row["project"] for row in rows}):
        place = Path(folder, "simple", project)
        place.mkdir(parents=True, exist_ok=True)
        anchors = []
        for row in sorted((row for row in rows if row["project"] == project), key=lambda row: str(row["file"])):
            text = metadata(row)
            (place / f"{row['file']}.metadata").write_text(text, encoding="utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            python = html.escape(row["requires_python"] or "")
            anchors.append(
                f'<a href="{row["file"].replace("+", "%2B")}#sha256={row["sha256"]}" data-requires-python="{python}"'
                f' data-core-metadata="sha256={digest}" data-dist-info-metadata="sha256={digest}">{row["file"]}</a><br>'
            )
        page = "<!DOCTYPE html><html><body>\n" + "\n".join(anchors) + "\n</body></html>\n"
        (place / "index.html").write_text(page, encoding="utf-8")
        print(project, len(anchors))


if __name__ == "__main__":
    main(*sys.argv[1:])
