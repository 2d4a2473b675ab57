"""What is made from the sources by a program and lies in the tree: `python -m tools.reference`."""
