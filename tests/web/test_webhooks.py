"""Alertmanager is answered quickly, in words, and never by a crash."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from checker.core.events import Alerted
from checker.web.bodies import Misread, read
from checker.web.webhooks import Message
from tests.core.story import T0, make_policy
from tests.core.test_alerts import CRITICAL
from tests.web.listener import Listener
from tests.web.site import BEARER, Daemon, Site, site

PATH = "/webhooks/alertmanager"
ALERT = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "severity": "critical", "target": "us"},
    "annotations": {"summary": "98 % of /data", "runbook_url": "http://books/disk"},
    "startsAt": "2023-11-14T22:13:20.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prometheus/graph",
    "fingerprint": "a1b2c3d4e5f60718",
}


def message(*alerts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As Alertmanager 0.27 sends it."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="DiskFull"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "checker",
        "groupLabels": {"alertname": "DiskFull"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts or (ALERT,)),
    } | more


@asynccontextmanager
async def hearing(
    listener: Listener, daemon: Daemon | None = None, **more: Any
) -> AsyncIterator[Site]:
    ports = {"say": listener.say, "now": lambda: T0 + 60.0} | more
    async with site(daemon, **ports) as open_site:
        yield open_site


def alert_listener() -> Listener:
    return Listener(make_policy(rules=(CRITICAL,)))


async def test_an_alert_is_an_incident_a_moment_later():
    listener = alert_listener()
    async with hearing(listener) as there:
        answered = await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert answered == (200, "1 alerts taken.\n")
    (symptom,) = listener.state.incidents["us-1"].symptoms
    assert symptom.evidence == "firing since 22:13:20: 98 % of /data"


async def test_what_is_sent_twice_is_heard_once():
    listener = alert_listener()
    async with hearing(listener) as there:
        await there.ask("POST", PATH, json=message(), headers=BEARER)
        await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert len(listener.heard) == 1


async def test_a_repeat_later_says_that_it_still_fires():
    listener, times = alert_listener(), iter([T0, T0 + 14_400.0])
    async with hearing(listener, now=lambda: next(times)) as there:
        await there.ask("POST", PATH, json=message(), headers=BEARER)
        await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert [e.at for e in listener.heard.values()] == [T0, T0 + 14_400.0]
    assert list(listener.state.incidents) == ["us-1"]


async def test_what_is_resolved_recovers():
    listener = alert_listener()
    resolved = ALERT | {"status": "resolved", "endsAt": "2023-11-14T22:14:00Z"}
    async with hearing(listener) as there:
        await there.ask("POST", PATH, json=message(), headers=BEARER)
        await there.ask("POST", PATH, json=message(resolved), headers=BEARER)

    assert listener.state.incidents["us-1"].phase == "recovered"


async def test_alerts_that_were_left_out_are_said_and_counted():
    counted: dict[str, int] = {}
    async with hearing(alert_listener(), left_out=counted.__setitem__) as there:
        body = message(truncatedAlerts=7)
        answered = await there.ask("POST", PATH, json=body, headers=BEARER)

    assert answered == (200, "1 alerts taken, 7 more were left out.\n")
    assert counted == {"truncated": 7}


async def test_a_store_that_is_away_has_them_sent_again():
    listener = alert_listener()
    listener.away = True
    async with hearing(listener) as there:
        status, _ = await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert status == 503


async def test_a_daemon_that_is_not_joined_has_them_sent_again():
    async with site() as there:
        status, _ = await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert status == 503


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_without_the_token_nothing_is_heard(headers):
    listener = alert_listener()
    async with hearing(listener) as there:
        status, _ = await there.ask("POST", PATH, json=message(), headers=headers)

    assert (status, listener.heard) == (401, {})


async def test_where_no_token_is_set_it_says_how_to_set_one():
    async with hearing(alert_listener(), Daemon(token=None)) as there:
        status, text = await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert status == 403
    assert (
        "set web.alertmanager_token in checker.yaml (as shipped: CHECKER_ALERTMANAGER_TOKEN)"
        in text
    )
    assert "SIGHUP" not in text


async def test_alertmanager_may_have_a_token_of_its_own():
    own = {"alertmanager_token": SecretStr("for-alerts")}
    async with hearing(alert_listener(), **own) as there:
        theirs = {"Authorization": "Bearer for-alerts"}
        status, _ = await there.ask("POST", PATH, json=message(), headers=theirs)
        other, _ = await there.ask("POST", PATH, json=message(), headers=BEARER)

    assert (status, other) == (200, 401)


async def test_five_hundred_alerts_fit_into_one_message():
    alerts = [ALERT | {"fingerprint": f"{n:016x}", "pad": "x" * 1000} for n in range(500)]
    listener = alert_listener()
    async with hearing(listener) as there:
        status, _ = await there.ask("POST", PATH, json=message(*alerts), headers=BEARER)

    assert status == 200
    assert list(listener.state.incidents) == ["us-1"]


async def test_so_much_is_only_taken_with_the_token():
    async with hearing(alert_listener()) as there:
        status, _ = await there.ask("POST", PATH, data=b"x" * 100_000)

    assert status == 413


async def test_more_than_a_megabyte_is_too_much_from_anybody():
    async with hearing(alert_listener()) as there:
        status, _ = await there.ask("POST", PATH, data=BytesIO(b"x" * 1_100_000), headers=BEARER)

    assert status == 413


async def test_a_get_does_nothing():
    async with hearing(alert_listener()) as there:
        status, _ = await there.get(PATH, headers=BEARER)

    assert status == 405


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{", "Invalid JSON"),
        ("[]", "Input should be an object"),
        (json.dumps(message(version="3")), "version: Input should be '4'"),
        (json.dumps(message(ALERT | {"status": "odd"})), "alerts.0.status: Input should be"),
        (json.dumps(message(ALERT | {"startsAt": "soon"})), "alerts.0.startsAt: Input should be"),
        (json.dumps(message(ALERT | {"labels": {"a": 1}})), "alerts.0.labels.a: Input should be"),
        (json.dumps(message(*[{}] * 9)), "and 33 more"),
        ("[" * 20_000, "Invalid JSON"),
        (json.dumps(message(ALERT | {"fingerprint": "\ud800"})), "Invalid JSON"),
    ],
)
async def test_what_is_no_message_is_told_what_is_wrong(body, wrong):
    async with hearing(alert_listener()) as there:
        status, text = await there.ask("POST", PATH, data=body, headers=BEARER)

    assert status == 400
    assert wrong in text
    assert text.count("\n") == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NEAR = st.fixed_dictionaries(
    {name: JSON | st.just(good) for name, good in ALERT.items()},
    optional={"else": JSON},
)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | NEAR.map(lambda alert: json.dumps(message(alert)).encode()))
def test_any_body_is_read_or_misread(body):
    try:
        read_message = read(Message, body)
    except Misread:
        return
    event = Alerted(T0, tuple(sent.alert() for sent in read_message.alerts))
    assert event.alerts
