"""envc compiles a few lines that declare a machine-learning environment into an image that is the same for years."""

__version__ = "0.1.0"
