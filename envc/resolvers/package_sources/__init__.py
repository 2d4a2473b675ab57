"""Reads packages that are built: source archives of indexes, and repositories.

`archives.py` finds and fetches an archive, `unpacked.py` lays it out, `said.py` reads what a source says of itself
without running anything, `asked.py` asks its build system where it says nothing, `finder.py` is the way in.
"""

from envc.resolvers.package_sources.finder import Sources

__all__ = ["Sources"]
