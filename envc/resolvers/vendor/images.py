"""Images of a lock as an OCI layout (OCI image specification 1.1): each by the digest in the lock, for one platform."""

from __future__ import annotations

import json
from collections.abc import Iterable

from envc.lock.model import LockedImage
from envc.lock.resolution import Progress
from envc.resolvers.registry import Registry
from envc.resolvers.registry.manifest import digest_of
from envc.resolvers.vendor.store import Store

FOLDER = "images"
_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def fetch_images(
    images: Iterable[LockedImage], platform: str, store: Store, registry: Registry, progress: Progress
) -> None:
    """Fetch images with the layers of one platform. Raises a `Report` as `Registry.find` does."""
    tops = {}
    for image in images:
        progress(f"{image.repository}:{image.tag}")
        documents, layers = registry.parts_of(image.repository, image.digest, platform)
        for document in documents:
            _keep(store, _blob(digest_of(document)), document)
        for digest, size in layers:
            if not store.has(_blob(digest), digest.removeprefix("sha256:")):
                with store.writing(_blob(digest)) as file:
                    registry.receive(image.repository, digest, size, file)
        tops[image.digest] = documents[0]
    if tops:
        _keep(store, f"{FOLDER}/oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode())
        _keep(store, f"{FOLDER}/index.json", index_text(tops.values()).encode())


def index_text(documents: Iterable[bytes]) -> str:
    """Return the text of a layout's `index.json`, which names these documents. Pure."""
    manifests = [
        {"mediaType": _kind(document), "digest": digest_of(document), "size": len(document)} for document in documents
    ]
    return json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": manifests}, indent=1) + "\n"


def _kind(document: bytes) -> str:
    """Return a document's media type: OCI's may leave it out (image-spec, `mediaType` SHOULD)."""
    content = json.loads(document)
    return str(content.get("mediaType") or (_INDEX if "manifests" in content else _MANIFEST))


def _blob(digest: str) -> str:
    return f"{FOLDER}/blobs/sha256/{digest.removeprefix('sha256:')}"


def _keep(store: Store, name: str, content: bytes) -> None:
    with store.writing(name) as file:
        file.write(content)
