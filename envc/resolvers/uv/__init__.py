"""The second package resolver: `uv pip compile`, which sees only what envc shows it.

    Request + Settings
      | package_indexes what each name has on its one index                    effect
      | server          pages and metadata on loopback, for uv alone             effect
      | command         what uv is told                                          pure
      | process         uv, run                                                  effect
      | answer          its text, with hashes and sizes of the pages, checked    pure
      | causes          or why it found no answer, as `pip_tools.failure` reads  pure
    Resolution          or a Report

`resolver.py` is that diagram in code. uv reaches no index by itself: it is shown what `package_indexes` has of each
name, so there is no address or password that uv could see, and no hash but those of the index page. Of uv's own cache
only what it knows of the interpreter stays: what it is shown is not to be stored.
"""

from envc.resolvers.uv.resolver import Uv

__all__ = ["Uv"]
