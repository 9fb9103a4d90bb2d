"""The fake keeps to what is known of PostHog, so that probes are tested against that."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession, web

from probes.wire.sighting import question
from tests.probes.aviary import target_at
from tests.world.door import Door
from tests.world.posthog_events import Events, Refusal, throttled

UUID = "0c9c9b1e-52a1-4d6c-8f6e-1f6f2f3a4b5c"
NOW = 1_790_000_000.0


class Time:
    now = NOW


@pytest.fixture
async def time():
    return Time()


@pytest.fixture
async def events(time):
    return Events(lambda: time.now)


@pytest.fixture
async def door(events):
    app = web.Application()
    app.add_routes(events.routes())
    door = Door(app)
    await door.open()
    yield door
    await door.close()


@pytest.fixture
async def post(door):
    async with ClientSession(door.address) as session:

        async def send(path, body, **headers):
            async with session.post(path, json=body, headers=headers) as answer:
                return answer.status, await answer.text(), answer.headers

        yield send


def event(**more):
    return {"event": "synthetic_canary", "distinct_id": "a", "uuid": UUID, **more}


def query(uuids=(UUID,), since=NOW):
    request = question(target_at(""), dict.fromkeys(uuids, since), since)
    return request.url, dict(request.headers), request.body


async def asked(door, **more):
    url, headers, body = query(**more)
    async with (
        ClientSession(door.address) as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return await answer.json()


async def test_what_was_captured_can_be_queried_once_its_lag_has_passed(post, door, events, time):
    status, text, _ = await post("/capture/", event(api_key="phc_canary"))
    assert (status, text) == (200, '{"status": "Ok"}')
    assert (await asked(door))["results"] == []
    time.now += events.lag_s
    assert (await asked(door))["results"] == [[UUID, 1]]


async def test_a_batch_is_taken_as_sdks_send_it(post, events):
    batch = [event(), {"event": "x", "distinct_id": "b", "timestamp": "2026-11-23T03:00:00+00:00"}]
    status, _, _ = await post(
        "/batch/",
        {"api_key": "phc_canary", "batch": batch, "sent_at": "2026-11-23T03:00:05+00:00"},
    )
    assert status == 200
    assert events.received[1].timestamp == NOW - 5


async def test_v0_says_ok_to_a_key_that_only_looks_right_and_drops_the_event(post, events, time):
    status, _, _ = await post("/i/v0/e/", event(api_key="phc_another"))
    time.now += 60
    assert status == 200
    assert events.visible() == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [(event(), 401), (event(api_key="phx_1"), 401), ({"api_key": "phc_canary"}, 400)],
)
async def test_v0_refuses_what_has_the_wrong_shape(post, body, status):
    assert (await post("/i/v0/e/", body))[0] == status


async def test_v1_refuses_a_wrong_key(post):
    status, _, _ = await post("/i/v1/analytics/events", {"batch": []}, Authorization="Bearer x")
    assert status == 401


async def test_events_of_the_future_are_dated_now(post, events):
    await post("/e/", event(api_key="phc_canary", timestamp="2099-01-01T00:00:00+00:00"))
    assert events.received[0].timestamp == NOW


async def test_a_query_that_we_do_not_ask_is_refused(post):
    body = {"query": {"kind": "HogQLQuery", "query": "select 1"}}
    status, _, _ = await post("/api/projects/1/query/", body, Authorization="Bearer phx_canary")
    assert status == 400


async def test_the_same_query_again_comes_from_a_cache_unless_it_is_forced(post, door):
    url, headers, body = query()
    plain = body.replace(b"force_blocking", b"blocking")
    async with ClientSession(door.address) as session:
        cached = []
        for data in (plain, plain, body):
            async with session.post(url, data=data, headers=headers) as answer:
                cached.append((await answer.json())["is_cached"])
    assert cached == [False, True, False]


@pytest.mark.parametrize(("path", "status"), [("/api/projects/2/query/", 404)])
async def test_another_project_is_not_ours_to_see(post, path, status):
    assert (await post(path, {}, Authorization="Bearer phx_canary"))[0] == status


async def test_without_the_personal_key_nothing_is_told(post):
    assert (await post("/api/projects/1/query/", {}))[0] == 401


async def test_a_refusal_once_is_for_one_request(post, events):
    events.capture_refusals.append(Refusal(503))
    answers = [(await post("/e/", event(api_key="phc_canary")))[0] for _ in range(2)]
    assert answers == [503, 200]


async def test_a_throttle_names_the_time_in_its_text_even_without_the_header(post, events):
    events.refuse_queries = throttled(60, header=False)
    status, text, headers = await post(
        "/api/projects/1/query/", {}, Authorization="Bearer phx_canary"
    )
    assert status == 429
    assert "Retry-After" not in headers
    assert "available in 60 seconds" in text


def test_each_distinct_id_has_its_partition_for_good(events):
    assert events.partition_of("a") == events.partition_of("a")
    assert len({events.partition_of(f"id-{n}") for n in range(100)}) == 16
