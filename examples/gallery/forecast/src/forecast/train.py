"""Trains a network that gives tomorrow's demand as a distribution, from the last weeks of each item."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pandas as pd
import tensorflow as tf
import tensorflow_probability as tfp
import tf_keras as keras

WINDOW = 28
EPOCHS = {"test": 1, "staging": 5, "production": 60}


def windows(table: pd.DataFrame) -> tf.data.Dataset:
    """Return all stretches of a window and the day behind it, item by item, scaled by the item's mean."""
    pieces = []
    for _, item in table.sort_values("day").groupby("item"):
        demand = item["demand"].to_numpy("float32")
        scaled = demand / max(float(demand.mean()), 1.0)
        pieces.append(keras.utils.timeseries_dataset_from_array(scaled[:-1], scaled[WINDOW:], WINDOW, batch_size=None))
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = joined.concatenate(piece)
    return joined.shuffle(10_000, seed=1).batch(256)


def model() -> keras.Model:
    layers = [
        keras.layers.Dense(64, activation="relu", input_shape=(WINDOW,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(2),
        tfp.layers.DistributionLambda(
            lambda row: tfp.distributions.Normal(row[..., :1], 1e-3 + tf.math.softplus(row[..., 1:]))
        ),
    ]
    made = keras.Sequential(layers)
    made.compile(optimizer="adam", loss=lambda truth, guess: -guess.log_prob(truth))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    keras.utils.set_random_seed(1)
    trained = model()
    log = keras.callbacks.CSVLogger(str(options.out / "events"))
    trained.fit(windows(pd.read_parquet(options.data)), epochs=EPOCHS[os.environ["STAGE"]], callbacks=[log])
    trained.save_weights(str(options.out / "forecast.weights.h5"))


if __name__ == "__main__":
    main()
