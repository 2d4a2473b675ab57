"""Who says what: `POST /transcribe` with a sound file, `GET /healthz`."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from fastapi import FastAPI, UploadFile
from faster_whisper import WhisperModel
from pyannote.audio import Pipeline

MODELS = Path("/models")

app = FastAPI()


@lru_cache
def recogniser() -> WhisperModel:
    return WhisperModel(str(MODELS / "whisper"), device="cuda", compute_type="float16")


@lru_cache
def diarisation() -> Any:
    return Pipeline.from_pretrained(MODELS / "diarisation").to(torch.device("cuda"))


def speaker_at(turns: Any, moment: float) -> str | None:
    """Return who speaks at a moment."""
    return next((who for turn, _, who in turns.itertracks(yield_label=True) if turn.start <= moment < turn.end), None)


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    recogniser()
    return {"ready": True}


@app.post("/transcribe")
def transcribe(sound: UploadFile) -> list[dict[str, Any]]:
    with tempfile.NamedTemporaryFile(suffix=Path(sound.filename or "a.wav").suffix) as file:
        file.write(sound.file.read())
        file.flush()
        segments, _ = recogniser().transcribe(file.name, vad_filter=True)
        turns = diarisation()(file.name).speaker_diarization
        return [
            {
                "from": one.start,
                "to": one.end,
                "speaker": speaker_at(turns, (one.start + one.end) / 2),
                "text": one.text,
            }
            for one in segments
        ]
