"""Which redirects stay at home."""

from __future__ import annotations

import pytest

from probes.contract import Reason, Target, Timing
from probes.wire.exchange import Exchange, Failure, Request
from probes.wire.redirects import follow

HOME = [
    "/x",
    "x",
    "//app.test/x",
    "https://app.test/x",
    "https://app.test:443/x",
    "https://us.app.test/x",
]
ELSEWHERE = [
    "http://app.test/x",
    "https://app.test:8443/x",
    "http://us.app.test/x",
    "https://us.app.test:8443/x",
    "https://in.test/x",
    "https://app.test.evil.test/x",
    "//evil.test",
    "javascript:alert(1)",
    "http://[",
]

US = Target("us", "https://app.test", "https://in.test", aliases=("us.app.test",))


class Web:
    """A fetch: every URL has the answer that is written down for it."""

    def __init__(self, **answers: Exchange) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def __call__(self, request: Request) -> Exchange:
        self.asked.append(request.url)
        return self.answers["first" if len(self.asked) == 1 else "then"]


def to(location: str) -> Exchange:
    return Exchange(status=302, headers={"location": location}, phases={Timing.CONNECT: 0.25})


THERE = Exchange(
    status=200,
    phases={Timing.CONNECT: 0.5, Timing.TRANSFER: 1.0},
    values={"http_status_code": 200.0},
)


async def test_the_times_of_all_hops_are_added_up():
    web = Web(first=to("/login"), then=THERE)
    trip = await follow(web, "https://app.test", "/", US, 5)
    assert trip.path == "/login"
    assert trip.exchange.phases == {Timing.CONNECT: 0.75, Timing.TRANSFER: 1.0}
    assert trip.exchange.values == {"http_status_code": 200.0, "http_redirects": 1.0}


@pytest.mark.parametrize("location", HOME)
async def test_a_redirect_stays_at_home(location):
    web = Web(first=to(location), then=THERE)
    trip = await follow(web, "https://app.test", "/", US, 5)
    assert trip.exchange.failure is None
    assert trip.path == "/x"


@pytest.mark.parametrize("location", ELSEWHERE)
async def test_a_redirect_leads_off_the_host_and_nobody_is_asked_there(location):
    web = Web(first=to(location), then=THERE)
    trip = await follow(web, "https://app.test", "/", US, 5)
    assert trip.exchange.failure is not None
    assert trip.exchange.failure.reason is Reason.REDIRECT
    assert web.asked == ["https://app.test/"]


async def test_what_fails_on_the_way_has_failed():
    web = Web(first=to("/x"), then=Exchange(Failure(Reason.RESET)))
    trip = await follow(web, "https://app.test", "/", US, 5)
    assert trip.exchange.failure == Failure(Reason.RESET)
    assert trip.exchange.phases == {Timing.CONNECT: 0.25}
