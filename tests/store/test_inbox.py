"""The one door for everything that is not a look: each id once."""

from __future__ import annotations

import pytest

from checker.core.events import Acknowledged, Cancelled, Delivered, Looked, Refused, Ticked
from tests.store.values import by_hand, closing, declared, look, opened, shared

EVENTS = [
    closing(),
    Cancelled(1.0, "us-1", "ada", "a test"),
    Acknowledged(1.0, "us-1", "ada"),
    Delivered(1.0, "us-1", "us-1/page/1@pager", "pager", "paged"),
    Refused(1.0, "us-1", "us-1/page/1@pager", "pager", "bad key"),
    Ticked(1.0),
    Looked(look(1.0)),
]


async def test_what_was_put_in_is_there_until_a_commit_drains_it(home):
    async with opened(home) as store:
        assert await store.put_inbox("cli/1", closing(), 1.0)
        assert await store.inbox() == [("cli/1", closing())]
        await store.commit(declared(), "cli/1")
        assert await store.inbox() == []


async def test_the_same_id_again_is_not_taken_even_when_it_was_drained(home):
    async with opened(home) as store:
        await store.put_inbox("cli/1", closing(), 1.0)
        assert not await store.put_inbox("cli/1", closing("us-2"), 2.0)
        await store.commit(declared(), "cli/1")
        assert not await store.put_inbox("cli/1", closing(), 3.0)
        assert await store.inbox() == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
async def test_every_kind_of_event_comes_out_as_it_went_in(home, event):
    async with opened(home) as store:
        await store.put_inbox("x", event, 1.0)
        assert await store.inbox() == [("x", event)]


async def test_events_come_out_in_order_and_no_more_than_asked_for(home):
    async with opened(home) as store:
        for name in ("c", "a", "b"):
            await store.put_inbox(name, Ticked(1.0), 1.0)
        assert [name for name, _ in await store.inbox(limit=2)] == ["c", "a"]


async def test_the_command_line_can_put_in_what_the_daemon_takes_out(home):
    async with opened(home) as daemon, shared(home) as cli:
        assert await cli.put_inbox("cli/1", closing(), 1.0)
        assert await daemon.inbox() == [("cli/1", closing())]


async def test_an_event_of_a_newer_program_is_left_where_it_is(home):
    async with opened(home) as store:
        await store.put_inbox("new", Ticked(1.0), 1.0)
        await store.put_inbox("old", Ticked(2.0), 1.0)
        await by_hand(home, "UPDATE inbox SET kind = 'Foreseen' WHERE id = 'new'")
        assert await store.inbox() == [("old", Ticked(2.0))]
