"""Saving an insight now and then: one object for ever, no litter, and never an incident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from probes.contract import Outcome, Reason, Verdict
from probes.insight import SAVES_A_DAY, Params, probe
from probes.wire.exchange import Exchange, Failure, Request
from probes.wire.fetch import Wire
from probes.wire.saved_insight import LEFTOVERS_MAX, NAME
from tests.probes.onlooker import START, Watch, found, io_for, merged, serving, target
from tests.world.posthog_insights import PosthogInsights

EVERY_S = 600.0


class Daemon:
    """Looks again and again, and remembers."""

    def __init__(self, wire: Wire, insights: PosthogInsights) -> None:
        self.wire = wire
        self.insights = insights
        self.watch = Watch()
        self.memory: Mapping[str, Any] = {"save": {"due": START.timestamp()}}

    async def look(self, **settings: Any) -> Outcome:
        async with serving(self.insights.routes()) as origin:
            io = io_for(self.wire, target(app=origin), memory=self.memory, now=self.watch)
            outcome = await probe(Params(save_s=EVERY_S, **settings), io)
        self.memory = merged(self.memory, outcome.memory)
        return outcome

    async def save(self, **settings: Any) -> Outcome:
        self.watch.wait(EVERY_S)
        return await self.look(**settings)

    def requests(self) -> list[str]:
        """What was asked beside the computing, since the last time."""
        asked = [(method, path) for method, path, _ in self.insights.asked]
        self.insights.asked.clear()
        beside = [pair for pair in asked if not pair[1].endswith(("/query/", "/trend/"))]
        return [f"{method} {path.removeprefix('/api/projects/1')}" for method, path in beside]


@pytest.fixture
def daemon(wire) -> Daemon:
    return Daemon(wire, PosthogInsights())


async def test_an_insight_is_created_read_back_and_deleted(daemon):
    outcome = await daemon.look()
    assert outcome.verdict is Verdict.PASSED
    assert outcome.values["insight_saved"] == 1.0
    assert daemon.requests() == [
        "GET /insights/",
        "POST /insights/",
        "GET /insights/1/",
        "PATCH /insights/1/",
    ]
    assert daemon.insights.left_behind() == []


async def test_the_same_object_is_used_again_and_again(daemon):
    await daemon.look()
    daemon.requests()
    for _ in range(3):
        assert (await daemon.save()).values["insight_saved"] == 1.0
        assert daemon.requests() == [
            "PATCH /insights/1/",
            "GET /insights/1/",
            "PATCH /insights/1/",
        ]
    assert len(daemon.insights.rows) == 1
    assert daemon.insights.left_behind() == []


@pytest.mark.parametrize(("api", "field"), [("query", "query"), ("trend", "filters")])
async def test_what_is_saved_is_what_was_computed(api, field, daemon):
    await daemon.look(api=api)
    row = daemon.insights.rows[1]
    assert row["name"].startswith(NAME)
    assert row["saved"] is True
    assert "synthetic_canary" in str(row[field])


async def test_between_saves_only_the_computing_is_done(daemon):
    await daemon.look()
    daemon.requests()
    daemon.watch.wait(EVERY_S - 1)
    outcome = await daemon.look()
    assert "insight_saved" not in outcome.values
    assert daemon.requests() == []


async def test_nothing_is_saved_when_nobody_asked_for_it(wire):
    insights = PosthogInsights()
    async with serving(insights.routes()) as origin:
        await probe(Params(), io_for(wire, target(app=origin), memory={"save": {"due": 0.0}}))
    assert [path for _, path, _ in insights.asked] == ["/api/projects/1/query/"]


async def test_nothing_is_saved_until_our_memory_has_shown_that_it_holds(daemon):
    daemon.memory = {}
    await daemon.look()
    assert daemon.requests() == []
    await daemon.look()
    assert "POST /insights/" in daemon.requests()


async def test_a_due_time_that_the_clock_made_absurd_is_due(daemon):
    daemon.memory = {"save": {"due": START.timestamp() + 1e9}}
    assert (await daemon.look()).values["insight_saved"] == 1.0


async def test_no_more_than_so_many_a_day_and_that_is_said(daemon):
    day = {"day": START.date().isoformat(), "count": SAVES_A_DAY}
    daemon.memory = {"save": {"due": START.timestamp()} | day}
    outcome = await daemon.look()
    assert (outcome.verdict, outcome.detail) == (
        Verdict.PASSED,
        f"not saved: {SAVES_A_DAY} times today",
    )
    assert daemon.requests() == []
    daemon.watch.wait(86_400)
    assert (await daemon.look()).values["insight_saved"] == 1.0
    assert daemon.memory["save"]["count"] == 1


async def test_each_save_of_a_day_is_counted(daemon):
    await daemon.look()
    await daemon.save()
    assert daemon.memory["save"]["count"] == 2


# ── litter ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_a_crash_left_behind_is_used_or_deleted(daemon):
    for number in (1, 2, 3):
        daemon.insights.rows[number] = {"id": number, "name": f"{NAME} {number}", "deleted": False}
    daemon.insights.rows[4] = {"id": 4, "name": f"Our {NAME}", "deleted": False}
    await daemon.look()
    assert daemon.insights.left_behind() == [4]
    assert len(daemon.insights.rows) == 4
    assert daemon.memory["save"]["insight"] == 1


async def test_only_so_many_leftovers_are_deleted_at_once(daemon):
    for number in range(1, LEFTOVERS_MAX + 5):
        daemon.insights.rows[number] = {"id": number, "name": NAME, "deleted": False}
    await daemon.look()
    assert len(daemon.insights.left_behind()) == 3


async def test_an_object_that_is_gone_for_good_is_made_anew(daemon):
    daemon.memory = {"save": {"due": START.timestamp(), "insight": 77}}
    assert (await daemon.look()).values["insight_saved"] == 1.0
    assert daemon.memory["save"]["insight"] == 1


# ── when it fails ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "what"),
    [("GET", "looking for leftovers"), ("POST", "creating it"), ("PATCH", "deleting it")],
)
async def test_a_failed_save_is_degraded_and_says_what_failed(method, what, daemon):
    daemon.insights.write_status[method] = 503
    outcome = await daemon.look()
    assert found(outcome) == (Verdict.DEGRADED, Reason.SAVE)
    assert outcome.detail == f"computed, but not saved: {what}: status 503 (error)"
    assert outcome.values["insight_saved"] == 0.0


async def test_an_object_that_cannot_be_brought_back_is_a_failed_save(daemon):
    await daemon.look()
    daemon.insights.write_status["PATCH"] = 500
    outcome = await daemon.save()
    assert outcome.reason is Reason.SAVE
    assert "bringing it back: status 500" in outcome.detail
    assert daemon.memory["save"]["insight"] == 1


async def test_what_was_created_is_deleted_even_if_it_cannot_be_read(daemon):
    await daemon.look()
    daemon.insights.write_status["GET"] = 504
    outcome = await daemon.save()
    assert "reading it back: status 504" in outcome.detail
    assert daemon.insights.left_behind() == []


async def test_saved_but_not_to_be_read_is_a_failed_save(daemon):
    daemon.insights.forgets_writes = True
    outcome = await daemon.look()
    assert found(outcome) == (Verdict.DEGRADED, Reason.SAVE)
    assert "reading it back: status 404" in outcome.detail


async def test_saved_but_read_back_as_something_else_is_a_failed_save(daemon):
    await daemon.look()
    daemon.insights.rows[1]["deleted"] = False
    daemon.insights.forgets_writes = True
    outcome = await daemon.save()
    assert outcome.detail == "computed, but not saved: it reads back as something else"


async def test_a_failed_save_waits_for_its_next_turn(daemon):
    daemon.insights.write_status["POST"] = 503
    await daemon.look()
    daemon.requests()
    assert (await daemon.look()).verdict is Verdict.PASSED
    assert daemon.requests() == []


@pytest.mark.parametrize(
    ("status", "reason"), [(401, Reason.OWN_KEY), (403, Reason.OWN_KEY), (429, Reason.OWN_LIMIT)]
)
async def test_a_save_that_our_key_or_limit_forbids_is_ours(status, reason, daemon):
    daemon.insights.write_status["POST"] = status
    assert found(await daemon.look()) == (Verdict.INCONCLUSIVE, reason)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Reason.TIMEOUT, (Verdict.DEGRADED, Reason.SAVE)),
        (Reason.OWN_NETWORK, (Verdict.INCONCLUSIVE, Reason.OWN_NETWORK)),
    ],
)
async def test_a_save_that_gets_no_answer_failed_unless_it_is_our_network(
    failure, expected, daemon
):
    assert found(await answered(daemon, Exchange(Failure(failure)))) == expected


async def test_a_creation_without_an_id_is_a_failed_save(daemon):
    outcome = await answered(daemon, Exchange(status=201, body=b"{}"))
    assert outcome.detail.endswith("creating it: no id in the answer")


async def answered(daemon: Daemon, answer: Exchange) -> Outcome:
    """A look during which a POST to /insights/ gets that answer."""
    async with serving(daemon.insights.routes()) as origin:
        io = io_for(daemon.wire, target(app=origin), memory=daemon.memory)

        async def fetch(request: Request) -> Exchange:
            made = request.method == "POST" and request.url.endswith("/insights/")
            return answer if made else await io.fetch(request)

        return await probe(Params(save_s=EVERY_S), replace(io, fetch=fetch))


async def test_what_cannot_be_computed_is_not_saved(daemon):
    daemon.insights.compute_status = 503
    assert (await daemon.look()).verdict is Verdict.FAILED
    assert daemon.requests() == []


async def test_after_a_slow_computation_there_is_no_time_for_a_save(wire):
    insights = PosthogInsights()
    async with serving(insights.routes()) as origin:
        io = io_for(wire, target(app=origin), memory={"save": {"due": 0.0}})
        outcome = await probe(Params(save_s=EVERY_S), replace(io, timeout_s=0.0))
    assert outcome.verdict is Verdict.PASSED
    assert len(insights.asked) == 1
