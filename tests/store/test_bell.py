"""Daemons wake each other; and where no word comes through they ask."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from itertools import count

import pytest

from checker.core.model import Observation
from checker.store import bell
from checker.store.bell import Word
from checker.store.places import place_of
from probes.contract import Outcome, Verdict
from tests.postgres import speak
from tests.store.values import closing, opened, shared, url_of
from tests.store.wire import line_to

NEVER_S = 3600.0
LOOK = Observation("us/app", "l1", 10.0, Outcome(Verdict.PASSED))


@asynccontextmanager
async def listening(home, poll_s=NEVER_S):
    """What is heard, word by word; all of them once at the beginning."""
    heard = asyncio.Queue()
    place = place_of(url_of(home), busy_s=0.0)
    task = asyncio.create_task(bell.listen(place, heard.put_nowait, poll_s))
    for _ in Word:
        await heard.get()
    try:
        yield heard
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def looks(store):
    await store.sharing.put_looks("l1-a", [LOOK])


async def word(store):
    await store.put_inbox("cli/1", closing(), 1.0)


async def pace(store):
    await store.want({"us/app": 5.0})


async def lease(store):
    await store.sharing.release(await store.sharing.take("location/fra", "fra-1", 10.0))


@pytest.mark.parametrize(
    ("act", "said"),
    [(looks, Word.LOOKS), (word, Word.INBOX), (pace, Word.PACE), (lease, Word.LEASE)],
)
async def test_what_there_is_to_read_is_said_at_once(database, act, said):
    async with opened(database) as store, listening(database) as heard:
        await act(store)
        assert await heard.get() == said


async def test_a_word_that_is_known_already_wakes_nobody(database):
    async with opened(database) as store:
        await store.put_inbox("cli/1", closing(), 1.0)
        async with listening(database) as heard:
            await store.put_inbox("cli/1", closing(), 1.0)
            await store.sharing.put_looks("l1-a", [LOOK])
            assert await heard.get() == Word.LOOKS


async def test_without_a_word_it_is_asked_again_and_again(home):
    async with opened(home), listening(home, poll_s=0.01) as heard:
        assert [await heard.get() for _ in Word] == list(Word)


async def test_a_word_of_a_newer_program_is_passed_over(database):
    async with shared(database) as store, listening(database) as heard:
        await speak(database, "SELECT pg_notify('checker', 'forecast')")
        await store.put_inbox("cli/1", closing(), 1.0)
        assert await heard.get() == Word.INBOX


async def test_a_line_that_was_cut_is_made_anew(database):
    async with (
        line_to(database) as (line, near),
        shared(database) as store,
        listening(near, poll_s=0.2) as heard,
    ):
        line.cut()
        while line.taken < 2:  # it asks, notices, and connects again
            await heard.get()
        before = said = None
        for number in count():  # words asked for come as looks, inbox, pace, lease
            if said is Word.INBOX and before is not Word.LOOKS:
                break
            if said is Word.LEASE:
                await store.put_inbox(f"cli/{number}", closing(), 1.0)
            before, said = said, await heard.get()


async def test_while_the_server_is_away_it_is_asked_all_the_same(database):
    async with line_to(database) as (line, near), listening(near, poll_s=0.05) as heard:
        line.is_shut = True
        line.cut()
        assert [await heard.get() for _ in range(8)] == [*Word, *Word]
