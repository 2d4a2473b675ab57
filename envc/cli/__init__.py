"""The command line: one file a command in `commands/`, which is walked. stdout is data, stderr is talk."""
