"""A server may forget its last second, when another takes over: then it is written again."""

from __future__ import annotations

import signal
from dataclasses import replace

from checker.core.model import Entry, Standing, Step
from checker.store.rows import Fate
from tests.postgres import own_server, speak, standby_of
from tests.store.values import (
    answering,
    by_hand,
    closing,
    declared,
    incident,
    leading,
    opened,
    state,
    until,
)

PAGE, ROOM = "us-1/page/1@pager", "us-1/room/1@chat"


async def forget(database, writes, *statements):
    """What a server is like that does not know of our last `writes` writes."""
    for sql in (*statements, f"UPDATE leases SET written = written - {writes}"):
        await by_hand(database, sql)


EVERYTHING = tuple(f"DELETE FROM {table}" for table in ("incidents", "entries", "effects", "held"))


async def test_a_commit_that_was_forgotten_is_there_after_the_next_write(database):
    async with opened(database) as store:
        await store.commit(declared())
        await forget(database, 1, *EVERYTHING)
        await store.want({})
        restored = await store.restore()
        assert restored.state == declared().state
        assert [one.effect for one in restored.outbox] == list(declared().effects)
        assert await store.timeline("us-1") == list(declared().entries)


async def test_nobody_knows_what_became_of_effects_that_were_forgotten(database):
    async with opened(database) as store:
        await store.commit(declared())
        await forget(database, 1, *EVERYTHING)
        await store.want({})
        assert all(one.unsure for one in (await store.restore()).outbox)


async def test_what_became_of_an_effect_is_told_again(database):
    async with opened(database) as store:
        await store.commit(declared())
        await store.sending(PAGE, 101.0)
        await store.confirmed(PAGE, 102.0, {"id": "P1"})
        await forget(database, 2, "UPDATE effects SET fate = 'pending', receipt = NULL")
        await store.want({})
        page, room = await store.effects("us-1")
    assert (page.fate, page.settled_at, page.receipt) == (Fate.CONFIRMED, 102.0, {"id": "P1"})
    assert room.fate is Fate.PENDING


async def test_what_was_taken_out_of_the_inbox_is_taken_out_again(database):
    async with opened(database) as store:
        await store.put_inbox("cli/1", closing(), 1.0)
        await store.commit(declared(), "cli/1")
        await forget(database, 1, "UPDATE inbox SET drained = false")
        await store.want({})
        assert await store.inbox() == []


async def test_what_was_there_before_and_changed_since_is_changed_again(database):
    gone = replace(declared().state, incidents={}, standings={"us/app": {"l1": Standing()}})
    async with opened(database) as store:
        await store.commit(declared())
        await store.commit(Step(gone))
        await forget(
            database,
            1,
            "DELETE FROM held WHERE part = 'standing'",
            "UPDATE incidents SET held = true",
        )
        await store.want({})
        assert (await store.restore()).state == gone


async def test_a_write_that_was_made_although_we_were_told_otherwise_changes_nothing(database):
    async with opened(database) as store:
        await store.commit(declared())
        await forget(database, -1)
        await store.commit(declared("us-2"))
        await store.commit(declared("us-2"))
        assert (await store.restore()).state == declared("us-2").state
        assert len(await store.timeline("us-1")) == 1


async def test_a_mark_for_what_is_gone_for_good_holds_nothing_up(database):
    async with opened(database) as store:
        await store.commit(declared())
    async with opened(database) as store:  # knows no longer how the effect came about
        await store.confirmed(PAGE, 102.0, {})
        await forget(database, 1, "DELETE FROM effects")
        await store.commit(declared("us-2"))
        assert len((await store.restore()).outbox) == 2


async def test_the_next_leader_takes_what_it_finds_as_it_is(database):
    async with opened(database) as old, opened(database) as new:
        await old.commit(declared())
        await forget(database, 1, *EVERYTHING, "UPDATE leases SET expires_at = 0")
        await leading(new, "new")
        await new.commit(replace(declared(), entries=(Entry("us-1", 1.0, "noted", "hello"),)))
        assert len(await new.timeline("us-1")) == 1


async def test_a_standby_that_takes_over_without_the_last_second_is_told_it_again():
    async with own_server() as primary, standby_of(primary) as standby:
        both = primary.url.replace("/postgres", f",127.0.0.1:{standby.port}/postgres")
        async with opened(both) as store:
            await store.commit(declared("us-1"))
            await until(lambda: has_caught_up(primary, standby))
            await standby.speak("ALTER SYSTEM SET primary_conninfo = ''")
            await standby.speak("SELECT pg_reload_conf()")
            await until(lambda: is_alone(standby))
            last = replace(declared("us-2"), state=state(incident("us-1"), incident("us-2")))
            await store.commit(last)
            await store.confirmed("us-2/page/1@pager", 102.0, {"id": "P2"})
            primary.stop(signal.SIGQUIT)
            await standby.speak("SELECT pg_promote()")
            await answering(lambda: store.confirmed("us-2/room/1@chat", 105.0, {}))
            assert (await store.restore()).state == last.state
            assert {one.fate for one in await store.effects("us-2")} == {Fate.CONFIRMED}
            assert len(await store.timeline("us-2")) == 1


async def has_caught_up(primary, standby):
    [[newest]] = await speak(primary.url, "SELECT pg_current_wal_lsn()::text")
    [[there]] = await speak(standby.url, f"SELECT pg_last_wal_replay_lsn() >= '{newest}'::pg_lsn")
    return there


async def is_alone(standby):
    [[receivers]] = await speak(standby.url, "SELECT count(*) FROM pg_stat_wal_receiver")
    return receivers == 0
