"""The word `weights`: the files of a model."""

from __future__ import annotations

from envc.language.artifact_words import ArtifactWord


class Weights(ArtifactWord):
    """Declares a version of a model's files and how the container gets them; as `data`, see there.

    `copied` makes an image that serves on its own; `mounted` and `fetched` keep big models out of it.
    """

    kind = "weights"
    examples = (
        'weights v1 of wine from "model/wine.json" copied at "/app/model/wine.json"',
        "weights v7 of ranker mounted",
        'weights v2 of tiny from "hf://acme/tiny@main/onnx" fetched at "/models/tiny"',
    )
