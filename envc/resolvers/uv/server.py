"""The index that uv is shown: the pages and the metadata of `Indexes`, and nothing else.

There are two questions, `/WORD/simple/NAME/` and `/WORD/files/NAME/VERSION/WHEEL.metadata`. A wheel is shown as one for
every Python and platform, since `selection` has judged that already; uv never asks for the wheel itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from typing import Any
from urllib.parse import quote

from envc.resolvers.loopback import NOT_THERE, Answer, Loopback
from envc.resolvers.package_indexes.index import Indexes
from envc.resolvers.package_indexes.offered import Offered
from envc.resolvers.package_indexes.page import JSON


class Server(Loopback):
    """The server of one run of uv."""

    def __init__(self, indexes: Indexes, failed: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(failed)
        self.indexes = indexes

    def answer(self, parts: list[str]) -> Answer:
        """Return a page, or the metadata of a wheel."""
        if parts[:1] == ["simple"] and len(parts) == 3:
            offered = self.indexes.offer(parts[1])
            if offered.is_there:
                return Answer(200, JSON, page_for(parts[1], offered, self.indexes.lifted))
        elif parts[:1] == ["files"] and len(parts) == 4 and parts[3].endswith(".whl.metadata"):
            try:
                return Answer(200, "text/plain", self.indexes.shown_metadata(parts[1], parts[2]))
            except LookupError:
                pass
        return NOT_THERE


def page_for(name: str, offered: Offered, lifted: Container[tuple[str, str]] = ()) -> bytes:
    """Return the page of a name as uv is to see it."""
    own = name.replace("-", "_")
    files = []
    for version, file in offered.choice.items():
        filename = f"{own}-{version.replace('-', '_')}-py3-none-any.whl"
        url = f"../../files/{name}/{quote(version)}/{quote(filename)}"
        yanked = "false" if file.yanked is None or (name, version) in lifted else json.dumps(file.yanked or True)
        files.append(f'{{"filename":"{filename}","url":"{url}","hashes":{{}},"yanked":{yanked},"core-metadata":true}}')
    return f'{{"meta":{{"api-version":"1.1"}},"name":"{name}","files":[{",".join(files)}]}}'.encode()
