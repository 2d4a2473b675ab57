"""The files that are made only where a program asks for them by `target`."""

from __future__ import annotations

MANIFESTS = ("compose.yaml", "kubernetes.yaml", "slurm.sbatch")
#: Stands at the beginning of every manifest, so that one that is no longer asked for is known and removed.
MADE_BY = "made by envc from the program"
