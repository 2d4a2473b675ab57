"""What is asked of envc, which knows the indexes: this process reaches none."""

from __future__ import annotations

import json
import os
import sys
import threading
from queue import SimpleQueue
from typing import Any, TextIO

from .failures import UnansweredError


class Questions:
    """Asks envc over standard output, one question at a time, and hears of it by standard input."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.answers: SimpleQueue[bytes] = SimpleQueue()

    def tell(self, value: dict[str, Any]) -> None:
        """Write one line."""
        self.out.write(json.dumps(value) + "\n")
        self.out.flush()

    def ask(self, question: str, *about: str) -> Any:
        """Return what envc answers. Raises `UnansweredError`."""
        self.tell({"ask": question, "about": about})
        answer = json.loads(self.answers.get())
        if "failure" in answer:
            raise UnansweredError(answer["failure"])
        return answer["answer"]

    def listen(self) -> None:
        """Begin to listen, and end this process when standard input closes, which it does however envc ends."""

        def hear() -> None:
            for line in sys.stdin.buffer:
                self.answers.put(line)
            os._exit(1)

        threading.Thread(target=hear, daemon=True).start()
