"""Read the specification, run pip-compile, tell the answer."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any, NoReturn

from .digests import Digests
from .failures import explain, offers
from .graph import watch
from .pages import Pages, route
from .rules import Overruled, Rules, rule
from .target import aim
from .wheels import follow, hash_by_page, read_tails, record, refuse_addresses


def main() -> None:
    """Read the specification, run pip-compile, tell the answer."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what pip prints must not be mistaken for an answer

    def tell(value: dict[str, Any]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    specification: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    end_with_parent()
    os.environ.update(specification["settings"])
    pages = Pages(specification, tell)
    try:
        tell({"answer": compile_requirements(specification, pages)})
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever happened, envc is told)
        tell({"failure": explain(error, pages)})
    out.close()
    os._exit(0)  # the thread that waits for standard input would hold the process


def compile_requirements(specification: dict[str, Any], pages: Pages) -> dict[str, Any]:
    """Change pip and pip-tools, run pip-compile in the current folder, and return what it wrote and chose."""
    from importlib.metadata import version

    from piptools.scripts.compile import cli

    chosen: dict[str, Any] = {}
    aim(specification)
    route(pages)
    hash_by_page(Digests(specification["digests"]), pages, chosen)
    read_tails()
    refuse_addresses()
    overruled: Overruled = {}
    rule(Rules(specification["overrides"], specification["bare"]), overruled)
    watch(pages.graph)
    follow(pages)
    record(chosen, pages.sizes, overruled)
    cli.main(args=specification["arguments"], prog_name="pip-compile", standalone_mode=False)
    with open("requirements.txt", encoding="utf-8") as file:  # noqa: PTH123 (the one file of this process)
        text = file.read()
    return {
        "text": text,
        "packages": chosen,
        "versions": {name: version(name) for name in ("pip-tools", "pip")},
        "graph": pages.graph,
        "offers": offers(pages.links, specification["pinned"]),
    }


def end_with_parent() -> None:
    """End this process when standard input closes, which it does however envc ends."""

    def wait() -> NoReturn:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
