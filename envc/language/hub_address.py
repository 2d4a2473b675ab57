"""Addresses on the Hugging Face Hub, `hf://owner/name@revision/path`, as its own libraries write them."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import unquote

SCHEME = "hf"
_KINDS: dict[str, Literal["models", "datasets", "spaces"]] = {"datasets": "datasets", "spaces": "spaces"}
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_ADDRESS = re.compile(
    rf"hf://(?:(?P<kind>datasets|spaces)/)?(?P<repository>{_NAME}/{_NAME})"
    r"(?:@(?P<revision>refs/(?:pr|convert)/[^/@\s?#]+|[^/@\s?#]+))?(?:/(?P<path>[^\s?#]*))?"
)


class HubAddress(NamedTuple):
    """A repository of the Hub at a revision, or a file or folder within it."""

    kind: Literal["models", "datasets", "spaces"]
    repository: str  # `owner/name`
    revision: str  # a branch, a tag, a commit, `refs/pr/1`
    path: str  # empty for all of it

    def at(self, commit: str) -> str:
        """Return the address at one commit, which is never moved."""
        kind = "" if self.kind == "models" else f"{self.kind}/"
        path = f"/{self.path}" if self.path else ""
        return f"{SCHEME}://{kind}{self.repository}@{commit}{path}"

    @property
    def files_prefix(self) -> str:
        """What stands before `/resolve/…` in the addresses of its files."""
        return self.repository if self.kind == "models" else f"{self.kind}/{self.repository}"


def read_hub_address(text: str) -> HubAddress | None:
    """Read an address, or return None for what is none. Without a revision it is `main`, as the Hub has it."""
    match = _ADDRESS.fullmatch(text)
    if not match:
        return None
    path = (match["path"] or "").strip("/")
    if any(part in {"", ".", ".."} for part in path.split("/")) and path:
        return None
    kind = _KINDS.get(match["kind"] or "", "models")
    return HubAddress(kind, match["repository"], unquote(match["revision"] or "main"), path)
