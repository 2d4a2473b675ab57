"""What the machines of platforms are called."""

from __future__ import annotations

#: Docker's name of a platform, and the machine's name in wheels' tags.
MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}
