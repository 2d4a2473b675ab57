"""Draw a sample of public Dockerfiles that is made as one was that is known, and bring its files.

usage: python -m benchmarks.dockerfile_sample REPOSITORIES LIST            writes the list, prints what it is made of
       python -m benchmarks.dockerfile_sample REPOSITORIES LIST FOLDER     brings the files of a list, one each

REPOSITORIES is a folder of git directories `OWNER__NAME`; a line of LIST is a repository, a commit and a path. The
known sample has 378 Dockerfiles: one of each of 53 repositories, and the others of 30 that have many. What its first
images are, and how many of its files install with yum, dnf, apk or zypper, is known as well (`MADE_OF`, `MANAGERS`).
Which files these were is not, so this one is drawn to be made of the same: files in the order of checksums of their
names, each taken where there is room for one of its kind, and then any, until there are 378. What a file needs is not
looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

SIZE = 378
LARGE = 30
SINGLE = 53
#: Of a repository with many files, at most.
CAP = 30
#: What first images are, by their names; the first that fits, and how many files of the known sample have one.
MADE_OF = (
    (r"\$\{?\w+\}?", "only an argument", 41),
    (r"(nvcr\.io/)?nvidia/cuda[:@].*", "nvidia/cuda", 82),
    (r"nvcr\.io/nvidia/pytorch[:@].*", "nvcr.io/nvidia/pytorch", 45),
    (r"nvcr\.io/nvidia/tensorflow[:@].*", "nvcr.io/nvidia/tensorflow", 11),
    (r".*l4t.*", "l4t", 2),
    (r"nvcr\.io/.*", "nvcr.io, another", 23),
    (r"(docker\.io/)?(library/)?python[:@].*", "python", 32),
    (r"(docker\.io/)?(library/)?ubuntu([:@].*)?", "ubuntu", 29),
    (r"\S*(\.ecr\.|ecr\.aws/).*", "AWS", 22),
    (r"(docker\.io/)?pytorch/pytorch[:@].*", "pytorch/pytorch", 22),
    (r"(quay\.io/|docker\.io/)?jupyter/.*", "jupyter", 13),
    (r"\S*azureml/.*", "azureml", 10),
    (r"(docker\.io/)?(continuumio|condaforge|mambaorg)/.*", "conda", 8),
    (r"(docker\.io/)?rocm/.*", "rocm", 5),
    (r"(docker\.io/)?tensorflow/tensorflow([:@].*)?", "tensorflow/tensorflow", 2),
    (r"vault\.habana\.ai/.*", "gaudi", 2),
    (r".*", "others", 29),
)
#: Files that install with yum or dnf, apk and zypper: 18, 1 and 1.
MANAGERS = 20
_INSTALLS = re.compile(r"\b(yum|dnf|microdnf|apk|zypper)\s+(-\S+\s+)*(\w*install|add)\b")
_NAME = re.compile(r"(^|/)([^/]*[._-])?dockerfile([._-][^/]*)?$", re.IGNORECASE)
_NONE = re.compile(r"\.(j2|jinja2?|template|tmpl|in|md|dockerignore|ya?ml|sh|py|txt|json)$|ignore$", re.IGNORECASE)


class Place(NamedTuple):
    """Where a Dockerfile lies."""

    repository: str  # `OWNER__NAME`
    commit: str
    path: str

    @property
    def order(self) -> str:
        """What files are sorted by, so that neither names nor a moment decides."""
        return hashlib.sha256(f"{self.repository}/{self.path}".encode()).hexdigest()


def main() -> int:
    """Draw the sample, or bring its files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("repositories", type=Path)
    parser.add_argument("list", type=Path)
    parser.add_argument("folder", type=Path, nargs="?")
    options = parser.parse_args()
    if options.folder:
        options.folder.mkdir(parents=True, exist_ok=True)
        for line in options.list.read_text("utf-8").splitlines():
            repository, commit, path = line.split("\t")
            text = _git(options.repositories / repository, "show", f"{commit}:{path}")
            name = f"{repository}__{path.replace('/', '__')}"
            (options.folder / name).write_text(text, "utf-8")
        return 0
    drawn = draw(options.repositories)
    options.list.write_text("".join("\t".join(one) + "\n" for one in sorted(drawn)), "utf-8")
    print(f"{len(drawn)} files of {len({one.repository for one in drawn})} repositories")
    texts = [_text(options.repositories, one) for one in drawn]
    found = Counter(map(first_image, texts))
    for _, kind, wanted in MADE_OF:
        print(f"{found[kind]:5} of {wanted:3} {kind}")
    print(f"{sum(map(installs_otherwise, texts)):5} of {MANAGERS:3} files with yum, dnf, apk or zypper")
    return 0


