"""A small network over one sequence: what of helix, strand and coil each residue is."""

from __future__ import annotations

import flax.linen as nn
import jax

LETTERS = "ACDEFGHIKLMNPQRSTVWYX"
STATES = "HEC"


def encoded(sequence: str) -> jax.Array:
    """Return the residues as numbers; a letter that is none of the twenty is X."""
    places = [LETTERS.find(letter) for letter in sequence.upper()]
    return jax.numpy.array([place if place >= 0 else len(LETTERS) - 1 for place in places])


class Model(nn.Module):
    """Embeds, mixes along the chain, and scores the three states."""

    width: int = 128
    depth: int = 6

    @nn.compact
    def __call__(self, residues: jax.Array) -> jax.Array:
        """Return the scores of each residue."""
        mixed = nn.Embed(len(LETTERS), self.width)(residues)[None]
        for _ in range(self.depth):
            update = nn.Conv(self.width, kernel_size=(9,), padding="SAME")(nn.LayerNorm()(mixed))
            mixed = mixed + nn.gelu(update)
        return nn.Dense(len(STATES))(mixed)[0]
