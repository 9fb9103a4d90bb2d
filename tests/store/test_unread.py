"""What daemons have seen, read by the one that leads: everything, once, each daemon's in its own order."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from checker.core.model import Observation, State
from checker.store.faults import StoreUnreachable
from checker.store.presence import Presence
from probes.contract import Outcome, Verdict
from tests.store.values import answering, by_hand, declared, leading, look, opened, shared, until
from tests.store.wire import line_to

PASSED = Outcome(Verdict.PASSED)


def seen(at, check="us/app", where="l1"):
    return Observation(check, where, at, PASSED, 0.5)


async def there(store, *replicas):
    for replica in replicas:
        await store.sharing.say(Presence(replica, replica.partition("-")[0], "1.0"))


async def unread(store, read=None, **more):
    found = await store.sharing.unread(read or {}, **more)
    return [(one.writer, one.number, one.observation.at) for one in found]


async def test_a_look_is_read_as_it_was_seen(home):
    async with opened(home) as store:
        await there(store, "l1-a")
        await store.sharing.put_looks("l1-a", [look(10.0)])
        [one] = await store.sharing.unread({})
    assert (one.observation, one.writer, one.number) == (look(10.0), "l1-a", 1)


async def test_what_was_read_is_not_read_again(home):
    async with opened(home) as store:
        await there(store, "l1-a")
        await store.sharing.put_looks("l1-a", [seen(10.0), seen(20.0)])
        await store.sharing.put_looks("l1-a", [seen(30.0)])
        assert await unread(store, {"l1-a": 2}) == [("l1-a", 3, 30.0)]
        assert await unread(store, {"l1-a": 3}) == []


async def test_looks_of_all_daemons_are_read_each_in_its_own_order(home):
    async with opened(home) as one, shared(home) as other:
        await there(one, "l1-a", "l2-b")
        await one.sharing.put_looks("l1-a", [seen(12.0), seen(11.0)])
        await other.sharing.put_looks("l2-b", [seen(10.0, where="l2")])
        await one.sharing.put_looks("l1-a", [seen(13.0)])
        assert await unread(one) == [
            ("l1-a", 1, 12.0),
            ("l1-a", 2, 11.0),
            ("l2-b", 1, 10.0),
            ("l1-a", 3, 13.0),
        ]


async def test_a_look_that_is_put_again_with_others_is_read_once(home):
    async with opened(home) as store:
        await there(store, "l1-a")
        await store.sharing.put_looks("l1-a", [seen(10.0)])
        await store.sharing.put_looks("l1-a", [seen(10.0), seen(20.0)])
        assert [at for _, _, at in await unread(store)] == [10.0, 20.0]


async def test_no_more_than_so_many_of_each_are_read_at_a_time(home):
    async with opened(home) as store, shared(home) as other:
        await there(store, "l1-a", "l2-b")
        await store.sharing.put_looks("l1-a", [seen(float(n)) for n in range(5)])
        await other.sharing.put_looks("l2-b", [seen(9.0, where="l2")])
        assert await unread(store, each=2) == [("l1-a", 1, 0.0), ("l1-a", 2, 1.0), ("l2-b", 1, 9.0)]


async def test_looks_from_too_long_ago_are_left_out(home):
    async with opened(home) as store:
        await there(store, "l1-a")
        await store.sharing.put_looks("l1-a", [seen(10.0), seen(20.0)])
        assert await unread(store, since=15.0) == [("l1-a", 2, 20.0)]


async def test_a_daemon_that_has_said_nothing_for_long_is_not_read(home):
    async with opened(home) as store:
        await there(store, "l1-a")
        await store.sharing.put_looks("l1-a", [seen(10.0)])
        await by_hand(home, "UPDATE locations SET seen_at = seen_at - 601")
        assert await unread(store) == []
        await there(store, "l1-a")
        assert await unread(store) == [("l1-a", 1, 10.0)]


async def test_nothing_put_is_nothing_read(home):
    async with opened(home) as store:
        await store.sharing.put_looks("l1-a", [])
        assert await unread(store) == []
        await there(store, "l1-a")
        assert await unread(store) == []


async def test_what_is_committed_late_is_not_passed_over(database):
    held_up = await asyncpg.connect(database.replace("+asyncpg", ""))
    async with opened(database) as slow, shared(database) as quick:
        await there(quick, "l1-a", "l2-b")
        await held_up.execute("BEGIN")
        await held_up.execute(
            "INSERT INTO observations (check_name, at, location, scheduled, duration_s, body)"
            " VALUES ('us/app', 10.0, 'l1', true, 0.5, '{}')"
        )
        # The same look: it gets an earlier place in the table, and waits for the other to end.
        waiting = asyncio.create_task(slow.sharing.put_looks("l1-a", [seen(10.0)]))
        await until(lambda: held_up.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        await quick.sharing.put_looks("l2-b", [seen(20.0, where="l2")])
        assert await unread(quick) == [("l2-b", 1, 20.0)]
        await held_up.execute("ROLLBACK")
        await waiting
        assert await unread(quick, {"l2-b": 1}) == [("l1-a", 1, 10.0)]
    await held_up.close()


async def test_looks_whose_answer_was_lost_are_put_again_and_read_once(database):
    async with line_to(database) as (line, near), shared(near) as store:
        await there(store, "l1-a")
        line.cut_at = b"COMMIT;"
        with pytest.raises(StoreUnreachable):
            await store.sharing.put_looks("l1-a", [seen(10.0)])
        await answering(lambda: store.sharing.put_looks("l1-a", [seen(10.0), seen(20.0)]))
        found = await unread(store)
    assert [at for _, _, at in found] == [10.0, 20.0]
    assert [number for _, number, _ in found] == sorted(number for _, number, _ in found)


# ── how far they were read is part of the State ───────────────────────────────────────────────


async def test_how_far_looks_were_read_is_stored_with_what_they_led_to(home):
    async with opened(home) as store:
        await there(store, "l1-a", "l2-b")
        await store.commit(declared(), read={"l1-a": 3, "l2-b": 1})
        await store.record([], declared().state, read={"l1-a": 4, "l2-b": 2})
        assert (await store.restore()).read == {"l1-a": 4, "l2-b": 2}


async def test_a_commit_of_something_else_leaves_it_as_it_is(home):
    async with opened(home) as store:
        await there(store, "l1-a")
        await store.record([], State(), read={"l1-a": 4})
        await store.commit(declared())
        await store.record([], declared().state)
        assert (await store.restore()).read == {"l1-a": 4}


async def test_the_next_leader_reads_on_where_the_last_one_s_state_ends(database):
    async with opened(database) as old, opened(database) as new:
        await there(new, "l1-a")
        await new.sharing.put_looks("l1-a", [seen(10.0), seen(20.0), seen(30.0)])
        await old.record([], declared().state, read={"l1-a": 2})
        await by_hand(database, "UPDATE leases SET expires_at = 0")
        await leading(new, "new")
        restored = await new.restore()
        assert restored.state.standings == declared().state.standings
        assert await unread(new, restored.read) == [("l1-a", 3, 30.0)]


async def test_daemons_that_are_forgotten_are_no_longer_reckoned_with(home):
    async with opened(home) as store:
        await there(store, "l1-a", "l1-b")
        await store.record([], State(), read={"l1-a": 4, "l1-b": 1})
        await by_hand(home, "UPDATE locations SET seen_at = 0 WHERE replica = 'l1-a'")
        await store.prune(before=0.0)
        assert (await store.restore()).read == {"l1-b": 1}
