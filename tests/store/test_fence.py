"""Whoever does not lead, or no longer does, writes in vain."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from checker.core.model import State
from checker.store.faults import Fenced
from checker.store.leases import CORE
from checker.store.store import Store
from tests.store.values import (
    by_hand,
    closing,
    declared,
    incident,
    leading,
    look,
    opened,
    state,
    until,
)

ROOT = Path(__file__).parents[2]
PAGE = "us-1/page/1@pager"
RUN_OUT = "UPDATE leases SET expires_at = expires_at - 3600"

WRITES = {
    "commit": lambda store: store.commit(declared("us-2")),
    "record": lambda store: store.record([look(10.0)], state(incident("us-2"))),
    "sending": lambda store: store.sending(PAGE, 101.0),
    "confirmed": lambda store: store.confirmed(PAGE, 101.0, {}),
    "refused": lambda store: store.refused(PAGE, 101.0, "no"),
    "postponed": lambda store: store.postponed(PAGE, 130.0, "later", unsure=True),
    "superseded": lambda store: store.superseded(PAGE, 101.0, "newer"),
    "want": lambda store: store.want({"us/app": 5.0}),
}
each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


async def everything(store):
    """All that a leader writes."""
    return await store.restore(), await store.effects("us-1"), await store.sharing.pace()


async def test_the_first_daemon_of_a_shared_store_leads_and_the_next_takes_over(database):
    async with opened(database) as store:
        await store.commit(declared())
    async with opened(database) as store:
        await store.commit(declared("us-2"))
        assert len(await store.incidents()) == 2


@each_write
async def test_who_never_led_writes_nothing(database, write):
    async with opened(database) as leader, opened(database) as other:
        await leader.commit(declared())
        before = await everything(leader)
        with pytest.raises(Fenced, match="does not lead"):
            await write(other)
        assert await everything(leader) == before
        assert other.owed == 0


@each_write
async def test_who_has_lost_the_lease_writes_nothing(database, write):
    async with opened(database) as old, opened(database) as new:
        await old.commit(declared())
        await by_hand(database, RUN_OUT)
        await leading(new, "new")
        before = await everything(new)
        with pytest.raises(Fenced, match="no longer holds the lease core"):
            await write(old)
        assert await everything(new) == before


async def test_a_leader_whose_lease_has_run_out_goes_on_while_nobody_has_taken_it(database):
    async with opened(database) as store:
        await by_hand(database, RUN_OUT)
        await store.commit(declared())
        assert await store.incident("us-1") == incident()


async def test_the_same_epoch_of_another_owner_is_not_ours(database):
    async with opened(database) as store:
        await by_hand(database, "UPDATE leases SET owner = 'another'")
        with pytest.raises(Fenced):
            await store.commit(declared())


async def test_who_steps_down_owes_nothing_any_more(database):
    async with opened(database) as old, opened(database) as new:
        await by_hand(database, RUN_OUT)
        await leading(new, "new")
        with pytest.raises(Fenced):
            await old.commit(declared())
        old.step_down()
        await old.settle()
        assert old.owed == 0
        with pytest.raises(Fenced, match="does not lead"):
            await old.commit(declared())


async def test_who_has_lost_the_lease_before_it_begins_does_not_lead(database):
    async with opened(database) as old, opened(database) as new:
        term = await old.sharing.take(CORE, "old", 60.0)
        assert term is None  # it leads already, by another name
        await by_hand(database, RUN_OUT)
        term = await new.sharing.take(CORE, "new", 60.0)
        await by_hand(database, "UPDATE leases SET owner = 'another', epoch = epoch + 1")
        with pytest.raises(Fenced):
            await new.lead(term)
        with pytest.raises(Fenced, match="does not lead"):
            await new.commit(declared())


async def test_what_anybody_may_do_anybody_does(database):
    async with opened(database), opened(database) as other:
        assert await other.put_inbox("cli/1", closing(), 1.0)
        await other.remember("l1", {"us/app": {"n": 1}})
        assert await other.memories("l1") == {"us/app": {"n": 1}}


async def test_a_commit_that_is_under_way_is_part_of_what_the_next_leader_finds(database):
    blocker = await asyncpg.connect(database.replace("+asyncpg", ""))
    async with opened(database) as old, opened(database) as new:
        await by_hand(database, RUN_OUT)
        await blocker.execute("BEGIN; LOCK TABLE effects IN EXCLUSIVE MODE")
        committing = asyncio.create_task(old.commit(declared()))
        await until(lambda: waiting(blocker))
        taking = asyncio.create_task(new.sharing.take(CORE, "new", 60.0))
        await blocker.execute("ROLLBACK")
        await committing
        restored = await new.lead(await taking)
    await blocker.close()
    assert restored.state == declared().state
    assert len(restored.outbox) == 2


async def waiting(connection):
    """How many statements wait for a table that is locked."""
    return await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def test_a_leader_that_was_frozen_finds_itself_fenced_when_it_thaws(database):
    async with leading_child(database) as child:
        await child.stdout.readuntil(b"committed us-3\n")
        child.send_signal(signal.SIGSTOP)
        new = await Store.open(database, deadline_s=20.0)
        term = await until(lambda: new.sharing.take(CORE, "new", 60.0))
        restored = await new.lead(term)
        assert int(restored.state.counters["us"]) >= 3
        child.send_signal(signal.SIGCONT)
        rest = await child.stdout.read()
        assert await child.wait() == 0
        assert rest.splitlines()[-1] == b"fenced"
        assert await new.restore() == restored
        await new.close()


@asynccontextmanager
async def leading_child(database):
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.store.leading_child", database),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def test_a_store_of_one_daemon_has_no_leader(tmp_path):
    async with opened(tmp_path) as store:
        assert not store.is_shared
        await store.record([look(10.0)], State())
        assert await store.sharing.holder(CORE) is None
