"""The word `data`: a data set."""

from __future__ import annotations

from envc.language.artifact_words import ArtifactWord


class Data(ArtifactWord):
    """Declares a version of a data set and how the container gets it.

    `mounted` is for what is big: the image holds none of its bytes. A path of the project is mounted from there;
    without `from` it is a volume that you fill, or the folder given when the container is started. `copied` lays it
    into the image, `fetched` has it downloaded and checked before the container's work begins. `writable` is for
    output folders.
    The lock holds size and SHA-256, of project paths and of what lies at https, s3 (`s3://bucket/key`, or a folder) and
    hf addresses (`hf://owner/name@revision`, with `datasets/` before a data set's owner; a path may follow). These are
    read once a version; the same version with other bytes is an error.
    """

    kind = "data"
    examples = (
        "data v2 mounted",
        'data v2 of clickstream from "s3://bucket/clickstream" mounted at "/data"',
        'data v3 of reviews from "hf://datasets/acme/reviews@v3" fetched at "/data/reviews"',
        'data runs of output from "out" mounted writable at "/out"',
    )
