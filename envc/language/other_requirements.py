"""Requirements as pip takes them in one text, said in words of the language. Pure."""

from __future__ import annotations

import re

_CLAUSE = r"(?:===|[=~!<>]=|[<>])[ \t]*[\w.*+!-]+"
_REQUIREMENT = re.compile(
    rf"(?P<name>[A-Za-z][\w.-]*(?:\[[\w., -]*\])?)[ \t]*\(?(?P<clauses>{_CLAUSE}(?:[ \t]*,[ \t]*{_CLAUSE})*)\)?"
)
_GIT = re.compile(
    r"(?:(?P<name>[\w.-]+)[ \t]*@[ \t]*)?git\+(?P<address>[a-z+]+://(?P<login>[^\s/@#]*@)?[^\s@#]+)(?:@(?P<revision>[^\s@#]+))?(?:#(?P<rest>.*))?"
)
_WHEEL = re.compile(r"(?:(?P<name>[\w.-]+)[ \t]*@[ \t]*)?(?P<address>https?://[^\s@#]+\.whl)(?:#.*)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_BRANCHES = frozenset(("main", "master", "develop", "dev", "HEAD"))


def written_out(text: str) -> str:
    """Return `x >=1` for `x>=1`, a name and its specifier as two arguments, or nothing where it is neither."""
    match = _REQUIREMENT.fullmatch(text.strip())
    if not match:
        return ""
    return f"{''.join(match['name'].split())} {''.join(match['clauses'].split())}"


def said_of_address(text: str) -> str:
    """Return what takes the place of a requirement with an address, or nothing where it is none."""
    if found := _GIT.fullmatch(text.strip()):
        egg = re.search(r"egg=([\w.-]+)", found["rest"] or "")
        name = found["name"] or (
            egg[1] if egg else re.sub(r"\.git$", "", found["address"].rstrip("/")).rpartition("/")[2]
        )
        revision = found["revision"] or ""
        at = f"commit {revision}" if _COMMIT.fullmatch(revision) else f"tag {revision}"
        at = "commit …" if not revision or revision in _BRANCHES else at
        moves = f"; `{revision}` changes without you" if revision in _BRANCHES else ""
        address = "https://…" if found["login"] else found["address"]  # what stands there may be a password
        return f'`pip {name} from git "{address}" {at}` takes it from its repository{moves}'
    if found := _WHEEL.fullmatch(text.strip()):
        name = found["name"] or found["address"].rpartition("/")[2].partition("-")[0]
        return f'`pip {name} from wheel "{found["address"]}" sha256 "…"` takes the wheel'
    return ""
