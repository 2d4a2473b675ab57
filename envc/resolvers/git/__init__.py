"""Asks git repositories by driving the machine's `git`.

`command.py` runs it alike on every machine, `failures.py` sorts what it says, `store.py` keeps commits, `checkout.py`
lays one out as files, `resolver.py` is the way in.
"""

from envc.resolvers.git.resolver import Git

__all__ = ["Git"]
