"""What PagerDuty's webhooks say of pages: signed, once, and only of what is ours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from checker.config import load
from checker.core.events import Acknowledged, Event, PageConfirmed, PageResolved
from checker.metrics import View
from checker.readback import Page, inbox_id
from checker.responders.contract import PageState
from checker.web.bodies import Misread, read
from checker.web.pagerduty import Message, is_signed, news_of, pagers_of, sign
from checker.web.ports import Pager
from tests.core.story import T0, Story, broken
from tests.metrics.sample import show
from tests.web.listener import Listener
from tests.web.site import Daemon, Site, site
from tests.world.pagerduty_webhooks import SECRET, as_bytes, message, signature

PATH = "/webhooks/pagerduty"
KEY = "posthog-checker/us-1/1"
NOW = T0 + 500
PAGER = Pager("pagerduty", SecretStr(SECRET))


def paged() -> View:
    story = Story().play(broken("us/app"), 100)
    return replace(show(), policy=story.policy, state=story.state)


class Said:
    """What came in, by id."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}

    async def __call__(self, inbox_id: str, event: Event) -> None:
        self.events.setdefault(inbox_id, event)


@asynccontextmanager
async def hearing(said: Any, *pagers: Pager) -> AsyncIterator[Site]:
    more = {"pagers": lambda: pagers or (PAGER,), "say": said, "now": lambda: NOW}
    async with site(Daemon(view=paged(), token=None), **more) as there:
        yield there


async def post(there: Site, body: bytes, **headers: str) -> tuple[int, str]:
    given = {"X-PagerDuty-Signature": signature(body)} | headers
    return await there.ask("POST", PATH, data=body, headers=given)


async def test_whoever_acknowledges_is_heard():
    said = Said()
    async with hearing(said) as there:
        answer = await post(there, as_bytes(message("incident.acknowledged", KEY, by="Ada")))
    assert answer == (200, "Taken.\n")
    assert list(said.events.values()) == [Acknowledged(NOW, "us-1", "Ada", 1)]


@pytest.mark.parametrize(
    ("what", "by", "event"),
    [
        ("incident.acknowledged", "", Acknowledged(NOW, "us-1", "somebody", 1)),
        ("incident.resolved", "Ada", PageResolved(NOW, "us-1", "Ada", 1)),
        ("incident.triggered", "", PageConfirmed(NOW, "us-1", "pagerduty", 1, "Grace, Bob")),
        ("incident.delegated", "Ada", PageConfirmed(NOW, "us-1", "pagerduty", 1, "Grace, Bob")),
    ],
)
def test_what_happens_to_a_page_is_news(what, by, event):
    told = heard(message(what, KEY, by=by, assignees=("Grace", "Bob")))
    assert told is not None
    assert told[1] == event


def heard(said: Any) -> tuple[str, Event] | None:
    return news_of(PAGER, read(Message, as_bytes(said)).event, paged(), NOW)


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("incident.triggered", PageState.TRIGGERED),
        ("incident.acknowledged", PageState.ACKNOWLEDGED),
        ("incident.resolved", PageState.RESOLVED),
    ],
)
def test_it_has_the_id_that_asking_would_give_it(what, state):
    told = heard(message(what, KEY))
    assert told is not None
    assert told[0] == inbox_id("pagerduty", Page("us-1", 1, KEY), state)


def test_what_another_service_shows_does_not_count():
    told = read(Message, as_bytes(message("incident.acknowledged", KEY))).event
    there, elsewhere = (Pager("pagerduty", PAGER.secret, rings) for rings in ("P43Y0E8", "P1"))
    assert news_of(there, told, paged(), NOW) is not None
    assert news_of(elsewhere, told, paged(), NOW) is None


def test_a_page_that_is_handed_on_twice_is_news_twice():
    first = heard(message("incident.delegated", KEY))
    second = heard(message("incident.delegated", KEY, id="another"))
    assert first is not None
    assert second is not None
    assert first[0] != second[0]


@pytest.mark.parametrize(
    "said",
    [
        message("incident.resolved", KEY, by=""),
        message("incident.resolved", KEY, agent=None),
        message("incident.reopened", KEY),
        message("incident.unacknowledged", KEY),
        message("incident.annotated", KEY),
        message("incident.acknowledged", "posthog-checker/us-1/2"),
        message("incident.acknowledged", "posthog-checker/us-2/1"),
        message("incident.acknowledged", "another/us-1/1"),
        message("incident.acknowledged", "d3640fbd41094207a1c11e58e46b1662"),
        message("incident.acknowledged", KEY, data=None),
        message("incident.acknowledged", KEY, data={"incident_key": ["x"]}),
        message("service.updated", KEY, data={"type": "service"}),
        message("pagey.ping", "", data={"message": "Hello from your friend Pagey!"}),
    ],
)
async def test_what_is_our_own_end_or_not_about_a_page_of_ours_is_left_alone(said):
    events = Said()
    async with hearing(events) as there:
        assert await post(there, as_bytes(said)) == (200, "Not for us.\n")
    assert events.events == {}


async def test_what_is_delivered_again_or_replayed_acts_once():
    story = Story().play(broken("us/app"), 100)
    listener = Listener(story.policy)
    listener.state = story.state
    body = as_bytes(message("incident.acknowledged", KEY, by="Ada"))
    async with hearing(listener.say) as there:
        for _ in range(3):
            assert (await post(there, body))[0] == 200
    assert [e.text for e in listener.entries if e.what == "acknowledged"] == [
        "page acknowledged by Ada"
    ]


