"""Facts that are put together when someone asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Told(Mapping[str, Any]):
    """Facts by name, each of which is a question that is answered once."""

    def __init__(self, questions: Mapping[str, Callable[[], Any]]) -> None:
        self.questions = questions
        self.answers: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self.answers:
            self.answers[name] = self.questions[name]()
        return self.answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)
