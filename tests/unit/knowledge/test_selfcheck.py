"""Each contradiction is planted in the real library and found, at its line."""

from __future__ import annotations

import re

import pytest

from envc import resources
from envc.knowledge import Library
from envc.knowledge.selfcheck import contradictions

_REAL = Library()
_TORCH = "ml/torch.env"
_BUILD = "build 2.8.0 python 3.9..3.13 cuda 12.6 12.8 12.9 cpu default 12.8"


def _changed(path: str, old: str, new: str) -> Library:
    """Return the real library with one text in one file replaced by another."""

    def read(wanted: str) -> str:
        text = resources.read_library(wanted)
        if wanted != path:
            return text
        assert old in text, f"{path} has no {old!r}: the test changes nothing"
        return text.replace(old, new, 1)

    library = Library(read)
    library._pages.update({each: _REAL.page(each) for each in _REAL.paths if each != path})  # read once for all tests
    return library


def _line(path: str, beginning: str) -> str:
    """Return the line of a file that begins so."""
    return next(line for line in resources.read_library(path).splitlines() if line.startswith(beginning))


def test_the_library_has_no_contradiction() -> None:
    """All that is known can be true at once."""
    assert [f"{one.labels[0].span} {one.message}" for one in contradictions(Library())] == []


_NEWEST = _line("images.env", "image docker.io/library/python 3.12.15-slim-bookworm ")
_SHA = _NEWEST.split('"')[1]
#: Another digest to take for the newest patch, and the one that the alias names now moved to the patch before.
_STALE = _NEWEST.replace(_SHA, "sha256:" + "0" * 64)
_OLDER = _NEWEST.replace("3.12.15", "3.12.14").replace(" preferred", "")
#: The digest of a row that is called a manifest, and one that other rows call an index.
_MANIFEST = "54b4fc9408ea4f5d1b1b9c63c7ef1968d46d3b927e00df8ab1f09364593f979f"
_INDEX = "528257d48c1da0dcecc2e725d1ae34498d60c965f1241e39cd6a85a8859bdf84"