def test_the_signature_is_what_openssl_makes_of_the_raw_bytes():
    right = "v1=3d555ae51b08ad1a1178fd41c8455303601ab68da518e154f1379388cdc85f24"
    assert sign(SECRET, b'{"event": {}}') == right
    assert sign(SECRET, b'{"event":{}}') != right


BODY = as_bytes(message("incident.acknowledged", KEY))


@pytest.mark.parametrize(
    "header",
    [
        signature(BODY, "of-the-old-secret", SECRET),
        signature(BODY, SECRET, "of-the-new-secret"),
        signature(BODY, "a", SECRET).replace(",", ", "),
        f"v2=whatever,{signature(BODY)}",
    ],
)
async def test_one_right_signature_of_several_is_enough(header):
    async with hearing(Said()) as there:
        status, _ = await post(there, BODY, **{"X-PagerDuty-Signature": header})
    assert status == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        "v1=",
        "v1=" + "0" * 64,
        signature(BODY, "another"),
        signature(BODY + b" "),
        signature(BODY).removeprefix("v1="),
        signature(BODY).replace("v1=", "v0="),
        signature(BODY).upper(),
        signature(BODY)[:-1],
        signature(BODY) + "0",
        "v1=é",
        "v1=" + "x" * 4000,
        ",".join(["v1=0"] * 20) + "," + signature(BODY),
    ],
)
async def test_what_is_forged_or_malformed_is_refused(header):
    said = Said()
    async with hearing(said) as there:
        answer = await post(there, BODY, **{"X-PagerDuty-Signature": header})
    assert answer == (401, "The signature is missing or wrong.\n")
    assert said.events == {}


async def test_without_any_signature_it_is_refused():
    async with hearing(Said()) as there:
        assert (await there.ask("POST", PATH, data=BODY))[0] == 401


@given(st.lists(st.text(max_size=80), max_size=4), st.binary(max_size=100))
def test_no_header_whatever_breaks_it(headers, body):
    assert not is_signed(PAGER, headers, body)
    assert is_signed(PAGER, [sign(SECRET, body), *headers], body)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"3", b"\xff", b"{}", b'{"event": {}}', b"[" * 20_000]
)
async def test_a_signed_body_that_is_no_message_is_told_what_is_wrong(body):
    async with hearing(Said()) as there:
        status, text = await post(there, body)
    assert status == 400
    assert text.startswith("This is no message of PagerDuty's webhooks, version 3: ")


async def test_a_body_without_end_is_refused_before_it_is_read():
    async with hearing(Said()) as there:
        assert (await post(there, b"x" * 70_000))[0] == 413


async def test_a_store_that_is_away_is_brought_it_again():
    listener = Listener()
    listener.away = True
    async with hearing(listener.say) as there:
        assert await post(there, BODY) == (503, "It could not be kept. Send it again.\n")


async def test_nothing_is_done_by_get():
    async with hearing(Said()) as there:
        assert (await there.get(PATH))[0] == 405


async def test_where_no_secret_is_set_nothing_is_heard():
    async with site(Daemon(view=paged()), pagers=list) as there:
        status, text = await post(there, BODY)
    assert status == 403
    assert "has no webhook_secret" in text


async def test_each_of_two_pagers_has_its_own_secret_and_its_own_name():
    other, said = Pager("second-way", SecretStr("another-secret-of-another")), Said()
    header = {"X-PagerDuty-Signature": signature(BODY, other.secret.get_secret_value())}
    async with hearing(said, PAGER, other) as there:
        assert (await post(there, BODY, **header))[0] == 200
    assert list(said.events) == [f"second-way/{KEY}/acknowledged"]


CONFIG = """
targets: {us: {app_host: us.test}}
checks: {app: {probe: page, surface: app, targets: [us]}}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
responders:
  pagerduty: {routing_key: "${env:KEY}", webhook_secret: "${env:SECRET}"}
  second: {kind: pagerduty, routing_key: "${env:OTHER}"}
"""


@pytest.mark.parametrize(
    ("env", "names"), [({"SECRET": SECRET}, ["pagerduty"]), ({}, [])], ids=["set", "not set"]
)
def test_those_with_a_secret_may_speak(tmp_path, env: Mapping[str, str], names: list[str]):
    (tmp_path / "checker.yaml").write_text(CONFIG)
    read_config = load(tmp_path / "checker.yaml", {"KEY": "k" * 32, "OTHER": "o" * 32} | dict(env))
    assert [pager.name for pager in pagers_of(read_config)] == names
    assert len(read_config.responders) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
PAGED = paged()
GOOD = message("incident.triggered", KEY, assignees=("Grace",))["event"]
NEAR = st.fixed_dictionaries({name: JSON | st.just(good) for name, good in GOOD.items()})
DATA = st.fixed_dictionaries({n: JSON | st.just(good) for n, good in GOOD["data"].items()})


@settings(max_examples=100, deadline=None)
@given(NEAR, DATA)
def test_any_message_is_news_or_none(event, data):
    for said in (event, event | {"data": data}):
        try:
            happening = read(Message, json.dumps({"event": said}).encode()).event
        except Misread:
            continue
        told = news_of(PAGER, happening, PAGED, NOW)
        assert told is None or told[1].at == NOW
