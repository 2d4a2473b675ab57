"""A real object store on loopback, moto's server in a process of its own, for the tests of `s3.py`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import requests

#: What the store's owner asks with; it never looks at a signature before `ObjectStore.guard` is called.
OWNER = {"AWS_ACCESS_KEY_ID": "owner", "AWS_SECRET_ACCESS_KEY": "owner", "AWS_REGION": "us-east-1"}

#: Objects on a page of a listing.
PAGE_SIZE = 3


class ObjectStore:
    """A running store."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def client(self, service: str) -> Any:
        import boto3  # type: ignore[import-untyped]

        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id="owner",
            aws_secret_access_key="owner",
        )

    def guard(self, allowed: bool = True) -> dict[str, str]:
        """From now on look at every signature. Returns the variables of a user who may read everything, or nothing."""
        import json

        identity = self.client("iam")
        identity.create_user(UserName="reader")
        key = identity.create_access_key(UserName="reader")["AccessKey"]
        effect = "Allow" if allowed else "Deny"
        statement = [{"Effect": effect, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}]
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        identity.put_user_policy(UserName="reader", PolicyName="reads", PolicyDocument=document)
        self.count_down(0)
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def count_down(self, free: int) -> None:
        """Look at signatures after so many requests."""
        requests.post(f"{self.address}/moto-api/reset-auth", data=str(free), timeout=10).raise_for_status()

    def reset(self) -> None:
        """Forget everything."""
        requests.post(f"{self.address}/moto-api/reset", timeout=10).raise_for_status()
        self.count_down(10**9)


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Start a store, and end it."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environ = {**os.environ, "MOTO_S3_DEFAULT_MAX_KEYS": str(PAGE_SIZE)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            store = ObjectStore(port)
            deadline = time.monotonic() + 60
            while True:
                try:
                    store.reset()
                    break
                except requests.ConnectionError:
                    assert process.poll() is None, "the store has ended"
                    assert time.monotonic() < deadline, "the store does not start"
                    time.sleep(0.1)
            yield store
        finally:
            process.terminate()
