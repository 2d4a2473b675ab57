"""Trains a classifier on a folder with one folder of pictures for each class."""

from __future__ import annotations

import argparse
from pathlib import Path

import timm
import torch
from torch.nn.functional import cross_entropy
from torchvision.datasets import ImageFolder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    torch.manual_seed(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"  # ROCm's builds call AMD's GPUs cuda, too
    pictures = ImageFolder(options.data)
    model = timm.create_model("resnet50d", num_classes=len(pictures.classes)).to(device)
    configuration = timm.data.resolve_model_data_config(model)
    pictures.transform = timm.data.create_transform(**configuration, is_training=True)
    loader = torch.utils.data.DataLoader(pictures, batch_size=64, shuffle=True, num_workers=4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(options.epochs):
        for images, labels in loader:
            loss = cross_entropy(model(images.to(device)), labels.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.4f}", flush=True)
    torch.save(model.state_dict(), options.out / "vision.pt")


if __name__ == "__main__":
    main()
