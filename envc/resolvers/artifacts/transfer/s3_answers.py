"""S3's answers in XML: pages of a listing, and refusals."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_plus
from xml.etree import ElementTree as ET

from envc.resolvers.artifacts.transfer.failures import AnswerError
from envc.resolvers.artifacts.transfer.reading import RemoteFile


class Page(NamedTuple):
    """A part of a listing, and what asks for the next one."""

    objects: tuple[RemoteFile, ...]
    next: str | None


class S3Error(NamedTuple):
    """What S3 calls its refusal, `NoSuchKey`, and the region that it wants to be asked in."""

    code: str | None
    region: str | None


def read_page(body: bytes) -> Page:
    """Read a page of `ListObjectsV2` whose keys are encoded. Raises AnswerError for what is none."""
    root = _parse(body)
    if root is None or _tag(root) != "ListBucketResult":
        raise AnswerError("it sends no list of objects")
    objects = tuple(_object(one) for one in root if _tag(one) == "Contents")
    token = _text(root, "NextContinuationToken")
    if _text(root, "IsTruncated") == "true" and not token:
        raise AnswerError("it sends a part of its list, and no way to the next part")
    return Page(objects, token)


def read_error(body: bytes) -> S3Error:
    """Read a refusal; what is none has no code."""
    root = _parse(body)
    if root is None or _tag(root) != "Error":
        return S3Error(None, None)
    code = _text(root, "Code") or ""
    return S3Error(code if re.fullmatch(r"[A-Za-z0-9.]{1,80}", code) else None, _text(root, "Region"))


def _object(one: ET.Element) -> RemoteFile:
    key, size = _text(one, "Key"), _text(one, "Size") or ""
    if key is None or not re.fullmatch(r"[0-9]{1,18}", size):
        raise AnswerError("it sends a list with an object that has no key or no size")
    return RemoteFile(unquote_plus(key), int(size), (_text(one, "ETag") or "").strip('"'))


def _parse(body: bytes) -> ET.Element | None:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:  # S3 sends neither; entities could grow without end
        return None
    try:
        return ET.fromstring(body)  # noqa: S314  # without entities there is nothing to be feared
    except ET.ParseError:
        return None


def _tag(one: ET.Element) -> str:
    return one.tag.rpartition("}")[2]


def _text(parent: ET.Element, name: str) -> str | None:
    return next((one.text for one in parent if _tag(one) == name), None)
