"""Objects and folders in buckets, against a real object store that looks at signatures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from envc.lock.artifacts import measure
from envc.lock.source_tree import WantedPath
from envc.resolvers.artifacts.transfer.aws_settings import aws_settings
from envc.resolvers.artifacts.transfer.aws_signature import AwsCredentials, signed_headers
from envc.sources.tree import read_tree
from tests.unit.resolvers.file_server import FileServer, Given
from tests.unit.resolvers.measuring import measured, name_and_reason, refused
from tests.unit.resolvers.object_store import OWNER, PAGE_SIZE, ObjectStore, object_store

BODY = os.urandom(400_000)
RIGHT = sha256(BODY).hexdigest()
NAMES = ("a.csv", "deep/b c+d.csv", "deep/ü%41.csv", "deep/er/=&?.csv", "z.csv")


@pytest.fixture(scope="module")
def running() -> Iterator[ObjectStore]:
    with object_store() as store:
        yield store


@pytest.fixture
def store(running: ObjectStore) -> ObjectStore:
    running.reset()
    running.client("s3").create_bucket(Bucket="wines")
    return running


def put(store: ObjectStore, files: dict[str, bytes], **options: Any) -> None:
    client = store.client("s3")
    for key, body in files.items():
        client.put_object(Bucket="wines", Key=key, Body=body, **options)


def at(store: ObjectStore, environ: dict[str, str] | None = None) -> dict[str, str]:
    return {**(OWNER if environ is None else environ), "AWS_ENDPOINT_URL": store.address}


def test_an_object_is_measured(store: ObjectStore) -> None:
    """Its size, its SHA-256, and its ETag as what the store calls it."""
    put(store, {"red/wine.csv": BODY})
    found = measured("s3://wines/red/wine.csv", environ=at(store))
    assert found[:3] == (1, len(BODY), RIGHT)
    assert found.revision is not None
    assert measured("s3://wines/red/wine.csv", found._replace(sha256="0" * 64), at(store)).sha256 == "0" * 64


def test_a_folder_has_the_checksum_of_the_same_folder_on_a_disk(store: ObjectStore, tmp_path: Path) -> None:
    """Whatever its files are called, with `/` behind its name and without; what stands for a folder is no file."""
    put(store, {f"red/{name}": f"content of {name}".encode() for name in NAMES} | {"red/deep/": b"", "redder": b"no"})
    for name in NAMES:
        path = tmp_path / "red" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"content of {name}".encode())
    local = measure(read_tree(tmp_path, [WantedPath("red", filtered=False)]), "red")
    found = measured("s3://wines/red", environ=at(store))
    assert found[:3] == local[:3]
    assert measured("s3://wines/red/", environ=at(store)) == found


def test_a_folder_of_many_pages_is_listed_whole(store: ObjectStore) -> None:
    """Three pages, the last one not full; and a page that is exactly full has none behind it."""
    put(store, {f"many/{number:04}": b"x" for number in range(3 * PAGE_SIZE - 1)})
    assert measured("s3://wines/many", environ=at(store)).files == 3 * PAGE_SIZE - 1
    put(store, {f"full/{number:04}": b"x" for number in range(2 * PAGE_SIZE)})
    assert measured("s3://wines/full", environ=at(store)).files == 2 * PAGE_SIZE


def test_a_folder_that_is_listed_as_before_is_not_read(store: ObjectStore) -> None:
    """Names, sizes and ETags are enough; another object is read."""
    put(store, {"red/a": b"a", "red/b": b"b"})
    known = measured("s3://wines/red", environ=at(store))._replace(sha256="0" * 64)
    assert measured("s3://wines/red", known, at(store)) == known
    put(store, {"red/b": b"c"})
    assert measured("s3://wines/red", known, at(store)).sha256 != known.sha256


def test_a_stored_checksum_is_taken(store: ObjectStore) -> None:
    """An object that was stored with its SHA-256 has it in its head, and it is the one of its bytes."""
    put(store, {"wine.csv": BODY}, ChecksumAlgorithm="SHA256")
    assert measured("s3://wines/wine.csv", environ=at(store)).sha256 == RIGHT


def test_signatures_are_right_and_wrong_ones_are_refused(store: ObjectStore) -> None:
    """The store computes each signature itself, over addresses with all kinds of characters."""
    put(store, {f"red/{name}": name.encode() for name in NAMES})
    reader = store.guard()
    assert measured("s3://wines/red", environ=at(store, reader)).files == len(NAMES)
    wrong = {**reader, "AWS_SECRET_ACCESS_KEY": "s3cret"}
    diagnostic, exit_code = refused("s3://wines/red", at(store, wrong))
    assert (diagnostic.name, exit_code) == ("data-unauthorised", 3)
    reason = "the bucket `wines` refuses AWS's credentials of this machine (SignatureDoesNotMatch)"
    assert diagnostic.labels[0].text == reason
    assert "s3cret" not in repr(diagnostic)
    nobody = {**reader, "AWS_ACCESS_KEY_ID": "AKIANOBODY"}
    reason = "the bucket `wines` refuses AWS's credentials of this machine (InvalidAccessKeyId)"
    assert name_and_reason(refused("s3://wines/red", at(store, nobody))) == ("data-unauthorised", reason, 3)


def test_who_may_not_read_is_told_so(store: ObjectStore) -> None:
    """Known, and denied."""
    put(store, {"wine.csv": BODY})
    reader = store.guard(allowed=False)
    reason = "the bucket `wines` refuses AWS's credentials of this machine (AccessDenied)"
    assert name_and_reason(refused("s3://wines/wine.csv", at(store, reader))) == ("data-unauthorised", reason, 3)


def test_without_credentials_everybody_is_asked_for(store: ObjectStore) -> None:
    """A public object is read unsigned; where nobody is let in, the message says which variables to set."""
    put(store, {"wine.csv": BODY}, ACL="public-read")
    store.client("s3").put_bucket_acl(Bucket="wines", ACL="public-read")
    assert measured("s3://wines/wine.csv", environ=at(store, {})).sha256 == RIGHT
    with FileServer() as closed:
        refusal = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
        closed.files["/wines/wine.csv"] = Given(refusal, status=403)
        found = refused("s3://wines/wine.csv", {"AWS_ENDPOINT_URL": closed.address})
        reason = "the bucket `wines` is not shown to everybody (AccessDenied)"
        assert name_and_reason(found) == ("data-unauthorised", reason, 3)
        assert ["Authorization" in headers for _, headers in closed.seen] == [False]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("s3://no-such-bucket/wine.csv", "the bucket `no-such-bucket` answers NoSuchBucket"),
        ("s3://no-such-bucket", "the bucket `no-such-bucket` answers NoSuchBucket"),
        ("s3://wines/white", "the bucket `wines` has neither this key nor one below it"),
        ("s3://wines/", "the bucket `wines` has neither this key nor one below it"),
    ],
)
def test_what_is_not_there_is_told_so(store: ObjectStore, address: str, reason: str) -> None:
    """A bucket, a key, a folder."""
    assert name_and_reason(refused(address, at(store))) == ("data-not-found", reason, 1)


def test_a_name_that_leaves_the_folder_is_refused(store: ObjectStore) -> None:
    """In a bucket a key may hold `..`; in a container it would lie elsewhere."""
    put(store, {"red/a/../../etc": b"x"})
    reason = "`a/../../etc` names no place within a folder"
    assert name_and_reason(refused("s3://wines/red", at(store))) == ("unusable-path", reason, 1)


PAGE = b"""<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>
<Contents><Key>red/a.csv</Key><Size>%d</Size><ETag>"one"</ETag></Contents></ListBucketResult>"""
LIST = "/wines/?encoding-type=url&list-type=2&prefix=red%2F"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (PAGE % 3, ("data-of-another-size", "`a.csv` has 5 bytes, and was listed with 3", 3)),
        (b"<html>sign in</html>", ("data-answer-unusable", "it sends no list of objects", 3)),
        (b"{}", ("data-answer-unusable", "it sends no list of objects", 3)),
        (b"<!DOCTYPE x><ListBucketResult/>", ("data-answer-unusable", "it sends no list of objects", 3)),
        (
            b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            ("data-answer-unusable", "it sends a part of its list, and no way to the next part", 3),
        ),
    ],
)
def test_a_store_that_misbehaves_is_not_believed(page: bytes, expected: tuple[str, str, int]) -> None:
    """A list that is none or ends without an end, and objects of another size."""
    with FileServer() as server:
        server.files[LIST] = Given(page)
        server.files["/wines/red/a.csv"] = Given(b"12345")
        assert name_and_reason(refused("s3://wines/red/", {"AWS_ENDPOINT_URL": server.address})) == expected


def test_a_bucket_in_another_region_is_asked_there() -> None:
    """Once: the signature names the region that the store said."""
    with FileServer() as server:
        moved = Given(b"<Error><Code>PermanentRedirect</Code></Error>", 301, {"x-amz-bucket-region": "eu-west-3"})
        server.files["/wines/wine.csv"] = moved
        diagnostic, _ = refused("s3://wines/wine.csv", {**OWNER, "AWS_ENDPOINT_URL": server.address})
        regions = [headers["Authorization"].split("/")[2] for _, headers in server.seen]
    assert regions == ["us-east-1", "eu-west-3"]
    assert diagnostic.name == "data-answer-unusable"


def test_the_signature_is_the_one_of_amazons_own_example() -> None:
    """GET Object of "Examples: Signature Calculations in AWS Signature Version 4" in S3's reference."""
    who = AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    now = datetime(2013, 5, 24, tzinfo=timezone.utc)
    url = "https://examplebucket.s3.amazonaws.com/test.txt"
    signed = signed_headers(url, who, "us-east-1", now, {"Range": "bytes=0-9"})
    assert signed["Authorization"].endswith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    assert "wJalr" not in repr(who)


