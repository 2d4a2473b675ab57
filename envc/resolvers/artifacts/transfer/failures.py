"""Why remote data could not be measured: first as exceptions of the fetchers, then as diagnostics for the reader.

No text here holds an address or a secret; hosts are named as the program or the machine's own settings name them.
"""

from __future__ import annotations

from envc.diagnostics import Diagnostic
from envc.diagnostics.diagnostic import wrong
from envc.language.facets import Artifact


class TransferError(Exception):
    """Remote data could not be measured. The argument says why in words; `helps`, what can be done."""

    helps: tuple[str, ...] = ()


class AbsentError(TransferError):
    """There is nothing at the address. The argument says what is missing, as in `example.org answers 404`."""


class DeniedError(TransferError):
    """The bytes may not be read. The argument says what was answered; `helps` how credentials are given."""

    def __init__(self, reason: str, *helps: str) -> None:
        self.helps = helps
        super().__init__(reason)


class UnreachableError(TransferError):
    """Nobody answered, or only with words of being busy or broken."""


class IncompleteError(TransferError):
    """The connection was cut, again and again, before all bytes had come."""


class SizeError(TransferError):
    """What came is longer or shorter than what was announced."""


class RedirectError(TransferError):
    """The way leads where it may not go: from https to http, or round in circles."""


class AnswerError(TransferError):
    """The answer is not of the protocol that is spoken here."""


class FileNameError(TransferError):
    """A file of a folder has a name that is none in a container."""


#: Failures that are the program's to mend, and not the world's.
OF_THE_PROGRAM = (AbsentError, FileNameError)


def diagnostic_of(error: TransferError, facet: Artifact) -> Diagnostic:  # noqa: PLR0911  # one return a kind
    """Return what a reader is told of a failure, at the place where the program names the address."""
    place = (wrong(facet.origin.of("location"), str(error)),)
    name = facet.name
    if isinstance(error, AbsentError):
        return Diagnostic(
            "data-not-found",
            f"there is no `{name}` at its address",
            place,
            helps=("look at the spelling of the address; it may have moved",),
        )
    if isinstance(error, DeniedError):
        return Diagnostic("data-unauthorised", f"`{name}` may not be read", place, helps=error.helps)
    if isinstance(error, IncompleteError):
        return Diagnostic(
            "data-incomplete",
            f"the bytes of `{name}` did not come to their end",
            place,
            helps=("try again: nothing of it was kept, and the lock is as it was",),
        )
    if isinstance(error, SizeError):
        return Diagnostic(
            "data-of-another-size",
            f"`{name}` is not as long as it was announced to be",
            place,
            helps=("when somebody is writing to it, wait until it is whole, and lock again",),
        )
    if isinstance(error, RedirectError):
        return Diagnostic(
            "unsafe-redirect",
            f"`{name}` is said to lie where it is not read from",
            place,
            helps=("write the address that it has today",),
        )
    if isinstance(error, AnswerError):
        return Diagnostic("data-answer-unusable", f"an answer about `{name}` cannot be understood", place)
    if isinstance(error, FileNameError):
        return Diagnostic("unusable-path", f"`{name}` holds a file that no container could have", place)
    return Diagnostic(
        "data-unreachable",
        f"`{name}` cannot be reached",
        place,
        helps=("when others reach it, look at this machine's proxy, name server and certificates",),
    )
