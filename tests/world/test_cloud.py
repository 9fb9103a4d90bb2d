"""A PostHog Cloud on loopback answers as the real one does, and fails as it is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.world.certificates import Authority
from tests.world.cloud import SPOILT, Cloud
from tests.world.controls import Controls
from tests.world.faults import drop, empty, errors, hang, redirect, refuse, slow, status, throttle


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with Cloud("US") as made:
        yield made


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def secure(authority: Authority) -> AsyncIterator[Cloud]:
    async with Cloud("EU", authority.certificate()) as made:
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


@pytest.mark.parametrize("surface", ["insights", "ingestion"])
async def test_two_surfaces_share_an_address_and_are_broken_each_by_itself(surface, cloud):
    kinds = {"insights": "TrendsQuery", "ingestion": "HogQLQuery"}
    await cloud.hurt(surface, status(512))
    async with httpx.AsyncClient(base_url=cloud.app.address, trust_env=False) as client:
        codes = {
            name: (
                await client.post(
                    "/api/projects/1/query/",
                    json={"query": {"kind": kind, "query": "select 1"}},
                    headers={"Authorization": "Bearer phx_canary"},
                )
            ).status_code
            for name, kind in kinds.items()
        }
    assert [name for name, code in codes.items() if code == 512] == [surface]


async def test_everything_can_be_down(cloud):
    await cloud.hurt("*", status(502))
    codes = [(await get(host.address)).status_code for host in (cloud.app, cloud.ingest)]
    assert codes == [502, 404]
    assert (await get(cloud.ingest.address, "/_liveness")).status_code == 502
    await cloud.mend()
    assert (await get(cloud.ingest.address, "/_liveness")).status_code == 200


@pytest.mark.parametrize(
    ("surface", "word"), [(surface, word) for surface in SPOILT for word in SPOILT[surface]]
)
async def test_what_was_spoilt_is_as_before_once_it_is_mended(surface, word, secure):
    part, attribute, becomes = SPOILT[surface][word]
    before = getattr(getattr(secure, part), attribute)
    secure.spoil(surface, word)
    assert getattr(getattr(secure, part), attribute) == becomes != before
    await secure.mend(surface)
    assert getattr(getattr(secure, part), attribute) == before


async def test_a_surface_that_does_not_exist_cannot_be_broken(cloud):
    with pytest.raises(KeyError):
        await cloud.hurt("nothing", hang())
    with pytest.raises(KeyError):
        cloud.spoil("flags", "nothing")
    with pytest.raises(KeyError):
        await cloud.mend("nothing")


async def test_a_health_check_that_is_spoilt_says_why(cloud):
    cloud.spoil("app", "migrating")
    answer = await get(cloud.app.address, "/_health")
    assert (answer.status_code, answer.text) == (503, "Migrations are not up to date")


async def test_a_certificate_changes_while_its_host_is_up(authority, secure, tmp_path):
    trust = ssl.create_default_context(cafile=str(authority.write_to(tmp_path)))

    async def handshake(host: str = "127.0.0.1") -> None:
        async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
            await client.get(secure.app.address.replace("127.0.0.1", host) + "/login")

    await handshake()
    secure.spoil("tls", "expired")
    with pytest.raises(httpx.ConnectError, match="expired"):
        await handshake()
    await secure.mend("tls")
    secure.certificate.name = "elsewhere.example"
    with pytest.raises(httpx.ConnectError, match="not valid for"):
        await handshake()


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
