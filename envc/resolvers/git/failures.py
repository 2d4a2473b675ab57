"""What went wrong with git: its own words sorted into kinds. No text holds an address or a secret."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from envc.lock.repositories import FailureKind, GitFailure

#: The first kind of which git speaks counts.
_KINDS: tuple[tuple[FailureKind, tuple[str, ...]], ...] = (
    (
        "unauthorised",
        (
            "could not read (Username|Password)",
            "Authentication failed",
            "terminal prompts disabled",
            "returned error: 40[13]",
            r"Permission denied \(",
            "Host key verification failed",
        ),
    ),
    (
        "no-repository",
        (
            "repository .* not found",
            "is this a git repository",
            "does not appear to be a git repository",
            "returned error: (404|410)",
            "not valid: ",
            "transport .* not allowed",
            "protocol error: bad line length",
        ),
    ),
    (
        "unreachable",
        (
            "Could not resolve",
            "Failed to connect",
            "Couldn't connect",
            "unable to connect",
            "Connection (timed out|refused|reset|closed)",
            "Operation (too slow|timed out)",
            "No route to host",
            "Network is unreachable",
            "timed out",
            "[Cc]ertificate",
            r"\bSSL\b|\bTLS\b",
            "returned error: (407|408|429|5[0-9][0-9])",
            "hung up unexpectedly",
            "early EOF",
            "RPC failed",
            "unexpected disconnect",
            "Empty reply",
        ),
    ),
)
#: A commit that is not there, or that is not given by its name.
_NO_COMMIT = re.compile("not our ref|unadvertised object|[Cc]ouldn't find remote ref|no such remote ref")
_ADDRESS = re.compile(r"'[^']*://[^']*'|\S*://\S+|\S+@\S+:\S*")
_PATH = re.compile(r"'?(?<![\w.])/[^\s':]+'?")
_LONGEST = 240


def failure_of(said: str, address: str) -> GitFailure:
    """Return the kind of a failed call by what git said."""
    lines = [line for line in said.splitlines() if re.match("fatal:|error:|remote:|ssh:|curl|kex_|ERROR:", line)]
    lines = lines or said.splitlines()
    host = urlsplit(address).hostname or ""
    for kind, patterns in _KINDS:
        for line in lines:
            if re.search("|".join(patterns), line):
                return GitFailure(kind, host, without_addresses(line))
    return GitFailure("failed", host, without_addresses(lines[-1]) if lines else "git says nothing")


def lacks_commit(said: str) -> bool:
    """Say whether a fetch failed for there is no such commit, or the server gives none that no name leads to."""
    return bool(_NO_COMMIT.search(said))


def without_addresses(line: str) -> str:
    """Return what git says on one printable line, without its mark, addresses and paths of this machine."""
    text = re.sub(r"^(fatal|error|remote|ERROR): (error: )?", "", line.strip())
    text = _PATH.sub("…", _ADDRESS.sub("…", text))
    text = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return text[:_LONGEST].rstrip(".: ")
