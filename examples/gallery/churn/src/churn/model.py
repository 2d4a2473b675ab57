"""The model: a logistic regression over four numbers of an account."""

from __future__ import annotations

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["months", "tickets", "logins", "late_payments"]


def trained(accounts: pd.DataFrame) -> Pipeline:
    """Train on the accounts of which is known whether they left."""
    known = accounts.dropna(subset=["left"])
    return make_pipeline(StandardScaler(), LogisticRegression(random_state=1)).fit(known[FEATURES], known["left"])


def scores(model: Pipeline, accounts: pd.DataFrame) -> pd.DataFrame:
    """Return for each account that is still there how likely it is to leave, the likeliest first."""
    open_ones = accounts[accounts["left"].isna()]
    chances = model.predict_proba(open_ones[FEATURES])[:, 1]
    table = pd.DataFrame({"account": open_ones["account"], "chance": chances.round(6)})
    return table.sort_values(["chance", "account"], ascending=[False, True])
