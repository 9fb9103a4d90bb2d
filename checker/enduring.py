"""A stream that lines can always be given to: what it cannot write is lost, and nobody who gave it fails."""

from __future__ import annotations

from typing import TextIO


class Enduring:
    """Passes text on. A full disk or a closed pipe under the log must not keep anybody from a page.

    The first line that can be written again is followed by how many could not be.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = 0

    def write(self, text: str) -> int:
        """Writes and flushes, so that it is known at once whether that can be done."""
        if not self._can_write(text):
            self._lost += 1
        elif self._lost and self._can_write(
            f"{self._lost} lines before this could not be logged\n"
        ):
            self._lost = 0
        return len(text)

    def flush(self) -> None:
        """Each text is flushed as it is written."""

    def _can_write(self, text: str) -> bool:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # ValueError: it is closed
            return False
        return True
