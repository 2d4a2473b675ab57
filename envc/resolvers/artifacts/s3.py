"""Data at `s3://bucket/key`: an object, or all objects below a prefix, on Amazon's S3 or what speaks its protocol.

Endpoint, region and credentials are those of AWS's own tools. An object that was stored with its SHA-256 is not read.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from hashlib import sha256
from typing import TYPE_CHECKING

from envc.lock.artifacts import MeasuredArtifact
from envc.resolvers.artifacts.transfer.aws_settings import AwsSettings, aws_settings
from envc.resolvers.artifacts.transfer.aws_signature import encoded, signed_headers
from envc.resolvers.artifacts.transfer.body import length_of, strong_mark
from envc.resolvers.artifacts.transfer.failures import AbsentError, AnswerError, DeniedError
from envc.resolvers.artifacts.transfer.folder import measure_folder
from envc.resolvers.artifacts.transfer.progress import Passing
from envc.resolvers.artifacts.transfer.reading import Reading, RemoteFile
from envc.resolvers.artifacts.transfer.s3_answers import Page, read_error, read_page
from envc.resolvers.artifacts.transfer.web import Web

if TYPE_CHECKING:
    import requests

SCHEMES = ("s3",)

#: S3 says the SHA-256 of an object that was stored with it, when it is asked to.
_WITH_CHECKSUM = {"x-amz-checksum-mode": "ENABLED"}
_SIGNED = ("range", "x-amz-checksum-mode")
_MISSING = frozenset(("NoSuchBucket", "NoSuchKey", "NotFound", "NoSuchVersion"))


def measure(address: str, known: MeasuredArtifact | None, reading: Reading) -> MeasuredArtifact:
    """Measure the object of that key, or else the folder of that name; a key that ends in `/`, or none, is a folder."""
    name, _, key = address.partition("://")[2].partition("/")
    settings = aws_settings(reading.environ)
    web = Web(reading.limits, reading.stop)
    try:
        try:
            return _measure(Bucket(name, settings, web), key, known, reading)
        except _OtherRegionError as other:
            return _measure(Bucket(name, settings._replace(region=other.region), web), key, known, reading)
    finally:
        web.close()


def _measure(bucket: Bucket, key: str, known: MeasuredArtifact | None, reading: Reading) -> MeasuredArtifact:
    if key and not key.endswith("/"):
        found = bucket.measure_object(key, known, reading)
        if found:
            return found
        key += "/"
    files = list(bucket.files(key))
    if not files:
        raise AbsentError(f"the bucket `{bucket.name}` has neither this key nor one below it")
    return _folder(bucket, key, files, known, reading)


def _folder(
    bucket: Bucket, prefix: str, files: list[RemoteFile], known: MeasuredArtifact | None, reading: Reading
) -> MeasuredArtifact:
    listing = "".join(f"{file.mark}  {file.size}  {file.path}\n" for file in files)
    revision = sha256(listing.encode("utf-8", "surrogatepass")).hexdigest()
    if known and known.revision == revision:
        return known
    passed = Passing(reading.say, sum(file.size for file in files), f"{len(files)} files, ")

    def measure_file(file: RemoteFile) -> tuple[int, str]:
        return bucket.measure_file(f"{prefix}{file.path}", passed)

    return measure_folder(files, measure_file, reading, revision)


class Bucket:
    """A bucket, and how it is asked."""

    def __init__(self, name: str, settings: AwsSettings, web: Web) -> None:
        self.name, self._settings, self._web = name, settings, web

    def measure_object(self, key: str, known: MeasuredArtifact | None, reading: Reading) -> MeasuredArtifact | None:
        """Measure an object; None when there is none of that key."""

        def judge(status: int, headers: Mapping[str, str], said: bytes) -> str | None:
            if status == 404 and read_error(said).code in {"NoSuchKey", "NotFound"}:
                raise _NoObjectError
            checksum = self._judge(status, headers, said)
            same = known and known.revision and known.revision == strong_mark(headers)
            return known.sha256 if known and same and known.size == length_of(headers) else checksum

        passed = Passing(reading.say, known.size if known else None)
        try:
            found = self._web.measure(self._url(key), judge, self._authorise, headers=_WITH_CHECKSUM, passed=passed)
        except _NoObjectError:
            return None
        return MeasuredArtifact(1, found.size, found.sha256, strong_mark(found.headers))

    def measure_file(self, key: str, passed: Passing) -> tuple[int, str]:
        """Return size and SHA-256 of an object of a listing."""
        url = self._url(key)
        found = self._web.measure(url, self._judge, self._authorise, headers=_WITH_CHECKSUM, passed=passed)
        return found.size, found.sha256

    def files(self, prefix: str) -> Iterator[RemoteFile]:
        """Yield the objects below a prefix, page by page, without those that only stand for folders."""
        token: str | None = None
        while True:
            page = self._page(prefix, token)
            for one in page.objects:
                if not (one.path.endswith("/") and one.size == 0):
                    yield one._replace(path=one.path.removeprefix(prefix))
            token = page.next
            if token is None:
                return

    def _page(self, prefix: str, token: str | None) -> Page:
        fields = {"encoding-type": "url", "list-type": "2", "prefix": prefix}
        if token is not None:
            fields["continuation-token"] = token
        query = "&".join(f"{name}={encoded(value)}" for name, value in sorted(fields.items()))
        answer = self._web.document(f"{self._url('')}?{query}", self._authorise)
        self._judge(answer.status, answer.headers, answer.body)
        return read_page(answer.body)

    def _url(self, key: str) -> str:
        """Return an address: the bucket in the path at an endpoint of one's own, in the host at Amazon's."""
        region, endpoint = self._settings.region, self._settings.endpoint
        path = encoded(key, safe="/")
        if endpoint is None and "." not in self.name:  # a certificate for *.s3… covers no further dot
            return f"https://{self.name}.s3.{region}.amazonaws.com/{path}"
        return f"{endpoint or f'https://s3.{region}.amazonaws.com'}/{self.name}/{path}"

    def _authorise(self, prepared: requests.PreparedRequest) -> None:
        if self._settings.credentials:
            signed = {name: value for name, value in prepared.headers.items() if name.lower() in _SIGNED}
            now = datetime.now(timezone.utc)
            url, region = prepared.url or "", self._settings.region
            prepared.headers.update(signed_headers(url, self._settings.credentials, region, now, signed))

    def _judge(self, status: int, headers: Mapping[str, str], said: bytes) -> str | None:
        if status in {200, 206}:
            return _stored_checksum(headers)
        error = read_error(said)
        if status == 404 or error.code in _MISSING:
            raise AbsentError(f"the bucket `{self.name}` answers {error.code or status}")
        region = headers.get("x-amz-bucket-region") or error.region or ""
        if status in {301, 307, 400} and region != self._settings.region and re.fullmatch("[a-z0-9-]{1,40}", region):
            raise _OtherRegionError(region)
        if status in {400, 401, 403}:
            raise self._denied(error.code or str(status))
        raise AnswerError(f"the bucket `{self.name}` answers {error.code or status}")

    def _denied(self, code: str) -> DeniedError:
        if self._settings.credentials:
            reason = f"the bucket `{self.name}` refuses AWS's credentials of this machine ({code})"
            return DeniedError(reason, "`AWS_PROFILE` chooses others; temporary ones end after some hours")
        reason = f"the bucket `{self.name}` is not shown to everybody ({code})"
        return DeniedError(reason, "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `AWS_PROFILE`")


class _OtherRegionError(AnswerError):
    """The bucket is in another region than the one that was asked."""

    def __init__(self, region: str) -> None:
        self.region = region
        super().__init__(f"one region sends to the other, at last to {region}")


class _NoObjectError(Exception):
    """There is no object of that key; it may be a folder's."""


def _stored_checksum(headers: Mapping[str, str]) -> str | None:
    """Return the SHA-256 of the whole object, where it was stored with one; one of parts has a `-` and their number."""
    if headers.get("x-amz-checksum-type", "FULL_OBJECT") != "FULL_OBJECT":
        return None
    try:
        digest = b64decode(headers.get("x-amz-checksum-sha256", ""), validate=True)
    except (Base64Error, ValueError):
        return None
    return digest.hex() if len(digest) == 32 else None
