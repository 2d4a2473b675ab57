"""The lock: what was chosen, and the checks on it."""
