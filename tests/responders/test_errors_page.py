"""The page about refusals says what the responders do: each row is answered to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from checker.core.model import Duty
from checker.responders import (
    banner,
    pagerduty,
    pagerduty_incident,
    slack_refusals,
    uptimerobot,
    webhook,
)
from checker.responders.contract import Answer, Done, Later, Never, Unread
from checker.responders.pagerduty_incident import ALREADY_OPEN
from checker.responders.pagerduty_rest import Rest
from docs.errors import HTTP, Follows, Row, page
from tests.responders.effects import effect, first, publish
from tests.responders.effects import page as paged
from tests.responders.public.test_banner_refusals import FLAG

ASKED = {"Retry-After": "7", "ratelimit-reset": "7"}  # to tell a wait that was asked for from ours
EVENTS, WRITES, READS, BANNER, ROBOT, OWN = HTTP
PAGER = pagerduty_incident.Settings(
    rest_token="t", service="P43Y0E8", from_email="checker@example.com"
)


def follows(answer: Answer | Unread) -> Follows:
    """In the page's words."""
    match answer:
        case Done():
            return Follows.DONE
        case Never():
            return Follows.GIVEN_UP
        case _ if answer.after_s not in (None, 7):
            return Follows.MEND
        case Later() if answer.unsure:
            return Follows.LOOK
    return Follows.AGAIN


def rows() -> Iterator[Any]:
    for service, told in HTTP.items():
        for row in told:
            for status in row.statuses:
                yield pytest.param(service, row, status, id=f"{service} {status} {row.follows}")


def body_of(row: Row) -> Any:
    if "is open" in row.said:
        return {"error": {"message": "Arguments Caused Error", "errors": [ALREADY_OPEN]}}
    return {"code": "approval_required"} if row.said else {"id": 7}


@pytest.mark.parametrize(("service", "row", "status"), list(rows()))
async def test_each_row_of_the_page_is_what_is_done(
    service: str, row: Row, status: int, respx_mock: respx.MockRouter
):
    said = httpx.Response(status, json=body_of(row), headers=ASKED)
    if service == BANNER:
        respx_mock.get().mock(return_value=httpx.Response(200, json=FLAG))
    respx_mock.route().mock(return_value=said)
    assert follows(await answer_of(service)) is row.follows


async def answer_of(service: str) -> Answer | Unread:
    if service == READS:
        rest = Rest(PAGER, PAGER.rest_token)
        read: Unread = await rest.read("/incidents", {})
        await rest.close()
        return read
    responder = made(service)
    rings = service in (EVENTS, WRITES)
    asked = effect("fallback/1", Duty.FALLBACK, paged().payload) if rings else publish()
    answer = await responder.carry_out(first(asked))
    await responder.close()
    return answer


def made(service: str) -> Any:
    if service == EVENTS:
        return pagerduty.Responder(pagerduty.Settings(routing_key="k" * 32))
    if service == WRITES:
        return pagerduty_incident.Responder(PAGER)
    if service == BANNER:
        return banner.Responder(banner.Settings(project_id=2, personal_key="phx_1"))
    if service == ROBOT:
        return uptimerobot.Responder(uptimerobot.Settings(api_key="u", page_id=42))
    return webhook.Responder(webhook.Settings(address="https://status.example/hooks/1"))


def test_every_word_of_slacks_that_we_know_is_on_it():
    tables = (
        slack_refusals.MEND, slack_refusals.FINAL, slack_refusals.TROUBLE, slack_refusals.PASSING,
        slack_refusals.TOO_MUCH, slack_refusals.GONE, slack_refusals.NO_CHANNELS,
        slack_refusals.PERSONAL, slack_refusals.NO_FILES,
    )  # fmt: skip
    told = page()
    assert [word for words in tables for word in words if f"`{word}`" not in told] == []


def test_each_thing_that_can_follow_is_on_it():
    assert {row.follows for told in HTTP.values() for row in told} == set(Follows)
