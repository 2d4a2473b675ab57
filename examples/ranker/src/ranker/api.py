"""The web API: `GET /healthz` and `POST /rank`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field, FiniteFloat

from ranker.model import as_rows, load

MODEL = load(Path(os.environ.get("RANKER", "/app/model/ranker.json")))
app = FastAPI(title="Ranker")


class Question(BaseModel):
    """Documents to put into order, each a mapping from feature to value."""

    documents: Annotated[list[dict[str, FiniteFloat]], Field(min_length=1, max_length=1000)]


class Answer(BaseModel):
    """The documents' numbers, best first, and their scores in that order."""

    order: list[int]
    scores: list[float]


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the model is there."""
    return {"status": "ok"}


@app.post("/rank")
def rank(question: Question) -> Answer:
    """Put documents into order."""
    try:
        rows = as_rows(question.documents)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    scores, order = MODEL(rows)[:, 0].sort(descending=True, stable=True)
    return Answer(order=order.tolist(), scores=[round(score, 6) for score in scores.tolist()])
