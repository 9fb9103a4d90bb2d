"""Alerts and planned work survive a restart."""

from __future__ import annotations

from dataclasses import replace

from checker.core.engine import step
from checker.core.events import Alerted, Planned
from checker.core.model import Maintenance, State
from tests.core.story import T0
from tests.core.test_alerts import POLICY, alert
from tests.store.values import opened

EVENT = Alerted(T0 + 10, (alert(), alert("Oom")))


async def test_what_fires_still_fires_after_a_restart(home):
    taken = step(POLICY, State(), EVENT)
    async with opened(home) as store:
        await store.commit(taken)
    async with opened(home) as store:
        assert (await store.restore()).state == taken.state


async def test_what_was_resolved_and_forgotten_is_gone_after_a_restart(home):
    taken = step(POLICY, State(), EVENT)
    async with opened(home) as store:
        await store.commit(taken)
        await store.commit(replace(taken, state=replace(taken.state, alerts={}), effects=()))
    async with opened(home) as store:
        assert (await store.restore()).state.alerts == {}


async def test_alerts_wait_in_the_inbox_as_they_came(home):
    async with opened(home) as store:
        assert await store.put_inbox("one", EVENT, T0)
        assert not await store.put_inbox("one", EVENT, T0)
    async with opened(home) as store:
        assert await store.inbox() == [("one", EVENT)]


async def test_planned_work_is_read_soonest_first(home):
    late = Maintenance("us", T0 + 60, T0 + 120, "tim", "upgrade")
    soon = replace(late, begins=T0 + 30)
    taken = step(POLICY, State(), Planned(T0, late))
    taken = step(POLICY, taken.state, Planned(T0, soon))
    async with opened(home) as store:
        await store.commit(taken)
        assert await store.maintenance() == [soon, late]
