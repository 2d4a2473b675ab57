"""Standardised logistic regression: chosen by cross-validation, scored on rows it never saw, written as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from wine.heartbeat import Beat

LABEL = "cultivar"
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths of regularisation to choose from."""


@dataclass(frozen=True)
class Trained:
    """A fitted pipeline and how it did."""

    pipeline: Pipeline
    scores: dict[str, object]


def train(table: pd.DataFrame, seed: int, beat: Beat) -> Trained:
    """Fit on four fifths of `table`, score on the rest; the same table and seed give the same model."""
    features, labels = table.drop(columns=LABEL), table[LABEL]
    train_x, test_x, train_y, test_y = train_test_split(
        features, labels, test_size=0.2, stratify=labels, random_state=seed
    )

    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    losses: dict[float, float] = {}
    for strength in STRENGTHS:
        scores = cross_val_score(classifier(strength), train_x, train_y, cv=folds, scoring="neg_log_loss")
        losses[strength] = -float(scores.mean())
        beat(f"cross-validated strength {strength}")

    best = min(losses, key=losses.__getitem__)
    pipeline = classifier(best).fit(train_x, train_y)
    beat(f"fitted strength {best}")

    predicted = pipeline.predict(test_x)
    return Trained(
        pipeline,
        {
            "accuracy": rounded(accuracy_score(test_y, predicted)),
            "confusion": confusion_matrix(test_y, predicted).tolist(),
            "log_loss": rounded(log_loss(test_y, pipeline.predict_proba(test_x))),
            "rows": {"test": len(test_y), "train": len(train_y)},
            "strength": best,
            "validation_log_loss": {str(strength): rounded(loss) for strength, loss in losses.items()},
        },
    )


def classifier(strength: float) -> Pipeline:
    # Fitted tightly, then rounded: last bits that differ between processors stay out of the files.
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, tol=1e-10, max_iter=1000))


def as_numbers(pipeline: Pipeline) -> dict[str, object]:
    """Return all that a prediction needs: no pickle, so no code runs when it is loaded."""
    scaler, regression = pipeline[0], pipeline[-1]
    return {
        "classes": regression.classes_.tolist(),
        "coefficients": [[rounded(value) for value in row] for row in regression.coef_],
        "features": scaler.feature_names_in_.tolist(),
        "intercepts": [rounded(value) for value in regression.intercept_],
        "mean": [rounded(value) for value in scaler.mean_],
        "scale": [rounded(value) for value in scaler.scale_],
    }


def rounded(value: float) -> float:
    return round(float(value), 6)
