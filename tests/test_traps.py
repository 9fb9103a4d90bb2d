"""The traps that PostHog sets for whoever watches it from outside, and that none of them catches us.

One test each, short and end to end; the tests of the single kinds go into the details.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml

from checker.config.loading import load
from checker.config.settings import Settings
from checker.core.events import Delivered
from checker.core.model import Duty, Phase
from checker.memory import Memories, key_of
from checker.observe import Observer
from checker.stall import Pulse
from probes.contract import Outcome, Reason, Verdict
from probes.wire.canaries import distinct_id
from probes.wire.fetch import Wire
from tests.core.story import T0, Story, broken, make_policy
from tests.probes.aviary import Aviary, reasons
from tests.world.faults import Fault, hang, page, status, throttle
from tests.world.world import World

ROOT = Path(__file__).parent.parent


class Watcher:
    """One location that looks at a world by its config, when it is told to."""

    def __init__(self, settings: Settings, wire: Wire) -> None:
        self._checks = {check.name: check for check in settings.checks}
        self._memories = Memories()
        self.now = datetime(2026, 11, 23, 3, tzinfo=UTC)
        seconds = self.now.timestamp
        self._observer = Observer("l1", wire, Pulse(seconds), lambda: self.now, seconds)

    async def look(self, name: str, timeout_s: float = 5.0) -> Outcome:
        check = self._checks[name]
        key = key_of(name, check.params.remembers)
        seen = await self._observer.look(
            name,
            check.kind,
            check.params,
            check.target,
            timeout_s,
            self._memories.get(key),
            True,
        )
        assert self._memories.apply(key, seen.outcome.memory or {}) == ""
        return seen.outcome

    def forget(self) -> None:
        self._memories = Memories()


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as made:
        yield made


@pytest.fixture
def watcher(world: World, wire: Wire, tmp_path: Path) -> Watcher:
    return Watcher(load(world.config(tmp_path, surfaces="all"), env={}), wire)


@pytest.fixture
async def aviary(wire: Wire) -> AsyncIterator[Aviary]:
    async with Aviary(wire) as made:
        yield made


async def get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url)


async def test_a_get_is_answered_with_a_constant_so_we_post(world: World, watcher: Watcher):
    """Trap 1: whoever GETs /flags or /decide gets 200 and no flags, however broken it is behind."""
    world.us.flags.status = 503
    for path in ("/flags/?v=2", "/decide/?v=3"):
        assert (await get(world.us.ingest.address + path)).status_code == 200
    assert (await watcher.look("us/flags")).reason is Reason.STATUS
    assert world.us.flags.asked[-1][0] == "POST"


async def test_429_is_an_outage_of_flags_and_our_own_limit_elsewhere(
    world: World, watcher: Watcher
):
    """Trap 2: nobody is limited at /flags, so a 429 there is theirs; with a personal key it is ours."""
    for surface in ("flags", "insights", "ingestion"):
        await world.hurt("us", surface, throttle(60))
    await watcher.look("us/capture")
    found = [await watcher.look(f"us/{name}") for name in ("flags", "insights", "ingestion")]
    assert reasons(found) == [Reason.STATUS, Reason.OWN_LIMIT, Reason.OWN_LIMIT]
    assert [outcome.verdict for outcome in found] == [
        Verdict.FAILED,
        Verdict.INCONCLUSIVE,
        Verdict.INCONCLUSIVE,
    ]


@pytest.mark.parametrize("code", [400, 401, 403])
@pytest.mark.parametrize("surface", ["flags", "capture"])
async def test_whoever_is_refused_by_a_public_endpoint_is_set_up_wrongly(
    surface: str, code: int, world: World, watcher: Watcher
):
    """Trap 3: PostHog's own status page called its ingestion down when its probe's key was refused."""
    await world.hurt("us", surface, status(code))
    outcome = await watcher.look(f"us/{surface}")
    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.reason in (Reason.OWN_KEY, Reason.OWN_FAULT)


def test_an_outage_that_flaps_all_day_is_one_incident():
    """Trap 4: two probes of one outage that came and went became fourteen incidents in a day."""
    outage = broken("us/app", "us/flags", until=300)
    story = Story(make_policy(), locations=("l1", "l2")).play(outage, 60)
    story.tell(Delivered(T0 + 60, "us-1", "us-1/page/1@out", "out"))
    story.play(outage, 1740)
    for began in range(1800, 14 * 1800, 1800):
        story.play(broken("us/app", "us/flags", since=began, until=began + 300), 1800)
    assert sorted(story.state.incidents) == ["us-1"]
    assert story.incident().phase is Phase.RECOVERED
    assert story.said().count("reopened") == 13
    assert len(story.asked(Duty.PAGE)) == 1


@pytest.mark.parametrize("omitted", [True, False], ids=["left out", "marked as failed"])
@pytest.mark.parametrize("endpoint", ["decide", "flags"])
async def test_a_flag_that_failed_is_seen_however_that_is_told(
    endpoint: str, omitted: bool, world: World, wire: Wire, tmp_path: Path
):
    """Trap 5: a flag that failed is left out in one version, and there but `failed` in another."""
    config = world.config(tmp_path, surfaces="all")
    file = config / "checker.yaml"
    file.write_text(
        file.read_text().replace("probe: flags\n", f"probe: flags\n    endpoint: {endpoint}\n")
    )
    watcher = Watcher(load(config, env={}), wire)
    flags = world.us.flags
    flags.database_down, flags.failed_are_omitted = True, omitted
    assert (await watcher.look("us/flags")).reason is Reason.INCOMPLETE
    flags.need_database = set(flags.values)
    assert (await watcher.look("us/flags")).reason is Reason.FLAGS


async def test_an_exhausted_quota_for_flags_is_our_bill(world: World, watcher: Watcher):
    """Trap 6: over quota the answer is 200 with no flags and no errors, as in the worst outage."""
    world.spoil("us", "flags", "quota")
    outcome = await watcher.look("us/flags")
    assert (outcome.verdict, outcome.reason) == (Verdict.INCONCLUSIVE, Reason.OWN_QUOTA)


async def test_events_dropped_by_our_quota_are_not_called_lost(aviary: Aviary):
    """Trap 7: over quota capture v0 says Ok and drops the event, which looks like loss of data."""
    await aviary.live(1200)
    aviary.events.over_quota = True
    found = await aviary.live(2 * 3600)
    assert set(reasons(found)) <= {None, Reason.OWN_QUOTA, Reason.LOOK_UP}
    assert found[-1].verdict is Verdict.INCONCLUSIVE


async def test_no_check_leans_on_an_endpoint_that_is_always_well(world: World, watcher: Watcher):
    """Trap 8: /_livez knows nothing, and /_preflight on Cloud says True of everything."""
    world.spoil("us", "app", "migrating")
    for path in ("/_livez", "/_preflight"):
        assert (await get(world.us.app.address + path)).status_code == 200
    assert (await watcher.look("us/health")).verdict is Verdict.FAILED
    shipped = yaml.safe_load((ROOT / "config" / "checks.yaml").read_text())["checks"]
    assert not {"/_livez", "/_preflight"} & {check.get("path") for check in shipped.values()}


async def test_an_answer_from_a_cache_proves_nothing(world: World, watcher: Watcher):
    """Trap 9: query answers are cached for a minute and more, so an outage would go unseen."""
    world.spoil("us", "insights", "cached")
    world.us.events.alter = lambda answer: answer | {"is_cached": True}
    await watcher.look("us/capture")
    found = [await watcher.look(f"us/{name}") for name in ("insights", "ingestion")]
    assert reasons(found) == [Reason.LOOK_UP, Reason.LOOK_UP]
    await watcher.look("us/ingestion")
    assert len(set(world.us.events.queries)) == 2  # no two have the same text


async def test_one_partition_that_lags_is_seen_and_does_not_hide_the_others(aviary: Aviary):
    """Trap 10: a distinct_id has one partition: one canary alone sees all of it, or nothing."""
    aviary.events.lane_lag_s = {distinct_id(3): 1e6}
    found = await aviary.live(1800)
    assert found[-1].reason is Reason.LATE
    assert found[-1].values["lanes_late"] == found[-1].values["lag_worst_lane"] - 2 == 1
    assert len({aviary.events.partition_of(e.distinct_id) for e in aviary.events.received}) > 4


async def test_a_pipeline_that_is_silent_is_not_well(aviary: Aviary):
    """Trap 11: PostHog's own lag metric goes silent when nothing arrives, and no data resolved the page."""
    await aviary.live(600)
    aviary.events.stalled = True
    lags = [found.values["lag_seconds"] for found in await aviary.live(600)]
    assert lags == sorted(lags)
    assert lags[-1] >= 585
    aviary.events.stalled = False
    aviary.passes(60)
    await aviary.look()
    aviary.passes(3600)
    assert (await aviary.look()).verdict is Verdict.INCONCLUSIVE


