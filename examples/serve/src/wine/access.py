"""Who may ask: everyone, or whoever knows the token when one is given."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

SECRET = Path("/run/secrets/api-token")


def token() -> bytes | None:
    """Return the token from the secret's file or API_TOKEN; an empty one is an error, never an open door."""
    given = SECRET.read_bytes() if SECRET.exists() else os.environb.get(b"API_TOKEN")
    if given is not None and not given.strip():
        raise ValueError("api-token is empty")
    return given and given.strip()


TOKEN = token()


def allowed(asked: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]) -> None:
    """Refuse a request without the token."""
    if TOKEN is None:
        return
    if asked is None or not secrets.compare_digest(asked.credentials.encode(), TOKEN):
        raise HTTPException(401, "wrong or missing token", headers={"WWW-Authenticate": "Bearer"})
