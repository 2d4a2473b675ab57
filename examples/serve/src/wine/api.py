"""The web API: `GET /healthz` and `POST /predict`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel, Field, FiniteFloat

from wine import faults
from wine.access import allowed
from wine.model import load

ENVIRONMENTS = ("test", "staging", "production")
MODEL = load(Path(__file__).parents[2] / "model" / "wine.json")


class Question(BaseModel):
    """Wines to classify, each a mapping from feature to value."""

    samples: Annotated[list[dict[str, FiniteFloat]], Field(min_length=1, max_length=1000)]


class Answer(BaseModel):
    """For each wine the likeliest cultivar, and how likely each is."""

    cultivars: list[int]
    probabilities: list[list[float]]


def make_app(environment: str) -> FastAPI:
    """Build the application; only "test" gets the endpoints that break it."""
    if environment not in ENVIRONMENTS:
        raise ValueError(f"MODEL_ENV is {environment!r}, not one of {', '.join(ENVIRONMENTS)}")
    application = FastAPI(title="Wine classifier")
    application.state.healthy = True
    application.get("/healthz")(healthz)
    application.post("/predict", dependencies=[Depends(allowed)])(predict)
    if environment == "test":
        application.include_router(faults.router)
    return application


async def healthz(request: Request) -> dict[str, str]:
    """Say whether the server can answer."""
    if not request.app.state.healthy:
        raise HTTPException(503, "broken on purpose")
    return {"status": "ok"}


def predict(question: Question) -> Answer:
    """Classify wines."""
    try:
        rows = MODEL.rows(question.samples)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    probabilities = MODEL.probabilities(rows)
    return Answer(
        cultivars=[MODEL.classes[best] for best in probabilities.argmax(axis=1)],
        probabilities=probabilities.round(6).tolist(),
    )


app = make_app(os.environ.get("MODEL_ENV", "production"))
