"""Reads wheels that come from no index: fetched by their address and checked, or as they lie in the project."""

from envc.resolvers.wheels.reader import Wheels

__all__ = ["Wheels"]
