"""What is seen when one looks later at what was done: pages that are open, and rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import pytest

from checker.core.model import Effect
from checker.responders import pagerduty_incident
from checker.responders.contract import Done, PageState, Shown, Unread
from checker.responders.contract_seen import ShowsPages, ShowsRooms, is_of
from checker.responders.pagerduty import Responder as Pager
from checker.responders.pagerduty import Settings as PagerSettings
from checker.responders.slack import Responder, Settings
from tests.responders.effects import AT, first, page, post, resolve, room, summary
from tests.responders.rooms import NAME
from tests.world.faults import hang, refuse, says, status, throttle
from tests.world.faults import page as html
from tests.world.pagerduty import PagerDuty
from tests.world.pagerduty_rest import ON_CALL, TOKEN
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT

OURS = "checker"


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerDuty]:
    async with PagerDuty(now=lambda: AT) as fake:
        yield fake


@pytest.fixture
async def pager(pagerduty: PagerDuty) -> AsyncIterator[Pager]:
    told = {"routing_key": pagerduty.routing_key, "rest_token": TOKEN, "service": "P43Y0E8"}
    at = {"base_url": pagerduty.address, "rest_url": pagerduty.address, "timeout_s": 2.0}
    made = Pager(PagerSettings(**told | at))
    yield made
    await made.close()


async def ring(pager: Pager, *keys: str) -> None:
    for key in keys:
        assert isinstance(await pager.carry_out(first(page(key=key))), Done)


# ── pages ─────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_open_is_shown_by_its_key(pager: Pager, pagerduty: PagerDuty):
    await ring(pager, "checker/us-1/1", "checker/us-2/1", "checker/us-2/2")
    await pager.carry_out(first(resolve(key="checker/us-1/1")))
    pagerduty.acknowledge("checker/us-2/1", "Ada Lovelace")
    assert await pager.open_pages(OURS) == {
        "checker/us-2/1": Shown(PageState.ACKNOWLEDGED, "Ada Lovelace"),
        "checker/us-2/2": Shown(PageState.TRIGGERED, ON_CALL),
    }


async def test_what_others_have_open_is_none_of_ours(pager: Pager):
    await ring(pager, "checker-eu/us-1/1", "another thing", "checker/doctor")
    assert await pager.open_pages(OURS) == {}


async def test_more_than_one_page_of_them_is_read(pager: Pager, pagerduty: PagerDuty):
    for number in range(150):
        pagerduty.ring({"severity": "critical", "summary": "x"}, f"checker/us-{number}/1")
    assert len(await pager.open_pages(OURS)) == 150


@pytest.mark.parametrize("fault", [hang(), refuse(), status(500), status(401), throttle(3), html()])
async def test_whoever_does_not_say_is_not_taken_for_having_none(
    fault: Any, pager: Pager, pagerduty: PagerDuty
):
    await pagerduty.hurt("incidents", fault)
    assert isinstance(await pager.open_pages(OURS), Unread)


async def test_without_a_token_it_cannot_be_asked(pagerduty: PagerDuty):
    made = Pager(PagerSettings(routing_key=pagerduty.routing_key, base_url=pagerduty.address))
    assert await made.open_pages(OURS) == Unread("it has no rest_token")
    await made.close()


async def test_the_second_way_shows_its_pages_too(pager: Pager, pagerduty: PagerDuty):
    told = {"rest_token": TOKEN, "service": "P43Y0E8", "from_email": "checker@example.com"}
    other = pagerduty_incident.Responder(
        pagerduty_incident.Settings(**told, rest_url=pagerduty.address)
    )
    await ring(pager, "checker/us-1/1")
    assert list(await other.open_pages(OURS)) == ["checker/us-1/1"]
    assert isinstance(other, ShowsPages)
    await other.close()


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("checker/us-42/1", True),
        ("checker.k3x9qz/us-42/1", True),
        ("checker-2/us-42/1", False),
        ("checker/us-42", False),
        ("checker/us-42/x", False),
        ("checker", False),
        ("", False),
        ("None", False),
    ],
)
def test_a_key_says_whose_it_is(key: str, ours: bool):
    assert is_of("checker", key) is ours


# ── rooms ─────────────────────────────────────────────────────────────────────────────────────

Make = Callable[..., Responder]
Told = dict[str, dict[str, Any]]


async def told(responder: Responder, *effects: Effect) -> Told:
    """The receipts of these, carried out in turn."""
    receipts: Told = {}
    for effect in effects:
        answer = await responder.carry_out(first(effect, **receipts))
        assert isinstance(answer, Done), answer
        receipts[effect.id] = dict(answer.receipt)
    return receipts


async def test_a_room_is_seen_with_what_was_said_in_it(slack: Slack):
    told_it = Settings(token=slack.token, base_url=slack.api)
    responder = Responder(told_it, clock=count(0.0, 2.0).__next__)
    receipts = await told(responder, room(), post(1), summary(1))
    seen = await responder.see_room(receipts)
    assert (seen.name, seen.is_archived, seen.is_whole) == (f"#{NAME}", False, True)
    assert list(seen.said.values()) == [post(1).id, room().id]
    assert set(seen.said) >= {receipts[room().id]["ts"], receipts[post(1).id]["ts"]}
    assert isinstance(responder, ShowsRooms)
    await responder.close()


async def test_what_people_say_there_has_no_mark(responder: Responder, slack: Slack):
    receipts = await told(responder, room())
    slack.workspace.show(slack.workspace.channel(NAME).id, "hello", "", [])
    seen = await responder.see_room(receipts)
    assert list(seen.said.values()) == ["", room().id]


async def test_what_was_archived_is_seen_to_be(responder: Responder, slack: Slack):
    receipts = await told(responder, room())
    slack.workspace.channel(NAME).is_archived = True
    assert (await responder.see_room(receipts)).is_archived


async def test_a_room_that_is_gone_is_none(responder: Responder, slack: Slack):
    receipts = await told(responder, room())
    slack.workspace.channels.clear()
    assert await responder.see_room(receipts) is None


async def test_a_thread_in_the_fixed_channel_is_a_room_too(responder_for: Make, slack: Slack):
    fixed = slack.workspace.add_channel("incidents", BOT)
    slack.faults.put("conversations.create", says("restricted_action"))
    responder = responder_for(fallback_channel=fixed.id)
    receipts = await told(responder, room())
    slack.workspace.show(fixed.id, "of something else", "", [])
    seen = await responder.see_room(receipts)
    assert (seen.name, list(seen.said.values())) == ("#incidents", [room().id])


async def test_more_than_a_thousand_messages_are_not_read(responder: Responder, slack: Slack):
    receipts = await told(responder, room())
    for _ in range(1100):
        slack.workspace.show(slack.workspace.channel(NAME).id, "x", "", [])
    seen = await responder.see_room(receipts)
    assert not seen.is_whole
    assert len(seen.said) == 1000


@pytest.mark.parametrize("method", ["conversations.info", "conversations.history"])
@pytest.mark.parametrize(
    "fault", [says("missing_scope"), says("internal_error"), status(500), throttle(3), html()]
)
async def test_a_slack_that_does_not_say_is_not_taken_for_an_empty_one(
    method: str, fault: Any, responder: Responder, slack: Slack
):
    receipts = await told(responder, room())
    await slack.hurt(method, fault)
    assert isinstance(await responder.see_room(receipts), Unread)


async def test_an_incident_without_a_room_is_not_looked_for(responder: Responder, slack: Slack):
    assert isinstance(await responder.see_room({}), Unread)
    assert slack.calls == []
