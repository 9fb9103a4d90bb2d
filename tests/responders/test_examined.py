"""Responders look at their own way out, before the night when it is needed."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from checker.responders import pagerduty, pagerduty_incident
from checker.responders.contract_findings import Examined, Finding, Health, ok
from checker.responders.slack import Responder as SlackResponder
from checker.responders.slack_examined import DIRECT, GROUPS, HEARING, SCOPES, VITAL
from tests.responders.rooms import made_for
from tests.world.faults import Fault, empty, hang, page, raw, refuse, says, status
from tests.world.pagerduty import ROUTING_KEY, PagerDuty
from tests.world.pagerduty_rest import SERVICE
from tests.world.slack import Slack
from tests.world.slack_socket import APP_TOKEN, SlackSocket


@pytest.fixture
async def pager() -> AsyncIterator[PagerDuty]:
    async with PagerDuty() as fake:
        yield fake


@pytest.fixture
async def paging(pager: PagerDuty) -> AsyncIterator[pagerduty.Responder]:
    settings = pagerduty.Settings(
        routing_key=pager.routing_key, base_url=pager.address, timeout_s=2.0
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


# ── whom PagerDuty rings ──────────────────────────────────────────────────────────────────────


async def seen(pager: PagerDuty, **settings: Any) -> list[Finding]:
    """What is found beside that events are taken."""
    told = {"routing_key": pager.routing_key, "base_url": pager.address, "rest_url": pager.address}
    more = {"rest_token": pager.rest_token, "service": SERVICE}
    responder = pagerduty.Responder(pagerduty.Settings(**told | more | settings))
    _, *found = await responder.examine()
    await responder.close()
    return found


async def test_the_service_that_our_key_rings_is_named(pager: PagerDuty):
    (found,) = await seen(pager)
    assert found.health is Health.OK
    assert found.what == (
        "the service PostHog Cloud is there, and it is the one that our routing key rings"
    )


async def test_a_key_of_another_service_is_bad(pager: PagerDuty):
    pager.service.key = "0" * 32
    (found,) = await seen(pager)
    assert found.health is Health.BAD
    assert found.what == "the service PostHog Cloud is there, but our routing key rings another"
    assert pager.routing_key not in f"{found}"


async def test_where_the_keys_cannot_be_seen_the_service_is_all_that_is_known(pager: PagerDuty):
    pager.service.key = ""
    assert await seen(pager) == [ok("the service PostHog Cloud is there")]


async def test_a_key_of_rules_that_choose_the_service_may_ring_any(pager: PagerDuty):
    pager.service.key = "0" * 32
    pager.routing_key = "R" + "0" * 31
    assert await seen(pager) == [ok("the service PostHog Cloud is there")]


async def test_a_service_that_is_not_there_is_bad(pager: PagerDuty):
    (found,) = await seen(pager, service="P1")
    assert found.health is Health.BAD
    assert "there is no service P1" in found.what


@pytest.mark.parametrize(
    ("status", "health"), [("disabled", Health.BAD), ("maintenance", Health.WARNING)]
)
async def test_a_service_that_rings_nobody_is_told(pager: PagerDuty, status: str, health: Health):
    pager.service.status = status
    (found,) = await seen(pager)
    assert found.health is health
    assert found.what == f"the service PostHog Cloud is {status}: it rings nobody"


@pytest.mark.parametrize("fault", [refuse(), hang(), status(503), empty(), page()])
async def test_a_service_that_is_not_shown_is_bad(pager: PagerDuty, fault: Fault):
    await pager.hurt("services", fault)
    (found,) = await seen(pager, timeout_s=0.2)
    assert found.health is Health.BAD
    assert found.what.startswith("the service cannot be seen: ")


@pytest.mark.parametrize(
    ("secret", "health"),
    [
        ("FA4Ewebhook5ecretFA4Ewebhook5ecret", Health.OK),
        ("a secret with spaces", Health.WARNING),
        ("ein-geheimnis-für-alle", Health.WARNING),
        (ROUTING_KEY, Health.BAD),
        ("y_NbAkKc66ryYTWUXYEu", Health.BAD),
    ],
)
async def test_the_secret_of_webhooks_is_one_of_its_own(
    pager: PagerDuty, secret: str, health: Health
):
    found = await seen(pager, webhook_secret=secret)
    assert [finding.health for finding in found] == [Health.OK, health]
    assert secret not in f"{found}"


async def test_the_service_of_the_second_way_is_looked_at(pager: PagerDuty):
    told = {"rest_token": pager.rest_token, "from_email": "checker@example.com"}
    responder = pagerduty_incident.Responder(
        pagerduty_incident.Settings(service=SERVICE, rest_url=pager.address, **told)
    )
    assert await responder.examine() == [ok("the service PostHog Cloud is there")]
    await responder.close()
    assert pager.rings == []


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


WITH = {
    "people": {"infra": "S0INFRA"},
    "page_users": ["U1"],
    "signing_secret": "8f742231b10e8888abcd99abcdef85a5",
}


@pytest.mark.parametrize(("scope", "cost"), list((HEARING | GROUPS | DIRECT).items()))
async def test_a_scope_that_the_settings_ask_for_is_named_when_it_is_missing(
    scope: str, cost: str, slack: Slack, responder_for: Callable[..., SlackResponder]
):
    slack.scopes.remove(scope)
    found = [f for f in await responder_for(**WITH).examine() if f.health is not Health.OK]
    assert [(f.health, f.what) for f in found] == [(Health.WARNING, f"no scope {scope}: {cost}")]


@pytest.mark.parametrize("scope", list(HEARING | GROUPS | DIRECT))
async def test_a_scope_that_the_settings_do_not_ask_for_is_not_missed(
    scope: str, slack: Slack, responder: SlackResponder
):
    slack.scopes.remove(scope)
    assert {found.health for found in await responder.examine()} == {Health.OK}


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


@pytest.fixture
async def hearing() -> AsyncIterator[SlackSocket]:
    async with SlackSocket() as fake:
        yield fake


async def test_an_app_token_is_tried_without_connecting(hearing: SlackSocket):
    responder = made_for(hearing, app_token=APP_TOKEN)
    found = await responder.examine()
    await responder.close()
    assert found[-1].health is Health.OK
    assert found[-1].what == "Slack's app token is good: people are heard over Socket Mode"
    assert hearing.hellos == 0


@pytest.mark.parametrize(
    ("word", "to_do"),
    [
        ("missing_scope", "give the app-level token the scope connections:write"),
        ("forbidden_team", "install the app in this workspace"),
        ("invalid_auth", "make an app-level token"),
        ("token_revoked", "make an app-level token"),
        ("not_allowed_token_type", "make an app-level token"),
    ],
)
async def test_an_app_token_that_hears_nobody_is_bad(word, to_do, hearing: SlackSocket):
    await hearing.hurt("apps.connections.open", says(word))
    responder = made_for(hearing, app_token=APP_TOKEN)
    found = await responder.examine()
    await responder.close()
    assert found[-1].health is Health.BAD
    assert found[-1].what == f"Slack refused apps.connections.open: {word}; nobody is heard"
    assert found[-1].to_do.startswith(to_do)
    assert APP_TOKEN not in f"{found}"


async def test_a_slack_that_says_nothing_about_the_app_token_is_bad(hearing: SlackSocket):
    await hearing.hurt("apps.connections.open", status(503))
    responder = made_for(hearing, app_token=APP_TOKEN)
    found = await responder.examine()
    await responder.close()
    assert (found[-1].health, found[-1].what) == (Health.BAD, "Slack answered 503")


@pytest.mark.parametrize(
    ("secret", "health"),
    [
        ("8f742231b10e8888abcd99abcdef85a5", Health.OK),
        ("a secret of another kind", Health.WARNING),
        ("xoxb-0123456789-0123456789012345", Health.WARNING),
        ("8F742231B10E8888ABCD99ABCDEF85A5", Health.WARNING),
    ],
)
async def test_a_signing_secret_that_is_none_of_slacks_is_a_warning(secret, health, responder_for):
    found = await responder_for(signing_secret=secret).examine()
    assert found[-1].health is health
    assert secret not in f"{found}"


async def test_both_can_be_examined(slack: Slack, paging: pagerduty.Responder):
    responder = made_for(slack)
    assert isinstance(responder, Examined)
    assert isinstance(paging, Examined)
    await responder.close()
