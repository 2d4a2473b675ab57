"""Draw, find the edges, filter them with a random convolution, and print a checksum of what comes out.

All values are whole numbers small enough for float32 to hold exactly, so the order of the sums does not matter: the
checksum does not depend on the processor or the number of threads.
"""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

SEED = 7
SIDE = 256  # pixels
FILTERS = 8


def main() -> None:
    edges = cv2.Canny(draw(), 50, 150).astype(np.uint8)
    responses = convolve(edges)
    print(f"opencv {cv2.__version__}, torch {torch.__version__}")
    print(f"edge pixels {np.count_nonzero(edges)}")
    print(f"checksum {checksum(responses)}")


def draw() -> NDArray[np.uint8]:
    """Return a grey drawing, (SIDE, SIDE) bytes."""
    drawing = np.zeros((SIDE, SIDE), dtype=np.uint8)
    cv2.rectangle(drawing, (30, 40), (150, 130), color=160, thickness=cv2.FILLED)
    cv2.circle(drawing, (170, 165), 55, color=255, thickness=cv2.FILLED)
    cv2.line(drawing, (10, 240), (245, 15), color=90, thickness=3)
    return drawing


def convolve(edges: NDArray[np.uint8]) -> torch.Tensor:
    """Return the (FILTERS, SIDE, SIDE) responses of seeded 5x5 filters to an edge image."""
    generator = torch.Generator().manual_seed(SEED)
    weights = torch.randint(-3, 4, (FILTERS, 1, 5, 5), generator=generator).float()
    pixels = torch.from_numpy(edges).float()[None, None]
    return torch.nn.functional.conv2d(pixels, weights, padding=2)[0]


def checksum(responses: torch.Tensor) -> str:
    return hashlib.sha256(responses.numpy().astype("<i4").tobytes()).hexdigest()


if __name__ == "__main__":
    main()
