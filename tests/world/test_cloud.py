"""A PostHog Cloud on loopback answers as the real one does, and fails as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.world.cloud import Cloud
from tests.world.controls import Controls
from tests.world.faults import drop, empty, errors, hang, redirect, refuse, slow, status, throttle


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with Cloud("US") as made:
        yield made


async def get(address: str, path: str = "/login") -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=0.3) as client:
        return await client.get(address + path)


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/login", "<title>PostHog</title>"),
        ("/signup", "<title>PostHog</title>"),
        ("/_health", "ok"),
        ("/_livez", '{"http": true}'),
        ("/_preflight", '"region": "US"'),
    ],
)
async def test_the_app_answers(path, holds, cloud):
    answer = await get(cloud.app.address, path)
    assert answer.status_code == 200
    assert holds in answer.text


async def test_the_front_page_sends_to_the_login(cloud):
    answer = await get(cloud.app.address, "/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/")


async def test_the_ingest_host_says_that_it_is_there(cloud):
    assert (await get(cloud.ingest.address, "/_liveness")).text == "ok"


@pytest.mark.parametrize(
    ("fault", "code"), [(status(502), 502), (throttle(5), 429), (empty(), 200), (errors(1.0), 503)]
)
async def test_a_surface_answers_what_it_is_told_to(fault, code, cloud):
    await cloud.hurt("app", fault)
    answer = await get(cloud.app.address)
    assert answer.status_code == code
    assert "<title>" not in answer.text


async def test_a_surface_can_send_somewhere_else(cloud):
    await cloud.hurt("app", redirect("https://elsewhere.example/"))
    assert (await get(cloud.app.address)).headers["Location"] == "https://elsewhere.example/"


async def test_a_share_of_errors_is_the_same_for_the_same_seed(cloud):
    async def codes() -> list[int]:
        await cloud.hurt("app", errors(0.4, seed=7))
        return [(await get(cloud.app.address)).status_code for _ in range(20)]

    first = await codes()
    assert await codes() == first
    assert 3 <= first.count(503) <= 13


async def test_a_slow_surface_is_right_but_late(cloud):
    await cloud.hurt("app", slow(0.01))
    assert "<title>" in (await get(cloud.app.address)).text


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (hang(), httpx.ReadTimeout),
        (refuse(), httpx.ConnectError),
        (drop(), httpx.RemoteProtocolError),
    ],
    ids=["hang", "refuse", "drop"],
)
async def test_a_surface_can_give_no_answer_at_all(fault, error, cloud):
    await cloud.hurt("app", fault)
    with pytest.raises((error, httpx.ReadError) if fault == drop() else error):
        await get(cloud.app.address)


async def test_one_surface_fails_and_the_others_do_not(cloud):
    await cloud.hurt("app", status(503))
    assert (await get(cloud.app.address, "/signup")).status_code == 200


async def test_a_host_that_refused_answers_at_the_same_address_when_mended(cloud):
    address = cloud.app.address
    await cloud.hurt("app", refuse())
    await cloud.mend("app")
    assert (await get(address)).status_code == 200


async def test_controls_are_cut_and_restored_together():
    async with Controls() as controls:
        for party in controls.parties.values():
            _, writer = await asyncio.open_connection("127.0.0.1", party.port)
            writer.close()
        await controls.cut()
        for party in controls.parties.values():
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", party.port)
        await controls.restore()
        for party in controls.parties.values():
            assert (await get(party.address, "/")).text == "here"
