"""Where a database file is looked for, and whether it is still there under the daemon that has it open.

A file that is deleted, or replaced by a backup, goes on for whoever has it open, and is gone with them. SQLite does not
notice (https://www.sqlite.org/howtocorrupt.html, "Unlinking or renaming a database file while in use").
"""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from checker.store.place import Url
from checker.store.places import place_of
from checker.store.sqlite import File

_HOLDER = re.compile(r"pid (\d{1,10}) on (\S+)")  # what a claim says of itself


def file_at(url: Url) -> Path | None:
    """The file of a store that is one, from the root; None for a server's. StoreError for what is no store."""
    place = place_of(url, busy_s=0.0)
    return place.path.absolute() if isinstance(place, File) else None


class SameFile:
    """The file as it was when the daemon opened it."""

    def __init__(self, url: Url) -> None:
        """OSError when it is not there."""
        self._path = file_at(url)
        self._was = _identity(self._path) if self._path else None

    def problem(self) -> str:
        """What is wrong with it, and what to do; empty while it is the same. May wait for a slow disk."""
        if self._path is None:
            return ""
        try:
            now = _identity(self._path)
        except OSError as error:
            return f"the store {self._path} is gone ({error.strerror}): {_TO_DO}"
        return "" if now == self._was else f"the store {self._path} is another file now: {_TO_DO}"


_TO_DO = (
    "what is written from now on is lost when this daemon ends. It still judges and pages. Write down which incidents "
    "are open, then stop it, put the file back from a backup if there is one, and start it again"
)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def holder_of(path: Path) -> str:
    """Which daemon of this machine runs on the file that should be there: "pid 7"; empty if none does."""
    try:
        said = path.with_name(path.name + ".lock").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = _HOLDER.match(said)
    is_here = found is not None and found[2] == socket.gethostname()
    return f"pid {found[1]}" if found and is_here and _lives(int(found[1])) else ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # asks, and does nothing
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def where_it_was_looked_for(url: Url) -> str:
    """For whoever finds no store: which file was meant, and why it may be elsewhere. Empty for a server's."""
    path = file_at(url)
    if path is None:
        return ""
    holder = holder_of(path)
    if holder and not path.exists():
        return f"A daemon ({holder}) has opened it, so it was deleted while it runs. Its own page says what to do."
    place = place_of(url, busy_s=0.0)
    if isinstance(place, File) and not place.path.is_absolute():
        return (
            f"The path is relative, so {path} was looked for. If the daemon runs in another folder, run this there, "
            "or write it from the root: sqlite:////var/lib/checker/checker.db"
        )
    return ""
