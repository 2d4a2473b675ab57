"""What cannot be true at once, one file a subject. Each check is a function from a `Library` to diagnostics."""
