"""A restart continues where the last daemon stopped."""

from __future__ import annotations

from dataclasses import replace

from checker.core.held import Standing
from checker.core.model import Phase, State, Step
from tests.store.values import declared, incident, look, opened, state


async def test_a_committed_step_is_there_after_a_restart(home):
    async with opened(home) as store:
        await store.commit(declared())
    async with opened(home) as store:
        restored = await store.restore()
    assert restored.state == declared().state
    assert [one.effect for one in restored.outbox] == list(declared().effects)


async def test_a_new_store_restores_to_nothing(home):
    async with opened(home) as store:
        restored = await store.restore()
    assert restored.state == State()
    assert (restored.outbox, restored.receipts) == ((), ())


async def test_suspicion_that_led_to_no_incident_survives(home):
    doubt = replace(state(), symptoms={})
    async with opened(home) as store:
        await store.record([look(70.0)], doubt)
    async with opened(home) as store:
        assert (await store.restore()).state == doubt


async def test_only_a_commit_writes_symptoms(home):
    async with opened(home) as store:
        await store.record([look(70.0)], state(incident()))
    async with opened(home) as store:
        restored = (await store.restore()).state
    assert (restored.symptoms, restored.incidents, restored.counters) == ({}, {}, {})


async def test_a_standing_that_is_gone_stays_gone(home):
    async with opened(home) as store:
        await store.commit(declared())
        await store.record([], replace(declared().state, standings={}, local={}))
    async with opened(home) as store:
        restored = (await store.restore()).state
    assert (restored.standings, restored.local) == ({}, {})
    assert restored.symptoms == declared().state.symptoms


async def test_what_changed_after_a_restart_is_written_over_what_was_restored(home):
    async with opened(home) as store:
        await store.commit(declared())
    healed = replace(declared().state, standings={"us/app": {"l1": Standing()}}, symptoms={})
    async with opened(home) as store:
        await store.restore()
        await store.commit(Step(healed))
    async with opened(home) as store:
        assert (await store.restore()).state == healed


async def test_an_incident_that_left_the_state_is_history_and_not_restored(home):
    closed = incident("us-1", Phase.CLOSED)
    async with opened(home) as store:
        await store.commit(Step(state(closed)))
        await store.commit(Step(state(incident("us-2", at=500.0))))
        assert await store.incident("us-1") == closed
    async with opened(home) as store:
        restored = await store.restore()
    assert list(restored.state.incidents) == ["us-2"]


async def test_receipts_of_what_was_done_come_back_with_their_incident(home):
    async with opened(home) as store:
        await store.commit(declared())
        await store.confirmed("us-1/room/1@chat", 105.0, {"channel": "C1"})
    async with opened(home) as store:
        restored = await store.restore()
    [receipt] = restored.receipts
    assert (receipt.incident, receipt.responder, receipt.effect) == (
        "us-1",
        "chat",
        "us-1/room/1@chat",
    )
    assert receipt.receipt == {"channel": "C1"}


async def test_receipts_of_past_incidents_stay_where_they_are(home):
    async with opened(home) as store:
        await store.commit(declared("us-1"))
        await store.confirmed("us-1/room/1@chat", 105.0, {"channel": "C1"})
        await store.confirmed("us-1/page/1@pager", 105.0, {})
        await store.commit(Step(state(incident("us-2", at=500.0))))
    async with opened(home) as store:
        assert (await store.restore()).receipts == ()
