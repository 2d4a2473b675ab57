"""Data at `hf://owner/name@revision/path`: a repository of the Hugging Face Hub, or a file or folder of it.

The lock holds the commit that the revision is today. What lies in the Hub's big-file storage is listed with its
SHA-256 and is not read; small files are. `HF_ENDPOINT` names a mirror; the token is that of `HF_TOKEN` or of a login.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin

from envc.language.hub_address import HubAddress, read_hub_address
from envc.lock.artifacts import MeasuredArtifact
from envc.resolvers.artifacts.transfer.failures import AbsentError, AnswerError, DeniedError, SizeError
from envc.resolvers.artifacts.transfer.folder import measure_folder
from envc.resolvers.artifacts.transfer.progress import Passing
from envc.resolvers.artifacts.transfer.reading import Reading, RemoteFile
from envc.resolvers.artifacts.transfer.web import Document, Web, origin_of

if TYPE_CHECKING:
    import requests

SCHEMES = ("hf",)

_ENDPOINT = "https://huggingface.co"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Pages of a list hold 1,000 files; no repository has so many pages.
_MOST_PAGES = 10_000


def measure(address: str, known: MeasuredArtifact | None, reading: Reading) -> MeasuredArtifact:
    """Measure a file, a folder or all of a repository at the commit of the revision; a known commit is not read."""
    wanted = read_hub_address(address)
    assert wanted is not None  # noqa: S101  # the word that holds it has read it
    web = Web(reading.limits, reading.stop)
    try:
        hub = Hub(wanted, reading.environ, web)
        commit = hub.commit()
        if known and known.revision == commit:
            return known
        files = list(hub.files(commit))
        passed = Passing(reading.say, sum(one.size for one in files if one.sha256 is None), f"{len(files)} files, ")

        def measure_file(file: RemoteFile) -> tuple[int, str]:
            return (file.size, file.sha256) if file.sha256 else hub.measure_file(commit, file, passed)

        single = next((one for one in files if one.path == wanted.path), None)
        if single:
            size, sha256 = measure_file(single)
            return MeasuredArtifact(1, size, sha256, commit)
        below = [one for one in files if one.path.startswith(f"{wanted.path}/")] if wanted.path else files
        if not below:
            raise AbsentError(f"`{wanted.repository}` has no `{wanted.path}` at `{wanted.revision}`")
        prefix = f"{wanted.path}/" if wanted.path else ""
        local = {one.path.removeprefix(prefix): one for one in below}
        relative = [one._replace(path=path) for path, one in sorted(local.items())]
        return measure_folder(relative, lambda file: measure_file(local[file.path]), reading, commit)
    finally:
        web.close()


def token_of(environ: Mapping[str, str]) -> str | None:
    """Return the token that the Hub's own libraries would use: `HF_TOKEN`, or the file that a login writes."""
    given = environ.get("HF_TOKEN") or environ.get("HUGGING_FACE_HUB_TOKEN")
    if given:
        return given.strip() or None
    home = environ.get("HF_HOME")
    file = environ.get("HF_TOKEN_PATH")
    cache = environ.get("XDG_CACHE_HOME")
    folder = Path(home) if home else (Path(cache) if cache else Path.home() / ".cache") / "huggingface"
    try:
        return (Path(file) if file else folder / "token").expanduser().read_text("utf-8").strip() or None
    except (OSError, ValueError):
        return None


