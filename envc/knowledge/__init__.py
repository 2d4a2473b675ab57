"""What envc knows about the world, read from `stdlib/`: one item a fact, with its source and its place in the text."""

from envc.knowledge.library import Library

__all__ = ["Library"]
