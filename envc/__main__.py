"""The entry point: `envc`, or `python -m envc`."""

from __future__ import annotations

import gc
import os
import sys


def main() -> int:
    """Run the command line and return its exit code."""
    gc.disable()  # collecting would only slow the start; `run` has it done again, seldom
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for plugins reads every package's metadata
    from envc.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