def test_settings_are_found_where_awss_tools_find_them(tmp_path: Path) -> None:
    """Variables before files, the chosen profile, an address of S3 alone, and a program that gives keys."""
    home = Path.home() / ".aws"
    home.mkdir()
    (home / "credentials").write_text(
        "[default]\naws_access_key_id = D\naws_secret_access_key = d\n[team]\naws_access_key_id=T\n"
        "aws_secret_access_key=t\naws_session_token=s\n"
    )
    keys = tmp_path / "keys"
    keys.write_text('#!/bin/sh\necho \'{"Version": 1, "AccessKeyId": "P", "SecretAccessKey": "p"}\'\n')
    keys.chmod(0o755)
    (home / "config").write_text(
        "[profile team]\nregion = eu-west-1\nservices = near\n[services near]\ns3 =\n  endpoint_url = http://near/\n"
        f"[profile program]\ncredential_process = {keys}\nendpoint_url = http://far\n"
    )
    assert aws_settings({}) == (AwsCredentials("D", "d"), "us-east-1", None)
    assert aws_settings({"AWS_PROFILE": "team"}) == (AwsCredentials("T", "t", "s"), "eu-west-1", "http://near")
    assert aws_settings({"AWS_PROFILE": "program"}) == (AwsCredentials("P", "p"), "us-east-1", "http://far")
    assert aws_settings({**OWNER, "AWS_PROFILE": "team", "AWS_ENDPOINT_URL": "http://own"}) == (
        AwsCredentials("owner", "owner"),
        "us-east-1",
        "http://own",
    )
    ignoring = {"AWS_PROFILE": "team", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    assert aws_settings(ignoring).endpoint is None
    expected = ("data-unauthorised", "AWS's configuration has no profile `other`", 3)
    assert name_and_reason(refused("s3://wines/wine.csv", {"AWS_PROFILE": "other"})) == expected