def draw(repositories: Path, size: int = SIZE) -> list[Place]:
    """Return the sample: one file of each repository with few, then files of those with many while there is room."""
    by_repository = {one.name: _places(one) for one in sorted(repositories.iterdir())}
    by_size = sorted(
        (name for name, places in by_repository.items() if places), key=lambda one: -len(by_repository[one])
    )
    large, small = by_size[:LARGE], by_size[LARGE:]
    chosen = sorted(small, key=lambda one: hashlib.sha256(one.encode()).hexdigest())[:SINGLE]
    drawn = [min(by_repository[name], key=lambda one: (one.path.count("/"), one.order)) for name in chosen]
    room = Counter({kind: count for _, kind, count in MADE_OF})
    room["managers"] = MANAGERS
    room["all"] = size
    room.subtract(kind for one in drawn for kind in _kinds(repositories, one))
    of_repository: Counter[str] = Counter()
    left = sorted((one for name in large for one in by_repository[name]), key=lambda one: one.order)
    for counting in (None, {"all", "managers"}):  # where there is no more of some kind, another fills the room
        for one in [one for one in left if one not in drawn]:
            kinds = _kinds(repositories, one)
            wanted = all(room[kind] > 0 for kind in kinds if counting is None or kind in counting)
            if of_repository[one.repository] < CAP and wanted:
                drawn.append(one)
                of_repository[one.repository] += 1
                room.subtract(kinds)
    return drawn


def first_image(text: str) -> str:
    """Return what a Dockerfile's first image is, with the defaults of its arguments."""
    arguments = dict(re.findall(r"(?mi)^ARG\s+(\w+)=[\"']?([^\s\"']*)", text))
    found = re.search(r"(?mi)^FROM\s+(?:--\S+\s+)*[\"']?([^\s\"']+)", text)
    image = found[1] if found else ""
    for _ in range(2):
        image = re.sub(r"\$\{?(\w+)\}?", lambda one: arguments.get(one[1]) or one[0], image)
    return next(kind for pattern, kind, _ in MADE_OF if re.fullmatch(pattern, image))


def installs_otherwise(text: str) -> bool:
    """Say whether a Dockerfile installs with another package manager than apt."""
    return _INSTALLS.search(re.sub(r"\\\s*\n", " ", text)) is not None


def _kinds(repositories: Path, place: Place) -> list[str]:
    text = _text(repositories, place)
    return ["all", first_image(text), *(["managers"] if installs_otherwise(text) else [])]


def _places(repository: Path) -> list[Place]:
    """Return the Dockerfiles of a repository's newest commit.

    Those alike in content count once, and those of the same path but for numbers: a folder for each release.
    """
    commit = _git(repository, "rev-parse", "HEAD").strip()
    found: dict[str, Place] = {}
    for line in _git(repository, "ls-tree", "-r", "-z", commit).split("\0"):
        about, _, path = line.partition("\t")
        if about.startswith("100") and _NAME.search(path) and not _NONE.search(path):
            found.setdefault(about.split()[2], Place(repository.name, commit, path))
    apart = {re.sub(r"\d+", "0", one.path): one for one in sorted(found.values(), key=lambda one: one.order)}
    return [one for one in apart.values() if re.search(r"(?mi)^FROM\s", _text(repository.parent, one))]


def _text(repositories: Path, place: Place) -> str:
    return _git(repositories / place.repository, "show", f"{place.commit}:{place.path}")


def _git(folder: Path, *command: str) -> str:
    run = subprocess.run(["git", f"--git-dir={folder}", *command], capture_output=True, check=True)
    return run.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main())
