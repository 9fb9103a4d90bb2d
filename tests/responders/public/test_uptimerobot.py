"""The status page, at an UptimeRobot that keeps its announcements; and what it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import respx
from pydantic import ValidationError

from checker.responders.contract import Answer, Done, Later, Never
from checker.responders.contract_findings import Examined, Health
from checker.responders.uptimerobot import Responder, Settings
from tests.responders.effects import AT, again, first, publish, withdraw
from tests.responders.public.saying import done, published
from tests.world.faults import Fault, drop, empty, hang, page, raw, refuse, status, throttle
from tests.world.uptimerobot import KEY, PAGE, UptimeRobot

REFERENCE = "Reference: checker/us-42"
CONTENT = f"We are working on it.\n\n{REFERENCE}"
URL = "https://api.uptimerobot.com/v3/psps/42/announcements"


@pytest.fixture
async def robot() -> AsyncIterator[UptimeRobot]:
    async with UptimeRobot() as fake:
        yield fake


@pytest.fixture
async def status_page(robot: UptimeRobot) -> AsyncIterator[Responder]:
    made = Responder(Settings(api_key=KEY, page_id=PAGE, base_url=robot.api, timeout_s=2.0))
    yield made
    await made.close()


async def test_what_is_published_is_an_announcement(status_page, robot):
    answer = await published(status_page)
    (shown,) = robot.announcements
    assert shown == {
        "id": 100,
        "pspId": PAGE,
        "pinned": False,
        "title": "PostHog Cloud US is down",
        "content": CONTENT,
        "status": "Published",
        "type": "Issue",
        "startDate": "2026-11-23T11:59:00Z",
        "endDate": None,
    }
    words = ["PostHog Cloud US is down", CONTENT, "Published"]
    assert answer == Done(
        {"at": AT, "id": 100, "words": words}, "the status page says: PostHog Cloud US is down"
    )


async def test_words_published_again_replace_the_first(status_page, robot):
    receipt = (await published(status_page)).receipt
    await done(status_page, first(publish(2, text="Half of it is back."), publish=receipt))
    (shown,) = robot.announcements
    assert shown["content"] == f"Half of it is back.\n\n{REFERENCE}"


async def test_the_end_is_said_in_the_same_announcement(status_page, robot):
    receipt = (await published(status_page)).receipt
    answer = await done(status_page, first(withdraw(), publish=receipt))
    (shown,) = robot.announcements
    assert shown["title"] == "PostHog Cloud US works again"
    assert shown["content"] == f"It was down for 5 min.\n\n{REFERENCE}"
    assert (shown["status"], shown["type"]) == ("Published", "Info")
    assert (shown["startDate"], shown["endDate"]) == (
        "2026-11-23T11:59:00Z",
        "2026-11-23T12:00:00Z",
    )
    assert answer == Done({"at": AT}, "the status page says that it is over")


async def test_what_is_published_after_the_end_is_announced_anew(status_page, robot):
    receipt = (await published(status_page)).receipt
    ended = (await done(status_page, first(withdraw(), publish=receipt))).receipt
    later = first(publish(2), publish=receipt, withdraw={**ended, "at": AT + 60})
    await done(status_page, later)
    assert [one["type"] for one in robot.announcements] == ["Info", "Issue"]


async def test_long_words_are_cut_to_what_uptimerobot_takes(status_page, robot):
    await published(status_page, title="é" * 999, text="long\n" * 9999)
    (shown,) = robot.announcements
    assert (len(shown["title"]), len(shown["content"])) == (255, 2000)
    assert shown["content"].endswith(f"…\n\n{REFERENCE}")


@pytest.mark.parametrize("title", ["", "X"])
async def test_a_title_that_is_too_short_is_not_sent(title, status_page, robot):
    await published(status_page, title=title, text="")
    (shown,) = robot.announcements
    assert (shown["title"], shown["content"]) == ("Incident", REFERENCE)


async def test_no_html_begins_in_our_words(status_page, robot):
    await published(status_page, title="<b>Down", text="a\x1b[31m <script>\nb \ud800")
    (shown,) = robot.announcements
    assert shown["title"] == "‹b›Down"
    assert shown["content"] == f"a [31m ‹script›\nb\n\n{REFERENCE}"


# ── others, and lost answers ──


async def test_an_announcement_that_somebody_has_changed_is_left_alone(status_page, robot):
    receipt = (await published(status_page)).receipt
    robot.announcements[0]["content"] = "Ada's own words."
    answer = await status_page.carry_out(first(publish(2, text="More."), publish=receipt))
    assert answer == Never("the status page is left alone: somebody has changed it; edit it there")
    answer = await done(status_page, first(withdraw(), publish=receipt))
    assert answer.note == "the status page is left alone: somebody has changed it"
    assert robot.announcements[0]["content"] == "Ada's own words."


async def test_an_announcement_that_is_gone_is_made_anew_and_not_ended(status_page, robot):
    receipt = (await published(status_page)).receipt
    robot.announcements.clear()
    answer = await done(status_page, first(withdraw(), publish=receipt))
    assert answer.note == "the status page: the announcement is gone"
    await done(status_page, first(publish(2), publish=receipt))
    assert len(robot.announcements) == 1


async def test_the_end_of_what_was_never_published_changes_nothing(status_page, robot):
    answer = await done(status_page, first(withdraw()))
    assert answer.note == "the status page: nothing of ours is up"
    assert robot.announcements == []


@pytest.mark.parametrize("others", [0, 2, 7], ids=["alone", "same page", "later page"])
async def test_after_a_lost_answer_it_is_looked_for_before_it_is_said_again(
    others, status_page, robot
):
    await robot.hurt("create", drop(), times=1)
    lost = await status_page.carry_out(first(publish()))
    assert isinstance(lost, Later)
    assert lost.unsure
    for number in range(others):
        theirs = {"id": number, "title": "Sunday", "content": f"{REFERENCE}{number}"}
        robot.announcements.append(theirs)
    assert (await done(status_page, again(publish()))).receipt["id"] == 100
    assert len(robot.announcements) == 1 + others


async def test_what_is_not_found_after_a_lost_answer_is_said(status_page, robot):
    await robot.hurt("create", status(502), times=1)
    assert isinstance(await status_page.carry_out(first(publish())), Later)
    await done(status_page, again(publish()))
    assert len(robot.announcements) == 1


@pytest.mark.parametrize("what", [publish(2, text="More."), withdraw()], ids=["edit", "end"])
async def test_an_edit_whose_answer_was_lost_is_ours(what, status_page, robot):
    receipt = (await published(status_page)).receipt
    await robot.hurt("update", drop(), times=1)
    assert isinstance(await status_page.carry_out(first(what, publish=receipt)), Later)
    await done(status_page, again(what, publish=receipt))
    assert len(robot.announcements) == 1


async def test_an_end_finds_an_announcement_whose_receipt_is_missing(status_page, robot):
    await published(status_page)
    await done(status_page, first(withdraw()))
    assert robot.announcements[0]["type"] == "Info"


async def test_a_list_without_end_is_not_read_for_ever(respx_mock):
    route = respx_mock.get(url__startswith=URL).mock(
        return_value=httpx.Response(200, json={"data": [{}, 7], "nextCursorId": 3})
    )
    status_page = Responder(Settings(api_key=KEY, page_id=PAGE))
    answer = await status_page.carry_out(first(withdraw()))
    await status_page.close()
    assert isinstance(answer, Done)
    assert route.call_count == 5


# ── refusals ──

TABLE: list[tuple[Fault, Answer]] = [
    (status(500), Later("UptimeRobot answered 500", unsure=True)),
    (status(408), Later("UptimeRobot answered 408", unsure=True)),
    (throttle(42), Later("UptimeRobot asks us to wait", 42)),
    (status(429), Later("UptimeRobot asks us to wait", 60)),
    (status(400), Never("UptimeRobot refused it: broken on command: 400")),
    (status(401), Later("UptimeRobot answered 401: broken on command: 401; put in the account's main API key", 300)),
    (status(404), Later("UptimeRobot answered 404: broken on command: 404; look at page_id and base_url", 300)),
    (status(409), Later("UptimeRobot answered 409: broken on command: 409")),
    (status(301), Later("UptimeRobot answered 301, which it does not do: look at the address and proxies", 60)),
    (hang(), Later("UptimeRobot did not answer within 2 s", unsure=True)),
    (drop(), Later("UptimeRobot's answer was lost: RemoteProtocolError", unsure=True)),
    (page(), Later("the answer is not UptimeRobot's: its outage, a proxy, or a wrong address", 60, unsure=True)),
    (empty(), Later("the answer is not UptimeRobot's: its outage, a proxy, or a wrong address", 60, unsure=True)),
    (raw("application/json", "{}"), Later("UptimeRobot's answer does not name the announcement", unsure=True)),
    (raw("application/json", '{"id": "x"}'), Later("UptimeRobot's answer does not name the announcement", unsure=True)),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "answer"), TABLE, ids=str)
async def test_what_follows_when_it_is_not_announced(fault, answer, status_page, robot):
    await robot.hurt("create", fault)
    assert await status_page.carry_out(first(publish())) == answer


async def test_an_uptimerobot_that_refuses_connections_has_surely_done_nothing(status_page, robot):
    await robot.hurt("create", refuse())
    answer = await status_page.carry_out(first(publish()))
    assert answer == Later("UptimeRobot cannot be reached: ConnectError")


async def test_a_plan_without_announcements_is_named(status_page, robot):
    robot.has_plan = False
    answer = await status_page.carry_out(first(publish()))
    assert answer == Later(
        "UptimeRobot answered 403: Feature psp-subscribers is not enabled in your plan.; "
        "the key must be the main one, and the plan must have announcements",
        300,
    )


@pytest.mark.parametrize("code", [401, 503])
async def test_an_edit_that_cannot_be_looked_at_first_is_tried_again(code, status_page, robot):
    receipt = (await published(status_page)).receipt
    await robot.hurt("get", status(code))
    answer = await status_page.carry_out(first(withdraw(), publish=receipt))
    assert isinstance(answer, Later)
    assert not answer.unsure


async def test_our_key_is_in_no_answer(respx_mock: respx.MockRouter):
    said: Any = {"message": [f"{KEY} may not", "try again"]}
    respx_mock.post(URL).mock(return_value=httpx.Response(400, json=said))
    status_page = Responder(Settings(api_key=KEY, page_id=PAGE))
    answer = await status_page.carry_out(first(publish()))
    await status_page.close()
    assert answer == Never("UptimeRobot refused it: (secret) may not; try again")


def test_a_key_that_fits_no_header_is_refused():
    with pytest.raises(ValidationError, match="letters, digits and signs"):
        Settings(api_key="ur 1", page_id=1)


# ── doctor ──


async def test_a_status_page_that_can_be_read_is_found_good(status_page):
    assert isinstance(status_page, Examined)
    (found,) = await status_page.examine()
    assert found.health is Health.OK


async def test_a_wrong_key_is_bad_and_not_shown(status_page, robot):
    robot.key = "another"
    (found,) = await status_page.examine()
    assert found.health is Health.BAD
    assert "main API key" in found.what
    assert KEY not in f"{found}"
