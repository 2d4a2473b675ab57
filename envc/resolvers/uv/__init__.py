"""The second package resolver: `uv pip compile`, which sees only what envc shows it.

    Request + Settings
      | index           which index a name belongs to, its pages and metadata    effect
      |   session       how it is asked: over open connections, else as pip does effect
      |   page          a page of an index, read                                 pure
      |   selection     what of it the target takes                              pure
      |   kept_pages    or what was kept of the same page                        effect
      |   metadata      what a wheel asks for                                    effect, at the end pure
      | server          pages and metadata on loopback, for uv alone             effect
      | command         what uv is told                                          pure
      | process         uv, run                                                  effect
      | answer          its text, with hashes and sizes of the pages, checked    pure
      | causes          or why it found no answer, as `pip_tools.failure` reads  pure
    Resolution          or a Report

`resolver.py` is that diagram in code. uv reaches no index by itself: every name that it asks for is answered from the
one index that the name belongs to, so there is no second index to be confused with, no address or password that uv
could see, and no hash but those of the index page. It is shown one wheel a version, the one that pip would take on the
target, so what a target takes is decided in one place for both resolvers. Of uv's own cache only what it knows of the
interpreter stays: what it is shown is not to be stored.
"""

from envc.resolvers.uv.resolver import Uv

__all__ = ["Uv"]
