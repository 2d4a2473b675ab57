"""The package resolver: pip-compile, run for the target in an environment of its own.

    Request + Settings
      | specification   what the child is told                                   pure
      | environment     the virtual environment it runs in, made once            effect
      | child           `inside` runs pip-compile there                          effect
      |   replies       what it asks of indexes, from `package_indexes`          effect
      | answer          its text and facts, checked                              pure
      | failure         or what went wrong, named                                pure
    Resolution          or a Report

`resolver.py` is that diagram in code.
"""

from envc.resolvers.pip_tools.resolver import PipTools
from envc.resolvers.settings import Settings, settings_of_this_machine

__all__ = ["PipTools", "Settings", "settings_of_this_machine"]
