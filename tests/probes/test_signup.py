"""The way of a customer who wants to sign up, and what can be wrong on it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.signup import (
    REASONS,
    SCRIPT_MAX,
    Params,
    judge_form,
    judge_pace,
    judge_page,
    judge_preflight,
    judge_script,
    probe,
    script_of,
)
from probes.wire.exchange import Exchange, Failure
from probes.wire.redirects import Trip
from tests.probes.onlooker import found, io_for, serving, target
from tests.world.posthog_signup import LOADER, TAG, PosthogSignup

PAGE = URL("https://app.posthog.com/signup")


async def looked(signup: PosthogSignup, wire, **settings: Any) -> Outcome:
    async with serving(signup.routes()) as origin:
        return await probe(Params(**settings), io_for(wire, target(app=origin)))


async def test_a_customer_who_could_sign_up_passes(wire):
    signup = PosthogSignup()
    outcome = await looked(signup, wire)
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["http_status_code"] == 200.0
    assert signup.asked == ["/signup", "/static/index-5DL7TLHK.js", "/_preflight"]


async def test_a_script_that_the_page_loads_by_itself_is_found_too(wire):
    signup = PosthogSignup()
    signup.names_script_by = LOADER
    assert (await looked(signup, wire)).verdict is Verdict.PASSED
    assert "/static/index-5DL7TLHK.js" in signup.asked


async def test_a_signup_that_leads_to_the_login_is_broken_though_all_answers_are_200(wire):
    signup = PosthogSignup()
    signup.moved_to = "/login"
    outcome = await looked(signup, wire)
    assert found(outcome) == (Verdict.FAILED, Reason.REDIRECT)
    assert outcome.detail == "/signup leads to /login"


async def test_a_signup_that_leads_off_the_host_is_broken(wire):
    signup = PosthogSignup()
    signup.moved_to = "https://elsewhere.test/signup"
    assert found(await looked(signup, wire)) == (Verdict.FAILED, Reason.REDIRECT)


async def test_a_slash_more_is_still_the_signup(wire):
    signup = PosthogSignup()
    signup.moved_to = "/signup/"
    async with serving(signup.routes(), [web.get("/signup/", signup.login)]) as origin:
        outcome = await probe(Params(), io_for(wire, target(app=origin)))
    assert outcome.verdict is Verdict.PASSED


@pytest.mark.parametrize("status", [404, 429, 500, 503])
async def test_a_page_with_another_status_is_broken(status, wire):
    signup = PosthogSignup()
    signup.page_status = status
    outcome = await looked(signup, wire)
    assert found(outcome) == (Verdict.FAILED, Reason.STATUS)
    assert outcome.detail == f"/signup: status {status}"


async def test_no_connection_is_broken(wire):
    assert (await probe(Params(), io_for(wire, target()))).reason is Reason.REFUSED


async def test_a_page_without_a_script_is_broken(wire):
    signup = PosthogSignup()
    signup.names_script_by = "<script>let it = be</script><script src='/js/stripe.js'></script>"
    outcome = await looked(signup, wire)
    assert (outcome.reason, outcome.detail) == (Reason.BODY, "the page has no script")


async def test_a_script_that_is_html_is_broken(wire):
    signup = PosthogSignup()
    signup.script_is_html = True
    outcome = await looked(signup, wire)
    assert (outcome.reason, outcome.detail) == (Reason.BODY, "its script is HTML")


@pytest.mark.parametrize("status", [403, 404, 502])
async def test_a_script_that_is_not_there_is_broken(status, wire):
    signup = PosthogSignup()
    signup.script_status = status
    outcome = await looked(signup, wire)
    assert found(outcome) == (Verdict.FAILED, Reason.STATUS)
    assert outcome.detail == f"its script: status {status}"


async def test_new_organizations_that_are_not_allowed_are_broken(wire):
    signup = PosthogSignup()
    signup.can_create_org = False
    outcome = await looked(signup, wire)
    assert found(outcome) == (Verdict.FAILED, Reason.BODY)
    assert outcome.detail == "/_preflight: can_create_org is not true"


async def test_a_preflight_that_fails_is_broken(wire):
    signup = PosthogSignup()
    signup.preflight_status = 503
    assert (await looked(signup, wire)).detail == "/_preflight: status 503"


def test_right_but_over_the_limit_is_slow():
    page = Exchange(status=200, phases={Timing.PROCESSING: 2.5})
    assert found(judge_pace(Params(slow_s=2), page)) == (Verdict.DEGRADED, Reason.SLOW)
    assert judge_pace(Params(slow_s=3), page).verdict is Verdict.PASSED


# ── where the script may be ─────────────────────────────────────────────────────────────────────


async def test_a_script_at_a_host_that_we_do_not_know_is_not_fetched(wire):
    async with serving(PosthogSignup().routes()) as other:
        signup = PosthogSignup()
        signup.script_base = other
        outcome = await looked(signup, wire)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)


async def test_what_comes_after_a_script_that_we_did_not_fetch_is_looked_at_all_the_same(wire):
    signup = PosthogSignup()
    signup.script_base = "https://169.254.169.254"
    signup.can_create_org = False
    assert (await looked(signup, wire)).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("page", "script", "known"),
    [
        ("https://app.posthog.com", "https://app.posthog.com/static/i.js", True),
        ("https://app.posthog.com", "https://app-static.posthog.com/static/i.js", True),
        ("https://app.posthog.com", "http://app-static.posthog.com/static/i.js", False),
        ("https://app.posthog.com", "https://alias.test/static/i.js", True),
        ("https://app.posthog.com", "https://evilposthog.com/static/i.js", False),
        ("https://posthog.com", "https://example.com/static/i.js", False),
        ("https://10.0.0.1", "https://192.0.0.1/static/i.js", False),
        ("https://[::1]", "https://[::2]/static/i.js", False),
    ],
)
async def test_a_script_is_fetched_at_home_or_beside_it(page, script, known, wire):
    asked = []

    async def fetch(request):
        asked.append(request.url)
        html = f'<html><script src="{script}"></script>'.encode()
        return Exchange(status=200, body=html)

    at = replace(target(app=page), aliases=("alias.test",))
    await probe(Params(), replace(io_for(wire, at), fetch=fetch))
    assert (script in asked) is known


@pytest.mark.parametrize(
    ("html", "script"),
    [
        (TAG.format(base=""), "https://app.posthog.com/static/index-5DL7TLHK.js"),
        (LOADER.format(base=""), "https://app.posthog.com/static/index-5DL7TLHK.js"),
        (LOADER.format(base="https://cdn.test"), "https://cdn.test/static/index-5DL7TLHK.js"),
        ("ESBUILD_LOAD_SCRIPT('i.js?t=7')", "https://app.posthog.com/static/i.js?t=7"),
        ("<SCRIPT defer SRC = '//cdn.test/static/i.js'>", "https://cdn.test/static/i.js"),
        ("<script src='/a.js'></script><script src='static/i.js'>", None),
        ("<script src='http://[/static/i.js'>", None),
        ("<script src='data:/static/i.js'>", None),
        ("", None),
    ],
)
def test_the_script_that_the_page_names_is_found(html, script):
    assert script_of(html, PAGE) == (script and URL(script))


def test_a_page_made_to_stall_us_does_not():
    for hostile in ("<script " * 30_000, "<script src=" + " " * 250_000, "window.JS_URL " * 19_000):
        assert script_of(hostile, PAGE) is None


# ── one answer at a time ────────────────────────────────────────────────────────────────────────


def test_a_script_longer_than_we_read_is_a_script():
    script = Exchange(
        Failure(Reason.BODY, "longer"),
        status=200,
        headers={"content-type": "application/javascript"},
        body=b"x" * SCRIPT_MAX,
    )
    assert judge_script(script) is None


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Exchange(Failure(Reason.TIMEOUT)), Reason.TIMEOUT),
        (Exchange(status=200, headers={"content-type": "text/javascript"}), Reason.BODY),
        (Exchange(status=200, body=b"1", headers={"content-type": "image/png"}), Reason.BODY),
        (Exchange(status=200, body=b"1"), Reason.BODY),
    ],
)
def test_what_is_no_script_is_told(script, reason):
    wrong = judge_script(script)
    assert wrong is not None
    assert found(wrong) == (Verdict.FAILED, reason)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"can_create_org": "true"}'])
def test_a_preflight_that_does_not_say_true_is_broken(body):
    wrong = judge_preflight(Exchange(status=200, body=body))
    assert wrong is not None
    assert wrong.reason is Reason.BODY


def test_a_preflight_that_does_not_answer_is_broken():
    wrong = judge_preflight(Exchange(Failure(Reason.RESET, "cut")))
    assert wrong is not None
    assert (wrong.reason, wrong.detail) == (Reason.RESET, "/_preflight: cut")


def test_a_page_that_is_no_html_is_broken():
    wrong = judge_page(Trip(Exchange(status=200, body=b'{"ok": true}'), "/signup"))
    assert wrong is not None
    assert (wrong.reason, wrong.detail) == (Reason.BODY, "/signup is no HTML")


def test_a_403_is_a_block_of_our_address():
    wrong = judge_page(Trip(Exchange(status=403), "/signup"))
    assert wrong is not None
    assert found(wrong) == (Verdict.INCONCLUSIVE, Reason.CHALLENGE)


@given(
    status=st.none() | st.sampled_from([200, 201, 302, 400, 403, 429, 500]),
    body=st.binary() | st.from_type(dict[str, bool]).map(lambda found: json.dumps(found).encode()),
    kind=st.sampled_from(["text/html", "text/javascript", "application/json", ""]),
)
def test_whatever_comes_is_an_outcome_with_a_reason_that_is_explained(status, body, kind):
    answer = Exchange(status=status, body=body, headers={"content-type": kind})
    judged = [judge_page(Trip(answer, "/signup")), judge_script(answer)]
    for wrong in [*judged, judge_preflight(answer), judge_form(answer)]:
        assert wrong is None or wrong.reason in REASONS


@given(st.text())
def test_html_of_any_kind_names_a_script_or_none(html):
    for page in (html, TAG.format(base=html), LOADER.format(base=html)):
        script = script_of(page, PAGE)
        assert script is None or script.host
