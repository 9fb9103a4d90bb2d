"""The roll, as a store tells it."""

from __future__ import annotations

from checker.roll import RollCall, call
from checker.store.leases import CORE
from checker.store.presence import Presence
from tests.metrics.sample import NOW
from tests.store.values import by_hand, opened
from tests.web.site import Clock

HERE = Presence("l1-1", "l1", "0.1.0")
LATER = "UPDATE locations SET seen_at = seen_at - 60"


async def test_on_a_file_the_daemon_that_runs_leads(tmp_path):
    async with opened(tmp_path) as store:
        await store.sharing.say(Presence("l1-1", "l1", "0.1.0"))
        await by_hand(tmp_path, LATER)
        await store.sharing.say(Presence("l1-2", "l1", "0.1.0"))
        found = await call(store, NOW)
    assert [(one.replica, one.leads) for one in found.daemons] == [("l1-2", True)]
    assert not found.troubles()


async def test_on_a_server_the_one_with_the_lease_leads(database):
    async with opened(database) as store, opened(database) as other:
        holder = await store.sharing.holder(CORE)
        assert holder is not None
        await store.sharing.say(Presence(holder.owner, "l1", "0.1.0"))
        await other.sharing.say(Presence("l2-1", "l2", "0.1.0"))
        found = await call(other, NOW)
    assert [(one.replica, one.leads) for one in found.daemons] == [
        (holder.owner, True),
        ("l2-1", False),
    ]


async def test_on_a_server_nobody_leads_when_the_lease_has_run_out(database):
    async with opened(database) as store:
        holder = await store.sharing.holder(CORE)
        assert holder is not None
        await store.sharing.say(Presence(holder.owner, "l1", "0.1.0"))
        await by_hand(database, "UPDATE leases SET expires_at = expires_at - 3600")
        assert (await call(store, NOW)).leader is None


async def test_a_running_daemon_keeps_the_roll(home):
    async with opened(home) as store:
        await store.sharing.say(HERE)
        calling = RollCall(store, lambda _: None, lambda: HERE, lambda: NOW, Clock())
        assert calling.roll() is None
        await calling.read()
    kept = calling.roll()
    assert kept is not None
    assert (kept.at, kept.here) == (NOW, ["l1"])


async def test_a_daemon_that_has_its_store_for_itself_says_that_it_is_there(tmp_path):
    async with opened(tmp_path) as store:
        await RollCall(store, lambda _: None, lambda: HERE).read()
        found = await call(store, NOW)
    assert [(one.replica, one.leads) for one in found.daemons] == [("l1-1", True)]


async def test_on_a_server_it_is_the_roster_that_says_so(database):
    async with opened(database) as store:
        await RollCall(store, lambda _: None, lambda: HERE).read()
        assert await store.sharing.everyone() == []


async def test_what_the_store_could_not_say_for_long_is_not_told(home):
    failed, clock = [], Clock()
    async with opened(home) as store:
        calling = RollCall(store, failed.append, lambda: HERE, lambda: NOW, clock)
        await calling.read()
        await by_hand(home, "DROP TABLE locations")
        clock.now = 19.0
        await calling.read()
    assert calling.roll() is not None
    clock.now = 21.0
    assert calling.roll() is None
    assert failed == ["roll"]
