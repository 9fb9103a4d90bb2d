"""Responders look at their own way out, before the night when it is needed."""

from collections.abc import AsyncIterator, Callable

import pytest

from checker.responders import pagerduty
from checker.responders.contract_findings import Examined, Health
from checker.responders.slack import Responder as SlackResponder
from checker.responders.slack_examined import SCOPES, VITAL
from tests.responders.rooms import made_for
from tests.world.faults import empty, hang, page, raw, refuse, says, status
from tests.world.pagerduty import PagerDuty
from tests.world.slack import Slack


@pytest.fixture
async def pager() -> AsyncIterator[PagerDuty]:
    async with PagerDuty() as fake:
        yield fake


@pytest.fixture
async def paging(pager: PagerDuty) -> AsyncIterator[pagerduty.Responder]:
    settings = pagerduty.Settings(
        routing_key=pager.routing_key, base_url=pager.address, timeout_s=0.5
    )
    responder = pagerduty.Responder(settings)
    yield responder
    await responder.close()


# ── PagerDuty ─────────────────────────────────────────────────────────────────────────────────


async def test_pagerduty_hears_us_and_rings_nobody(pager: PagerDuty, paging: pagerduty.Responder):
    (found,) = await paging.examine()
    assert found.health is Health.OK
    assert (pager.rings, pager.incidents) == ([], [])
    assert [event["event_action"] for event in pager.events] == ["resolve"]


async def test_a_look_at_pagerduty_ends_no_page_of_ours(
    pager: PagerDuty, paging: pagerduty.Responder
):
    await paging.examine()
    assert pager.events[0]["dedup_key"].count("/") == 1


async def test_a_wrong_routing_key_is_bad_and_not_shown(
    pager: PagerDuty, paging: pagerduty.Responder
):
    mine, pager.routing_key = pager.routing_key, "another"
    (found,) = await paging.examine()
    assert found.health is Health.BAD
    assert "Invalid routing key" in found.what
    assert "integration key" in found.to_do
    assert mine not in f"{found}"


@pytest.mark.parametrize("fault", [refuse(), hang(), status(503), status(404)])
async def test_a_pagerduty_that_does_not_answer_is_bad(pager, paging, fault):
    await pager.hurt("enqueue", fault)
    (found,) = await paging.examine()
    assert found.health is Health.BAD
    assert "base_url" in found.to_do


# ── Slack ─────────────────────────────────────────────────────────────────────────────────────


async def test_a_good_token_is_named_with_its_workspace(slack: Slack, responder: SlackResponder):
    found = await responder.examine()
    assert [finding.health for finding in found] == [Health.OK, Health.OK]
    assert found[0].what == "Slack's token is good: checker at World"
    assert slack.asked("chat.postMessage") == []


async def test_a_revoked_token_is_bad_and_says_what_to_do(slack: Slack, responder: SlackResponder):
    slack.revoked = True
    (found,) = await responder.examine()
    assert found.health is Health.BAD
    assert found.what == "Slack refused auth.test: token_revoked"
    assert "install the app again" in found.to_do
    assert slack.token not in f"{found}"


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_missing_scope_is_named_with_what_it_costs(slack, responder, scope):
    slack.scopes.remove(scope)
    _, found = await responder.examine()
    assert found.health is (Health.BAD if scope in VITAL else Health.WARNING)
    assert found.what == f"no scope {scope}: {SCOPES[scope]}"
    assert found.to_do == f"add {scope} to the app and install it again"


async def test_who_may_open_no_channel_but_has_another_is_warned(
    slack: Slack, responder_for: Callable[..., SlackResponder]
):
    slack.scopes.remove("channels:manage")
    _, found = await responder_for(fallback_channel="C0001").examine()
    assert found.health is Health.WARNING


async def test_a_slack_that_says_no_scopes_is_a_warning(slack: Slack, responder: SlackResponder):
    kind = "application/json"
    await slack.hurt("auth.test", raw(kind, '{"ok": true, "user": "checker", "team_id": "T1"}'))
    found = await responder.examine()
    assert [finding.health for finding in found] == [Health.OK, Health.WARNING]
    assert "did not say which scopes" in found[1].what


@pytest.mark.parametrize(
    "fault", [refuse(), hang(), status(503), empty(), page(), says("new_word")]
)
async def test_a_slack_that_does_not_answer_is_bad(slack, responder, fault):
    await slack.hurt("auth.test", fault)
    (found,) = await responder.examine()
    assert found.health is Health.BAD
    assert "base_url" in found.to_do


async def test_both_can_be_examined(slack: Slack, paging: pagerduty.Responder):
    responder = made_for(slack)
    assert isinstance(responder, Examined)
    assert isinstance(paging, Examined)
    await responder.close()
