"""People have things done over HTTP, with the token, in the words of the command line."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.core.model import Duty
from checker.unrung import SAID
from checker.web.bodies import WORDS, DeclareBody, MaintenanceBody, Misread, WordBody, read
from tests.core.story import T0
from tests.web.listener import (
    INCIDENTS,
    PLAN,
    Listener,
    calling,
    failing_incident,
    open_incident,
    with_a_banner,
)
from tests.web.site import BEARER, Daemon, site

DECLARE = {"target": "us", "what": "exports are empty", "by": "ada"}
NOTE = {"by": "bob", "text": "restarted the pods"}
CLOSE = {"by": "ada", "cause": "a full disk", "fix": "a larger one"}


async def test_a_person_declares_and_leads():
    async with calling(Listener()) as caller:
        status, told = await caller.post(INCIDENTS, DECLARE | {"severity": "critical"})

    assert (status, told["said"]) == (200, "us-1 is declared.")
    assert told["incident"]["severity"] == "critical"
    assert told["incident"]["lead"] == "ada"


async def test_whoever_declares_where_pages_are_only_printed_is_told_that_nobody_is_rung():
    printed = replace(with_a_banner(), routes={Duty.PAGE: ("console",)})
    async with calling(Listener(printed)) as caller:
        _, told = await caller.post(INCIDENTS, DECLARE)

    assert told["said"] == f"us-1 is declared. {SAID}"


async def test_declaring_what_is_open_joins_it():
    async with calling(await open_incident()) as caller:
        _, told = await caller.post(INCIDENTS, DECLARE | {"by": "bob"})

    assert told["said"] == "us-1 is open already; you joined it."


@pytest.mark.parametrize(
    ("word", "body", "what", "text"),
    [
        ("note", NOTE, "note", "bob: restarted the pods"),
        ("status", {"by": "bob", "text": "fixing"}, "status", "bob: fixing"),
        ("lead", {"by": "bob"}, "lead", "bob leads us-1"),
        ("lead", {"by": "ada", "to": "bob"}, "lead", "bob leads us-1, handed over by ada"),
        ("severity", {"by": "bob", "severity": "minor"}, "severity", "bob says us-1 is minor"),
        ("close", CLOSE, "closed", "us-1 closed by ada"),
        ("cancel", {"by": "ada", "why": "a test"}, "cancelled", "us-1 cancelled by ada: declared in error"),
        ("join", {"by": "bob"}, "note", "bob joins us-1"),
        ("publish", {"by": "ada", "outlet": "banner", "text": "We know."}, "customers", "ada tells customers by banner: “We know.”"),
        ("dismiss", {"by": "ada", "outlet": "banner"}, "customers", "ada: customers are not told by banner"),
        ("sync", {"by": "tim"}, "sync", "tim will schedule the sync"),
        ("uneventful", {"by": "ada"}, "sync", "ada: uneventful, no sync needed"),
    ],
)  # fmt: skip
async def test_every_word_is_a_line_of_the_timeline(word, body, what, text):
    async with calling(await open_incident()) as caller:
        status, told = await caller.post(f"{INCIDENTS}/us-1/{word}", body)

    assert status == 200
    assert told["timeline"][-1] == {"at": "2023-11-14T22:14:20Z", "what": what, "text": text}


async def test_every_word_there_is_has_a_body():
    assert all(issubclass(body, WordBody) for body in WORDS.values())


async def test_what_cannot_be_is_a_conflict():
    async with calling(await open_incident()) as caller:
        await caller.post(f"{INCIDENTS}/us-1/close", CLOSE)
        answered = await caller.post(f"{INCIDENTS}/us-1/lead", {"by": "bob"})

    assert answered == (409, {"error": "us-1: cannot lead an incident that is closed"})


async def test_closing_what_still_fails_is_a_conflict_unless_it_is_meant():
    async with calling(await failing_incident()) as caller:
        status, told = await caller.post(f"{INCIDENTS}/us-1/close", CLOSE)
        assert (status, told["error"]) == (
            409,
            "us-1 is not closed yet: us/app still fails. "
            'Close it all the same with "anyway": true.',
        )
        _, told = await caller.post(f"{INCIDENTS}/us-1/close", CLOSE | {"anyway": True})

    assert told["incident"]["phase"] == "closed"


async def test_an_outlet_that_there_is_not_is_a_conflict():
    async with calling(await open_incident()) as caller:
        body = {"by": "ada", "outlet": "baner"}
        answered = await caller.post(f"{INCIDENTS}/us-1/publish", body)

    said = "Customers cannot be told by 'baner'. For us-1 there are: banner."
    assert answered == (409, {"error": said})


async def test_what_customers_are_told_is_shown():
    async with calling(await open_incident()) as caller:
        body = {"by": "ada", "outlet": "banner", "text": "We know."}
        _, told = await caller.post(f"{INCIDENTS}/us-1/publish", body)

    (word,) = told["incident"]["customers"]
    assert (word["outlet"], word["stands"], word["text"]) == ("banner", "published", "We know.")


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("us-9/note", NOTE, "There is no incident 'us-9'. The newest: us-1."),
        ("us-1/shout", NOTE, "No word 'shout'; there are: note, status,"),
        ("", DECLARE | {"target": "mars"}, "No target 'mars'; there are: us, eu."),
    ],
)
async def test_what_is_not_there_is_named(path, body, wrong):
    async with calling(await open_incident()) as caller:
        status, told = await caller.post(f"{INCIDENTS}/{path}".rstrip("/"), body)

    assert status == 404
    assert told["error"].startswith(wrong)


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("/us-1/note", {"by": "bob"}, "text: Field required"),
        ("/us-1/note", {"by": " ", "text": "x"}, "by: String should have at least 1 character"),
        ("/us-1/note", NOTE | {"sev": 1}, "sev: Extra inputs are not permitted"),
        ("/us-1/note", [], "Input should be an object"),
        ("/us-1/note", {"by": "bob", "text": "x" * 2001}, "text: String should have at most"),
        ("/us-1/severity", {"by": "bob", "severity": "sev1"}, "severity: Input should be 'minor',"),
        ("", DECLARE | {"what": None}, "what: Input should be a valid string"),
    ],
)
async def test_a_body_that_is_not_right_is_told_what_is_wrong(path, body, wrong):
    async with calling(await open_incident()) as caller:
        status, told = await caller.post(f"{INCIDENTS}{path}", body)

    assert status == 400
    assert told["error"].startswith(wrong)


ACTING = [INCIDENTS, f"{INCIDENTS}/us-1/note", "/api/v1/maintenance"]


@pytest.mark.parametrize("path", ACTING)
async def test_where_no_token_is_set_nothing_acts_and_it_says_how(path):
    listener = Listener()
    async with calling(listener, Daemon(token=None)) as caller:
        status, told = await caller.post(path, NOTE)

    assert (status, listener.heard) == (403, {})
    assert "set web.token in checker.yaml (as shipped: CHECKER_WEB_TOKEN)" in told["error"]


@pytest.mark.parametrize("path", ACTING)
async def test_a_wrong_token_does_nothing(path):
    listener = Listener()
    async with calling(listener) as caller:
        status, told = await caller.post(path, NOTE, Authorization="Bearer wrong")

    assert (status, listener.heard) == (401, {})
    assert told == {"error": "The token is missing or wrong."}


async def test_a_request_that_is_brought_again_is_answered_as_before():
    listener = await open_incident()
    key = {"Idempotency-Key": "k-1"}
    async with calling(listener) as caller:
        first = await caller.post(f"{INCIDENTS}/us-1/close", CLOSE, **key)
        again = await caller.post(f"{INCIDENTS}/us-1/close", CLOSE, **key)

    assert again == first
    assert [e.what for e in listener.entries] == ["declared", "closed"]


async def test_it_is_heard_once_also_by_a_daemon_that_was_restarted():
    listener = await open_incident()
    for _ in range(2):
        async with calling(listener) as caller:
            await caller.post(f"{INCIDENTS}/us-1/note", NOTE, **{"Idempotency-Key": "k-1"})

    assert [e.what for e in listener.entries] == ["declared", "note"]


async def test_what_was_refused_may_be_asked_for_again_with_the_same_key():
    listener, key = Listener(), {"Idempotency-Key": "k-1"}
    async with calling(listener) as caller:
        before, _ = await caller.post(f"{INCIDENTS}/us-1/note", NOTE, **key)
        await caller.post(INCIDENTS, DECLARE)
        after, _ = await caller.post(f"{INCIDENTS}/us-1/note", NOTE, **key)

    assert (before, after) == (404, 200)


async def test_one_key_for_two_requests_is_a_conflict():
    key = {"Idempotency-Key": "k-1"}
    async with calling(await open_incident()) as caller:
        await caller.post(f"{INCIDENTS}/us-1/note", NOTE, **key)
        status, _ = await caller.post(f"{INCIDENTS}/us-1/note", NOTE | {"text": "b"}, **key)

    assert status == 409


async def test_without_a_key_the_same_words_are_said_twice():
    listener = await open_incident()
    async with calling(listener) as caller:
        for _ in range(2):
            await caller.post(f"{INCIDENTS}/us-1/note", NOTE)

    assert [e.what for e in listener.entries] == ["declared", "note", "note"]


@pytest.mark.parametrize("path", ACTING)
async def test_a_store_that_is_away_is_said(path):
    listener = Listener()
    listener.away = True
    async with calling(listener) as caller:
        status, _ = await caller.post(path, PLAN if "maint" in path else DECLARE)

    assert status == 503


# ── anything at all ───────────────────────────────────────────────────────────────────────────

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = ["by", "what", "text", "target", "severity", "to", "cause", "fix", "why", "begins", "ends"]
BODIES = st.binary(max_size=200) | st.dictionaries(st.sampled_from(KEYS), JSON).map(
    lambda body: json.dumps(body).encode()
)


@settings(max_examples=300, deadline=None)
@given(BODIES, st.sampled_from([DeclareBody, MaintenanceBody, *WORDS.values()]))
def test_any_body_is_read_or_misread(body, model):
    with suppress(Misread):
        made = read(model, body)
        assert made.word(T0, "us-1") if isinstance(made, WordBody) else made.by


async def test_no_body_breaks_a_route():
    bodies = [b"", b"null", b"\xff", b'"\\ud800"', b'{"by": "\\ud800", "text": "x"}', b"[" * 9000]
    listener = await open_incident()
    async with site(desk=listener.desk, say=listener.say) as there:
        for path in [*ACTING, *(f"{INCIDENTS}/us-1/{word}" for word in WORDS)]:
            for body in bodies:
                status, _ = await there.ask("POST", path, data=body, headers=BEARER)
                assert status == 400, (path, body)
