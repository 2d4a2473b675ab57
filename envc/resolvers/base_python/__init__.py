"""Which Python a base image brings and which packages lie in it, read from its layers without an engine.

`reader.py` is the way in and the only file that touches the world: it streams each layer once and keeps of it what
`excerpt.py` chooses, by digest. `interpreter.py`, `folders.py`, `metadata.py` and `system.py` read the answer off that.
"""

from envc.resolvers.base_python.reader import LayerReader

__all__ = ["LayerReader"]
