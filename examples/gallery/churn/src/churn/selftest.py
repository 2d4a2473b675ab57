"""Trains and scores accounts that are made up, and fails where the model has learnt nothing."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from churn.model import FEATURES, scores, trained


def main() -> None:
    chance = np.random.default_rng(1)
    accounts = pd.DataFrame(chance.normal(size=(400, len(FEATURES))), columns=FEATURES)
    accounts["account"] = [f"a{number:03}" for number in range(400)]
    accounts["left"] = (accounts["tickets"] - accounts["logins"] > 0).astype(float)
    accounts.loc[300:, "left"] = float("nan")
    table = scores(trained(accounts), accounts)
    first = accounts.set_index("account").loc[table["account"].iloc[:10]]
    assert (first["tickets"] > first["logins"]).all(), "the likeliest to leave are others"
    table.to_parquet(io.BytesIO())


if __name__ == "__main__":
    main()