class Hub:
    """One repository of the Hub."""

    def __init__(self, wanted: HubAddress, environ: Mapping[str, str], web: Web) -> None:
        self._wanted, self._web, self._token = wanted, web, token_of(environ)
        self._endpoint = (environ.get("HF_ENDPOINT") or _ENDPOINT).rstrip("/")
        self._api = f"{self._endpoint}/api/{wanted.kind}/{wanted.repository}"

    def commit(self) -> str:
        """Return the commit that the revision is today."""
        found = self._ask(f"{self._api}/revision/{quote(self._wanted.revision, safe='')}")
        commit = _json(found).get("sha") if isinstance(_json(found), dict) else None
        if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise AnswerError("the Hub names no commit")
        return commit

    def files(self, commit: str) -> Iterator[RemoteFile]:
        """Yield every file of the repository at a commit, page by page."""
        url = f"{self._api}/tree/{commit}?recursive=true"
        for _ in range(_MOST_PAGES):
            answer = self._ask(url)
            entries = _json(answer)
            if not isinstance(entries, list):
                raise AnswerError("the Hub sends no list of files")
            yield from (_file(entry) for entry in entries if not _is_folder(entry))
            following = _next(answer.headers.get("Link", ""))
            if following is None:
                return
            url = urljoin(url, following)
            if origin_of(url) != origin_of(self._endpoint):
                raise AnswerError("the Hub's list goes on at another host")
        raise AnswerError("the Hub's list has no end")

    def measure_file(self, commit: str, file: RemoteFile, passed: Passing) -> tuple[int, str]:
        """Return size and SHA-256 of a file, read to its end."""

        def judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:  # noqa: ARG001
            self._refuse(status, headers)
            return None

        url = f"{self._endpoint}/{self._wanted.files_prefix}/resolve/{commit}/{quote(file.path)}"
        found = self._web.measure(url, judge, self._authorise, passed=passed)
        if found.size != file.size:
            raise SizeError(f"`{file.path}` has {found.size} bytes, and was listed with {file.size}")
        return found.size, found.sha256

    def _ask(self, url: str) -> Document:
        answer = self._web.document(url, self._authorise)
        self._refuse(answer.status, answer.headers)
        return answer

    def _authorise(self, prepared: requests.PreparedRequest) -> None:
        if self._token:
            prepared.headers["Authorization"] = f"Bearer {self._token}"

    def _refuse(self, status: int, headers: Mapping[str, str]) -> None:
        """Raise what an answer means that is no file. The Hub says 401 of a repository that is not there, too."""
        repository, code = self._wanted.repository, headers.get("X-Error-Code", "")
        if status in {200, 206}:
            return
        if code == "RevisionNotFound":
            raise AbsentError(f"`{repository}` has no revision `{self._wanted.revision}`")
        if status in {404, 410}:
            raise AbsentError(f"the Hub shows no `{repository}`")
        if code == "GatedRepo" or (status == 403 and self._token):
            helps = (f"accept its terms on the page of `{repository}`", "set `HF_TOKEN` to a token of who did")
            raise DeniedError(f"`{repository}` is only for those who have accepted its terms ({status})", *helps)
        if status in {401, 403}:
            if self._token:
                help_ = "`HF_TOKEN`, or the token of the last login, is no longer good"
                raise DeniedError(f"the Hub refuses the token of this machine ({status})", help_)
            reason = f"the Hub does not show `{repository}` to everybody ({status})"
            raise DeniedError(reason, "look at its spelling", "set `HF_TOKEN`, when it is private")
        raise AnswerError(f"the Hub answers {status}")


def _json(answer: Document) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        raise AnswerError("the Hub sends no JSON") from None


def _is_folder(entry: object) -> bool:
    return isinstance(entry, dict) and entry.get("type") == "directory"


def _file(entry: object) -> RemoteFile:
    """Read an entry of a tree: a file of Git's own, or of big-file storage, whose name is its SHA-256."""
    if not isinstance(entry, dict) or not isinstance(entry.get("path"), str) or not isinstance(entry.get("size"), int):
        raise AnswerError("the Hub lists a file without name or size")
    stored = entry.get("lfs")
    if not isinstance(stored, dict):
        return RemoteFile(entry["path"], entry["size"], str(entry.get("oid", "")))
    sha256, size = stored.get("oid"), stored.get("size")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256) or not isinstance(size, int):
        raise AnswerError("the Hub lists a big file without its SHA-256")
    return RemoteFile(entry["path"], size, sha256, sha256)


def _next(link: str) -> str | None:
    match = re.search(r'<([^>]+)>\s*;[^,]*rel="?next"?', link)
    return match[1] if match else None
