"""A forecast of demand with its uncertainty."""
