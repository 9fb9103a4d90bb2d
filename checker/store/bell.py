"""How daemons that share a store wake each other: a word for what there is to read.

A word may be lost, with the line that it comes on or with the pooler between. So every word is also said once a
second by ourselves, and reading in vain costs little.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from checker.store.faults import StoreError
from checker.store.place import Place

CHANNEL = "checker"
POLL_S = 1.0

log = structlog.get_logger(__name__)


class Word(StrEnum):
    """What there is to read."""

    LOOKS = "looks"
    INBOX = "inbox"
    PACE = "pace"
    LEASE = "lease"  # somebody has given one up


Heard = Callable[[Word], None]


async def ring(connection: AsyncConnection, word: Word) -> None:
    """Says `word` to all daemons, once this transaction is committed."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_notify('{CHANNEL}', '{word}')"))


async def listen(place: Place, heard: Heard, poll_s: float = POLL_S) -> None:
    """For ever: tells `heard` each word that is said, and every `poll_s` every word."""
    lost = False
    while True:
        try:
            async with place.listening(CHANNEL, lambda word: _hear(word, heard)) as ask:
                lost = False
                while True:
                    _hear_all(heard)
                    await asyncio.sleep(poll_s)
                    await ask()
        except place.faults as error:
            lost = _say_lost(lost, error)
        except (StoreError, TimeoutError) as error:
            lost = _say_lost(lost, error)
        _hear_all(heard)
        await asyncio.sleep(poll_s)


def _say_lost(lost: bool, error: Exception) -> bool:
    if not lost:
        log.warning("not listening, only asking", why=type(error).__name__)
    return True


def _hear(word: str, heard: Heard) -> None:
    if word in Word.__members__.values():  # a newer program has more of them
        heard(Word(word))


def _hear_all(heard: Heard) -> None:
    for word in Word:
        heard(word)