async def test_the_lag_is_that_of_the_oldest_canary_and_not_of_the_newest(aviary: Aviary):
    """Trap 12: by the newest event that arrived, all is well while older ones wait."""
    await aviary.live(600)
    aviary.events.hold_next_up_s = 280.0
    found = await aviary.live(240)
    assert found[-1].values["lag_seconds"] == 225.0
    assert found[-1].values["lag_observed_seconds"] <= 15


@pytest.mark.parametrize("skew_s", [-86400.0, 86400.0])
async def test_their_clock_is_not_what_we_measure_by(skew_s: float, aviary: Aviary):
    """Trap 13: PostHog writes time stamps anew by its own clock, and moves those of the future."""
    aviary.events.skew_s = skew_s
    aviary.events.lag_s = 45.0
    found = await aviary.live(600)
    assert set(reasons(found)) == {None}
    assert found[-1].values["lag_seconds"] <= 45
    assert 45 <= found[-1].values["lag_observed_seconds"] <= 60


UNLIKE_FAULTS: dict[str, Fault] = {
    "429": throttle(1),
    "503": status(503),
    "504": status(504),
    "HTML": page(),
    "nothing": hang(),
}


async def test_what_an_sdk_cannot_tell_apart_has_its_own_reason_here(
    world: World, watcher: Watcher
):
    """Trap 14: in PostHog's SDK each of these is the same None, so it is no probe and no dependency."""
    said = []
    for fault in UNLIKE_FAULTS.values():
        await world.hurt("us", "flags", fault)
        outcome = await watcher.look("us/flags", timeout_s=0.3)
        said.append((outcome.reason, outcome.detail))
    assert len(set(said)) == len(UNLIKE_FAULTS)
    required = importlib.metadata.requires("posthog-checker") or []
    assert not [name for name in required if name.startswith("posthog")]


async def test_an_empty_form_is_sent_twice_a_day_at_most(world: World, watcher: Watcher):
    """Trap 15: five forms a day from one address, and then signup looks broken to us alone."""
    for _ in range(24 * 6):
        assert (await watcher.look("us/signup")).verdict is Verdict.PASSED
        watcher.now += timedelta(minutes=10)
    assert len(world.us.signup.forms) == 2
    for _ in range(10):
        watcher.forget()
        await watcher.look("us/signup")
    assert len(world.us.signup.forms) == 2


def test_what_one_location_alone_sees_is_its_own_problem():
    """Trap 16: a name blocker in one place made an "outage" of posthog.com that nobody else had."""
    story = Story(make_policy(), locations=("l1", "l2")).play(broken("us/app", at="l1"), 1800)
    assert story.state.incidents == {}
    assert story.state.local == {"us/app": "l1"}


def test_a_location_without_a_network_accuses_nobody():
    """Trap 16, the other half: when third parties cannot be reached either, it is us."""
    everything = broken(
        "us/app", "us/flags", "eu/app", *("control/one", "control/two", "control/three")
    )
    story = Story(make_policy()).play(everything, 1800)
    assert story.state.incidents == {}
