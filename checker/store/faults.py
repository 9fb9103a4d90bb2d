"""What can be wrong with the store, each with what to do about it."""

from __future__ import annotations


class StoreError(Exception):
    """Base of all: the message says what is wrong and what to do, and holds no secret."""


class StoreInUse(StoreError):
    """Another daemon holds this store. Two would page twice and judge apart."""


class StoreDamaged(StoreError):
    """The file is not a store, or is one no longer. Never mended and never deleted by us."""


class StoreMissing(StoreError):
    """Nothing to read: no daemon has made this store yet, or it is older than this program."""


class Fenced(StoreError):
    """This daemon does not lead, or no longer. Nothing was written; what it would have led to must not be done."""


class StoreUnavailable(StoreError):
    """Busy, full, slow or unreachable: the same call may work later. Nothing was written, or all was."""


class StoreUnreachable(StoreUnavailable):
    """Nobody answers: the server or the way to it is gone. Until it is back, every call says so at once."""
