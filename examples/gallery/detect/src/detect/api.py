"""Objects in pictures: `POST /detect` with a file, `GET /healthz`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import mmcv
import torch
from fastapi import FastAPI, HTTPException, UploadFile
from mmdet.apis import inference_detector, init_detector

WEIGHTS = Path("/weights")

app = FastAPI()


@lru_cache
def detector() -> Any:
    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    return init_detector(str(WEIGHTS / "rtmdet-m.py"), str(WEIGHTS / "rtmdet-m.pth"), device=device)


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    detector()
    return {"ready": True}


@app.post("/detect")
def detect(picture: UploadFile, score: Annotated[float, "the least score that counts"] = 0.5) -> list[dict[str, Any]]:
    image = mmcv.imfrombytes(picture.file.read())
    if image is None:
        raise HTTPException(415, "not a picture")
    found = inference_detector(detector(), image).pred_instances
    names = detector().dataset_meta["classes"]
    return [
        {"name": names[int(label)], "score": float(how), "box": box.tolist()}
        for label, how, box in zip(found.labels, found.scores, found.bboxes, strict=True)
        if how >= score
    ]
