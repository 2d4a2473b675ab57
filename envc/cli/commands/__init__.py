"""The commands. Each module has `arguments(parser)` and `run(options) -> exit code`; its docstring is its help."""