_PLANTED: list[tuple[str, str, str, str]] = [
    # file, what stands there, what is planted, what is to be said
    ("archives.env", "archive debian-security of", "archive debian of", "the archive `debian` has two lines"),
    (
        "archives.env",
        "org/debian-security",
        "org/debian-security/",
        "http://deb.debian.org/debian-security/ is no address of an archive",
    ),
    ("archives.env", "debian-archive-keyring", "other-keyring", "the archives of debian have keys in two places"),
    ("fabrics.env", "tcp NCCL_IB_DISABLE", "tcp NCCL_NET", "the fabric tcp tells NCCL_NET two things"),
    (
        "fabrics.env",
        "interface tcp GLOO",
        "interface tcp NCCL_NET GLOO",
        "the fabric tcp tells NCCL_NET two things",
    ),
    (
        _TORCH,
        _BUILD,
        _BUILD.replace("3.9..", "3.5.."),
        "torch 2.8.0 has a build for Python 3.5, which the library does not know",
    ),
    (_TORCH, _BUILD, _BUILD.replace("3.9..", "3.8.."), "torch 2.8.0 has a build for Python 3.8 and does not allow it"),
    (
        _TORCH,
        _BUILD,
        _BUILD.replace("12.9", "12.5"),
        "torch 2.8.0 has a build for CUDA 12.5, for which there is no index",
    ),
    (
        _TORCH,
        _BUILD,
        _BUILD.replace("default 12.8", "default 12.7"),
        "torch 2.8.0 has a build for CUDA 12.7, which was never released",
    ),
    (_TORCH, _BUILD, _BUILD + " unknown", "torch 2.8.0 lists builds and says that they are unknown"),
    (_TORCH, " unknown source pypi", " source pypi", "torch 2.15.0 lists no builds"),
    (_TORCH, "build 2.8.0 ", "build 2.7.1 ", "the build of torch `2.7.1` has two lines"),
    (_TORCH, "build 2.8.0 ", "build 2.16.0 ", "torch 2.16.0 stands below 2.9.0, which is older"),
    (
        _TORCH,
        "torchvision 0.23.0",
        "torchvision 0.22.1",
        "torchvision 0.22.1 asks for one exact torch, and stands beside two",
    ),
    (
        _TORCH,
        "unpinned torchaudio 2.11.0",
        "unpinned torchaudio 2.11.1",
        "torchaudio 2.11.0 asks for one exact torch, and stands beside two",
    ),
    (_TORCH, "unpinned torchvision", "unpinned torchtext", "`torchtext` is no companion of torch"),
    (_TORCH, "with torchvision 0.23.0", "with torchtext 0.23.0", "`torchtext` is no companion of torch"),
    (_TORCH, "alone 3.13", "alone 3.14", "torch 2.5.1 has no build for Python 3.14 that could stand alone"),
    (_TORCH, "source pypi cog-matrix-0.22", "source pypi hearsay", "no source of this file is called `hearsay`"),
    (_TORCH, "read 2026-11-24", "read 2026-12-01", "the source `pypi` was read after the library's date 2026-11-30"),
    (_TORCH, "source cog-matrix-0.22 ", "source pypi ", "the source `pypi` has two lines"),
    ("gpu-models.env", "model H200 ", 'model "NVIDIA H100" ', "the GPU `H100` has two lines"),
    ("gpu-models.env", "memory 40GiB 80GiB", "memory 80GiB 80GiB", "the GPU `A100` has one memory twice"),
    ("gpu-models.env", "architecture 8.6 cuda", "architecture 8.0 cuda", "the architecture `8.0` has two lines"),
    ("ml/jax.env", "cuda13 cuda 13", "cuda13 cuda 14", "no build of jax is had by `cuda13`"),
    (
        "ml/jax.env",
        "extra cuda13 cuda 13 source pypi",
        "",
        "jax 0.12.0.1 has a build for CUDA 13, for which there is no extra",
    ),
    (_TORCH, "rocm 7.2 ", "rocm 7.9 ", "torch 2.11.0 has a build for ROCm 7.9, for which there is no index"),
    (
        "gpus.env",
        "kernels torch 2.11 rocm 7.2",
        "kernels torch 2.11 rocm 6.3",
        "torch 2.11 has kernels for ROCm 6.3 and no build for it",
    ),
    ("gpus.env", "2.11 rocm 7.2", "2.11 rocm 7.2 cuda 13.0", "kernels are for one CUDA or for one ROCm"),
    (
        "indexes.env",
        "rocm 7.2 source",
        "rocm 7.2 cuda 12.5 source",
        "the index `pytorch-rocm7.2` is for one CUDA version, or for none: not for both",
    ),
    ("indexes.env", "index pytorch-cu118 ", "index pytorch-cu121 ", "the index `pytorch-cu121` has two lines"),
    ("indexes.env", "cuda 11.8", "cuda 12.1", "the index for `12.1` has two lines"),
    (
        "indexes.env",
        " cpu source",
        " cpu cuda 9.9 source",
        "the index `pytorch-cpu` is for one CUDA version, or for none: not for both",
    ),
    (
        "indexes.env",
        _line("indexes.env", "index pytorch-cpu"),
        "",
        "torch 2.14.1 has a build for no GPU, for which there is no index",
    ),
    (
        "gpus.env",
        "kernels torch 2.8 cuda 12.9",
        "kernels torch 2.8 cuda 13.0",
        "torch 2.8 has kernels for CUDA 13.0 and no build for it",
    ),
    (
        "gpus.env",
        "kernels torch 2.8 cuda 12.9",
        "kernels torch 2.8 cuda 12.8",
        "what GPUs run `torch 2.8 12.8` has two lines",
    ),
    (
        "cuda.env",
        "toolkit 12.6.3 driver 560.35.05",
        "toolkit 12.6.3 driver 540.35.05",
        "CUDA 12.6.3 asks for an older driver than CUDA 12.6.2",
    ),
    ("cuda.env", "toolkit 12.6.3", "toolkit 12.6.2", "the toolkit `12.6.2` has two lines"),
    (
        "cuda.env",
        "compatibility 12 driver 525.60.13",
        "compatibility 12 driver 445.60.13",
        "CUDA 12 runs on no newer driver than CUDA 11",
    ),
    (
        "cuda.env",
        "compatibility 13 driver 580.65.06",
        "compatibility 13 driver 680.65.06",
        "no toolkit of CUDA 13 asks for a driver as new as its floor",
    ),
    ("cuda.env", "compatibility 13", "compatibility 12", "the compatibility of CUDA `12` has two lines"),
    ("cuda.env", "absent 12.7", "absent 12.6", "CUDA 12.6 was never released and is listed"),
    ("cuda.env", "image 12.8.1 ", "image 12.8.9 ", "there is an image of CUDA 12.8.9 and no such toolkit"),
    ("cuda.env", "image 12.8.1 ", "image 12.8.0 ", "the images of CUDA `12.8.0` has two lines"),
    (
        "cuda.env",
        "image 12.8.1 ubuntu",
        "image 12.8.1 untabled ubuntu",
        "CUDA 12.8.1 is said to have no driver in the table and has one",
    ),
    ("cuda.env", "spelled cudnn8", "spelled cudnn7", "the images of CUDA 12.2.2 spell cuDNN 8 as `cudnn7`"),
    ("python.env", "ends 2028-10", "ends 2026-10", "Python 3.12 ends no later than Python 3.11"),
    ("python.env", "python 3.12", "python 3.13", "Python `3.13` has two lines"),
    (
        "python.env",
        "python 3.9 ends 2025-10",
        "python 3.9 ends 2027-10",
        "Python 3.9 is maintained, and none of its images of bookworm has a usable digest",
    ),
    (
        "python.env",
        "distributions stretch",
        "distributions woody",
        "Python 3.8 has images of woody, whose C library is not known",
    ),
    ("python.env", "default bookworm", "default woody", "no Python has an image of the default distribution woody"),
    ("python.env", _line("python.env", "python 3.12"), "", "an image has Python 3.12, which the library does not know"),
    ("systems.env", "glibc 2.39", "glibc 2.30", "ubuntu 24.04 has an older glibc than 22.04"),
    ("systems.env", "ubuntu 24.04", "ubuntu 22.04", "the system `ubuntu 22.04` has two lines"),
    (
        "images.env",
        "manifest low seen 1",
        "manifest low seen 1 preferred",
        "the image to take for `3.10.21-slim-bookworm` is of one platform",
    ),
    (
        "images.env",
        "unknown low seen 1 rolling",
        "unknown low seen 1 rolling preferred",
        "there are two images to take for `3.10-slim`",
    ),
    (
        "images.env",
        "dated 2026-10",
        "dated 2026-12",
        "an image is of 2026-12, later than the library's date 2026-11-30",
    ),
    ("images.env", "high seen 2", "high seen 1", "one project alone gives high confidence"),
    ("images.env", _MANIFEST, _INDEX, "one digest is called manifest and index"),
    (
        "images.env",
        _NEWEST,
        f"{_STALE}\n{_OLDER}",
        "the image to take for `3.12-slim-bookworm` has patch 14, and there is 15",
    ),
    ("images.env", _NEWEST, f"{_NEWEST}\n{_NEWEST}", "there are two images to take for `3.12.15-slim-bookworm`"),
    (
        "images.env",
        _NEWEST,
        f"{_NEWEST}\n{_NEWEST}",
        f"the image `docker.io/library/python 3.12.15-slim-bookworm {_SHA}` has two lines",
    ),
    ("fetchers.env", "fetcher go toolchain", "fetcher npm toolchain", "the fetcher `npm` has two lines"),
    ("fetchers.env", "toolchain node", "toolchain deno", "there is no toolchain deno"),
    (
        "fetchers.env",
        '"GOPATH=/fetched/go"',
        '"/fetched/go"',
        "/fetched/go cannot be one of the variables of a fetcher",
    ),
]


