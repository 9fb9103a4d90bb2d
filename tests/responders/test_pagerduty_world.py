"""The pagerduty responder against a PagerDuty that keeps its own rules about keys."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checker.responders.contract import Done, Later, Never
from checker.responders.pagerduty import Responder, Settings
from tests.responders.effects import KEY, first, page, resolve
from tests.world.faults import drop, hang, lose, refuse, slow, status
from tests.world.hostile import Stranger, repeats
from tests.world.pagerduty import PagerDuty


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDuty]:
    async with PagerDuty() as fake:
        yield fake


@pytest.fixture
async def responder(pagerduty: PagerDuty) -> AsyncIterator[Responder]:
    settings = Settings(
        routing_key=pagerduty.routing_key, base_url=pagerduty.address, timeout_s=2.0
    )
    made = Responder(settings)
    yield made
    await made.close()


async def test_a_page_rings_once(responder, pagerduty):
    assert isinstance(await responder.carry_out(first(page())), Done)
    assert [(ring.key, ring.severity) for ring in pagerduty.rings] == [(KEY, "critical")]


async def test_a_page_sent_twice_rings_once(responder, pagerduty):
    await responder.carry_out(first(page()))
    await responder.carry_out(first(page()))
    assert len(pagerduty.rings) == 1
    assert len(pagerduty.incidents[0].log) == 2


async def test_a_raise_under_a_new_key_rings_although_the_first_page_was_acknowledged(
    responder, pagerduty
):
    await responder.carry_out(first(page(severity="major")))
    pagerduty.acknowledge(KEY)
    await responder.carry_out(first(page(key="checker/us-42/2")))
    assert [ring.severity for ring in pagerduty.rings] == ["error", "critical"]


async def test_the_end_resolves_the_incident(responder, pagerduty):
    await responder.carry_out(first(page()))
    await responder.carry_out(first(resolve()))
    assert [incident.state for incident in pagerduty.incidents] == ["resolved"]


async def test_a_page_whose_answer_was_lost_is_unsure_and_rings_once_after_all(
    responder, pagerduty
):
    await pagerduty.hurt("enqueue", drop(), times=1)
    lost = await responder.carry_out(first(page()))
    assert isinstance(lost, Later)
    assert lost.unsure
    assert isinstance(await responder.carry_out(first(page())), Done)
    assert len(pagerduty.rings) == 1


@pytest.mark.parametrize(("fault", "unsure"), [(hang(), True), (slow(5), True), (refuse(), False)])
async def test_a_pagerduty_that_does_not_answer_is_tried_again(fault, unsure, responder, pagerduty):
    await pagerduty.hurt("enqueue", fault)
    answer = await responder.carry_out(first(page()))
    assert isinstance(answer, Later)
    assert answer.unsure is unsure
    await pagerduty.mend()
    assert isinstance(await responder.carry_out(first(page())), Done)


async def test_a_pagerduty_in_trouble_is_tried_again(responder, pagerduty):
    await pagerduty.hurt("enqueue", status(500))
    assert await responder.carry_out(first(page())) == Later(
        why="PagerDuty answered 500", unsure=True
    )


async def test_accepted_is_all_that_the_events_api_can_tell_us(responder, pagerduty):
    await pagerduty.hurt("enqueue", lose())
    assert isinstance(await responder.carry_out(first(page())), Done)
    assert pagerduty.rings == []


async def test_a_wrong_routing_key_is_refused_for_good(pagerduty):
    settings = Settings(routing_key="0" * 32, base_url=pagerduty.address)
    responder = Responder(settings)
    answer = await responder.carry_out(first(page()))
    await responder.close()
    assert answer == Never(why="PagerDuty refused the event: Invalid routing key")


@pytest.mark.parametrize(
    ("pause_s", "timeout_s", "answer"),
    [(0.0, 20.0, Never), (0.05, 0.2, Later)],
    ids=["endless", "dripping"],
)
async def test_an_answer_without_end_is_read_to_its_limit(pause_s, timeout_s, answer):
    head = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    async with Stranger(repeats(head, b"x" * 1000, pause_s)) as stranger:
        settings = Settings(routing_key="0" * 32, base_url=stranger.origin, timeout_s=timeout_s)
        responder = Responder(settings)
        assert isinstance(await responder.carry_out(first(resolve())), answer)
        await responder.close()
