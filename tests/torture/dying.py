"""The command `checker`, which kills itself at one of its commits: `python -m tests.torture.dying before 17 run …`.

A commit is a transaction that must survive a power cut. "before": nothing of it is written; "after": all of it is, and
nobody has been told. "count" never dies; it leaves a line in the file that is named in place of a number for each.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Pool, event

from checker.cli import main


class Executioner:
    """Counts commits as SQLAlchemy tells of them, and does its work at the last one."""

    def __init__(self, at: int) -> None:
        self._left = at
        self._is_due = False

    def begins(self, connection: Connection) -> bool:
        """A commit is about to be written: is it the one?"""
        if not is_durable(connection):
            return False
        self._left -= 1
        self._is_due = self._left == 0
        return self._is_due

    def is_due(self) -> bool:
        """Whether the one has been written."""
        return self._is_due


def is_durable(connection: Connection) -> bool:
    options = connection.get_execution_options()
    return (options.get("begin"), options.get("synchronous")) == ("IMMEDIATE", "FULL")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(number: str) -> None:
    executioner = Executioner(int(number))
    event.listen(Engine, "commit", lambda c: die() if executioner.begins(c) else None)


def after(number: str) -> None:
    """When its connection goes back to the pool: right behind the commit, before anybody hears of it."""
    executioner = Executioner(int(number))
    event.listen(Engine, "commit", executioner.begins)

    def returned(*_: Any) -> None:
        if executioner.is_due():
            die()

    event.listen(Pool, "reset", returned)


def count(file: str) -> None:
    def note(connection: Connection) -> None:
        if is_durable(connection):
            with Path(file).open("a", encoding="ascii") as lines:
                lines.write("commit\n")

    event.listen(Engine, "commit", note)


WAYS: dict[str, Callable[[str], None]] = {"before": before, "after": after, "count": count}

if __name__ == "__main__":
    way, what = sys.argv[1:3]
    WAYS[way](what)
    main(sys.argv[3:])