@pytest.mark.parametrize(("path", "old", "new", "message"), _PLANTED, ids=[planted[3] for planted in _PLANTED])
def test_a_planted_contradiction_is_found(path: str, old: str, new: str, message: str) -> None:
    """What is planted is found under its name, and points into the library."""
    found = contradictions(_changed(path, old, new))
    hits = [one for one in found if one.message == message]
    assert hits, [one.message for one in found]
    assert {one.name for one in hits} == {"library-contradiction"}
    for label in hits[0].labels:
        assert label.span.source.path in {f"stdlib/{each}" for each in Library().paths}
        assert label.span.text


@pytest.mark.parametrize(
    ("path", "old", "new", "name"),
    [
        ("images.env", "sha256:e508a34e", "sha256:e508a34", "unreadable-checksum"),
        ("images.env", "sha256:e508a34e", "sha256:E508A34E", "unreadable-checksum"),
        ("images.env", "index medium seen 1", "blob medium seen 1", "unexpected-argument"),
        (
            "indexes.env",
            "https://download.pytorch.org/whl/cpu",
            "http://download.pytorch.org/whl/cpu",
            "unreadable-address",
        ),
        ("indexes.env", "https://download", "https://name:secret@download", "unreadable-address"),
        ("python.env", "ends 2028-10", "ends 2028-13", "unreadable-date"),
        ("library.env", "library 2026-11-30", "library 2026-11", "unreadable-date"),
        ("library.env", "library 2026-11-30", "", "library-contradiction"),
        ("python.env", "default bookworm", "default bookworm\ndefault trixie", "library-contradiction"),
        (_TORCH, "python 3.9..3.13", "python 3.13..3.9", "unreadable-version"),
        (_TORCH, "torchvision 0.23.0 torchaudio", "torchvision torchaudio", "unreadable-version"),
        (_TORCH, "torchvision 0.23.0 torchaudio", "0.23.0 torchvision torchaudio", "unreadable-version"),
        (_TORCH, "family torch", "tribe torch", "unknown-fact"),
        (_TORCH, "build 2.8.0 ", "build 2.8.0 <", "unclosed-block"),
    ],
)
def test_what_cannot_be_understood_is_reported(path: str, old: str, new: str, name: str) -> None:
    """A malformed fact is a finding of the check, not an exception from it."""
    assert name in {one.name for one in contradictions(_changed(path, old, new))}


def test_two_families_share_no_package() -> None:
    """A package has one family."""
    other = re.sub(r"\bfamily torch companions\b", "family pytorch companions", resources.read_library(_TORCH))
    library = Library(
        lambda path: other if path == "ml/other.env" else resources.read_library(path), lambda: [_TORCH, "ml/other.env"]
    )
    messages = {one.message for one in contradictions(library)}
    assert {"`torchvision` belongs to two families", "`torchaudio` belongs to two families"} <= messages
