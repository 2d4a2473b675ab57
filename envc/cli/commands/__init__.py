"""The commands. A module has `arguments(parser)` and `run(options)`, which returns the exit code; its docstring is its help."""
