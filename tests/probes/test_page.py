"""What makes a page right, slow or broken; over real sockets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from probes.contract import Io, Outcome, Reason, Target, Timing, Verdict
from probes.page import Params, judge, probe
from probes.wire.exchange import Exchange
from probes.wire.fetch import Wire
from probes.wire.redirects import Trip
from tests.world.hostile import Act, Stranger, answers, redirects, site


def io_for(stranger: Stranger, wire: Wire) -> Io:
    line = wire.line(10.0)
    return Io(
        target=Target("us", stranger.origin, "http://nowhere.invalid"),
        timeout_s=10.0,
        fetch=line.fetch,
        dial=line.dial,
        resolve=line.resolve,
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
    )


async def looked(act: Act, wire: Wire, **settings: Any) -> Outcome:
    async with Stranger(act) as stranger:
        return await probe(Params(**settings), io_for(stranger, wire))


def found(outcome: Outcome) -> tuple[Reason | None, str]:
    return outcome.reason, outcome.detail


async def test_a_page_that_is_there_passes_with_its_phases_and_values(wire):
    outcome = await looked(answers(200, b"PostHog"), wire)
    assert outcome.verdict is Verdict.PASSED
    assert set(outcome.phases) == set(Timing) - {Timing.TLS}
    assert outcome.values["http_status_code"] == 200.0
    assert outcome.values["http_redirects"] == 0.0


async def test_the_path_is_asked_for_at_the_app(wire):
    async with Stranger(answers(200)) as stranger:
        await probe(Params(path="/_health?full=1"), io_for(stranger, wire))
    assert stranger.heads[0].startswith(b"GET /_health?full=1 HTTP/1.1\r\n")


async def test_the_ingest_host_is_asked_when_it_is_the_one(wire):
    async with Stranger(answers(200)) as app, Stranger(answers(200)) as ingest:
        io = io_for(app, wire)
        io = replace(io, target=replace(io.target, ingest_origin=ingest.origin))
        await probe(Params(host="ingest"), io)
    assert (len(app.heads), len(ingest.heads)) == (0, 1)


@pytest.mark.parametrize("status", [304, 401, 403, 404, 429, 500, 503])
async def test_another_status_is_a_failure_with_its_number(status, wire):
    outcome = await looked(answers(status), wire)
    assert found(outcome) == (Reason.STATUS, f"status {status} at /")
    assert outcome.verdict is Verdict.FAILED
    assert outcome.values["http_status_code"] == status


async def test_a_status_that_is_listed_is_the_right_one(wire):
    assert (await looked(answers(403), wire, status=[401, 403])).verdict is Verdict.PASSED


async def test_with_a_list_even_200_is_wrong_when_it_is_not_on_it(wire):
    assert (await looked(answers(200), wire, status=[401])).reason is Reason.STATUS


async def test_a_bot_challenge_is_inconclusive(wire):
    outcome = await looked(answers(403, b"", "cf-mitigated: challenge"), wire)
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)


async def test_a_block_of_our_address_is_inconclusive(wire):
    outcome = await looked(answers(403, b"error code: 1020", "Server: cloudflare"), wire)
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)
    assert outcome.detail == "403 by Cloudflare: our address is blocked"


async def test_a_page_that_cannot_be_reached_fails_with_the_reason_of_the_wire(wire):
    async with Stranger(answers(200)) as stranger:
        io = io_for(stranger, wire)
    assert (await probe(Params(), io)).reason is Reason.REFUSED


async def test_redirects_on_the_host_are_followed_and_counted(wire):
    pages: dict[str, Act] = {}
    async with Stranger(site(pages)) as stranger:
        pages["/"] = redirects("/a")
        pages["/a"] = redirects(f"{stranger.origin}/b?next=/")
        pages["/b?next=/"] = redirects("c", 308)
        pages["/c"] = answers(200, b"here")
        outcome = await probe(Params(contains=["here"]), io_for(stranger, wire))
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["http_redirects"] == 3.0


async def test_redirects_without_end_are_given_up(wire):
    outcome = await looked(redirects("/again"), wire, redirects=2)
    assert found(outcome) == (Reason.REDIRECT, "redirected 3 times, at last to /again")
    assert outcome.values["http_redirects"] == 2.0


async def test_where_none_is_expected_a_redirect_is_a_failure(wire):
    assert (await looked(redirects("/login"), wire, redirects=0)).reason is Reason.REDIRECT


async def test_a_redirect_whose_status_is_expected_is_the_answer(wire):
    outcome = await looked(redirects("https://elsewhere.test/"), wire, status=[302])
    assert outcome.verdict is Verdict.PASSED


async def test_a_redirect_off_the_host_is_not_followed(wire):
    async with Stranger(answers(200)) as other:
        outcome = await looked(redirects(f"{other.origin}/x?token=hush"), wire)
    assert found(outcome) == (Reason.REDIRECT, "redirected off the host, to http://127.0.0.1")
    assert other.heads == []


@pytest.mark.parametrize("location", ["https://127.0.0.1/", "http://[/", "mailto:tim@example.com"])
async def test_another_scheme_or_no_url_at_all_is_off_the_host(location, wire):
    assert (await looked(redirects(location), wire)).reason is Reason.REDIRECT


async def test_a_redirect_to_nowhere_is_only_its_status(wire):
    assert found(await looked(answers(302), wire)) == (Reason.STATUS, "status 302 at /")


async def test_a_failure_behind_a_redirect_keeps_the_time_of_the_whole_way(wire):
    outcome = await looked(site({"/": redirects("/b")}), wire)
    assert found(outcome) == (Reason.STATUS, "status 404 at /b")
    assert outcome.values["http_redirects"] == 1.0


def judged(exchange: Exchange, path: str = "/", **settings: Any) -> tuple[Reason | None, str]:
    return found(judge(Params(**settings), Trip(exchange, path)))


def page(body: str) -> Exchange:
    return Exchange(status=200, body=body.encode(), phases={Timing.CONNECT: 1.0, Timing.TLS: 1.5})


RIGHT = (None, "")


def test_where_it_had_to_lead_is_right():
    assert judged(page(""), "/signup", final_path="/signup") == RIGHT


def test_a_signup_that_leads_to_the_login_is_broken():
    assert judged(page(""), "/login", final_path="/signup") == (
        Reason.REDIRECT,
        "ended at /login, not at /signup",
    )


def test_the_body_must_hold_every_text_that_is_asked_for():
    assert judged(page("PostHog app"), contains=["PostHog", "app"]) == RIGHT
    assert judged(page("PostHog"), contains=["PostHog", "app"]) == (
        Reason.BODY,
        "the body does not hold 'app'",
    )


def test_the_body_must_hold_no_text_that_is_ruled_out():
    assert judged(page("PostHog"), lacks=["maintenance"]) == RIGHT
    assert judged(page("in maintenance"), lacks=["maintenance"]) == (
        Reason.BODY,
        "the body holds 'maintenance'",
    )


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("cloud", True), ("region", "US"), ("n", 1), ("a.b", None), ("list.1.x", 2.5)],
)
def test_a_value_in_a_json_body_is_found_by_its_path(path, wanted):
    body = '{"cloud": true, "region": "US", "n": 1, "a": {"b": null}, "list": [0, {"x": 2.5}]}'
    assert judged(page(body), json={path: wanted}) == RIGHT


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("cloud", "cloud is True, not 1"),
        ("region", "region is 'US', not 1"),
        ("none", "none is not in the body"),
        ("region.deeper", "region.deeper is not in the body"),
        ("list.7", "list.7 is not in the body"),
        ("list.x", "list.x is not in the body"),
    ],
)
def test_another_value_in_a_json_body_is_a_body_failure(path, detail):
    body = '{"cloud": true, "region": "US", "list": [0]}'
    assert judged(page(body), json={path: 1}) == (Reason.BODY, detail)


def test_a_body_that_had_to_be_json_and_is_not_is_a_body_failure():
    assert judged(page("<html>"), json={"a": 1})[0] is Reason.BODY


def test_a_page_that_is_right_but_over_its_limit_is_slow():
    outcome = judge(Params(slow_s=2), Trip(page(""), "/"))
    assert outcome.verdict is Verdict.DEGRADED
    assert found(outcome) == (Reason.SLOW, "took 2.50 s, over 2 s")


def test_a_page_within_its_limit_passes():
    assert judged(page(""), slow_s=2.5) == RIGHT


def test_a_page_that_is_wrong_is_not_merely_slow():
    assert judged(page(""), slow_s=2, contains=["x"])[0] is Reason.BODY


@pytest.mark.parametrize(
    "settings",
    [{"path": "login"}, {"host": "db"}, {"status": [99]}, {"slow_s": 0}, {"contains": [""]}],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValidationError):
        Params(**settings)
