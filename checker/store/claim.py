"""One daemon for one store: a lock on a file beside it, which the kernel drops with its holder."""

from __future__ import annotations

import fcntl
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from checker.store.faults import StoreInUse


@dataclass(frozen=True, slots=True)
class Claim:
    """Held from `take` to `release`, or to the end of the process, by kill -9 too."""

    descriptor: int

    @classmethod
    def take(cls, database: Path) -> Claim:
        """Claims `database`; StoreInUse, naming the holder, when another process has it."""
        descriptor = os.open(lock_of(database), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise StoreInUse(_refusal(database, holder)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        # The file stays: were it removed, a third process could lock a new one of the same name.
        os.close(self.descriptor)


def lock_of(database: Path) -> Path:
    """The file that is locked for it: once made, it stays."""
    return database.with_name(database.name + ".lock")


def _refusal(database: Path, holder: str) -> str:
    return (
        f"{database} is in use by another checker ({holder or 'it has not said which'}). "
        "Stop that one first, or give this one a store of its own (`store` in checker.yaml)."
    )
