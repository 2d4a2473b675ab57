"""Recognises the other kind of `.env`: a dotenv file, which holds `KEY=value` lines."""

from __future__ import annotations

import re

from envc.diagnostics import Diagnostic, Source, Span
from envc.diagnostics.diagnostic import wrong

_LINE = re.compile(r"(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*=.*")


def is_dotenv(text: str) -> bool:
    """Say whether every line that holds something is an assignment or a comment."""
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    told = [line for line in lines if line and not line.startswith("#")]
    return bool(told) and all(map(_LINE.fullmatch, told))


def dotenv_file(source: Source) -> Diagnostic:
    """Return what tells a reader that this is no program. It shows no line of the file: values may be secrets."""
    return Diagnostic(
        "dotenv-file",
        f"`{source.path}` is a dotenv file and no program",
        (wrong(Span(Source(source.path, ""), 0, 0), "every line is KEY=value"),),
        helps=(
            "a program declares an environment, `env train < python 3.12 >`; its file may be called train.envc, too",
            "in a program a variable is `set KEY value`, and a secret `secret name as KEY`",
        ),
    )
