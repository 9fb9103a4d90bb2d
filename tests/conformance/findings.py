"""What was compared, line by line, and how many lines are not as they should be."""

from __future__ import annotations

import sys
from typing import Any

SHOWN = 600  # characters of what differs


class Findings:
    def __init__(self) -> None:
        self.compared = 0
        self.missed = 0

    def compare(self, what: str, found: Any, wanted: Any) -> None:
        self.compared += 1
        if found == wanted:
            self._say(f"ok      {what}")
            return
        self.missed += 1
        self._say(f"MISSED  {what}\n        {f'found {found!r}, wanted {wanted!r}'[:SHOWN]}")

    def note(self, what: str) -> None:
        self._say(f"        {what}")

    def total(self) -> str:
        return f"{self.compared} compared, {self.missed} missed"

    def _say(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
