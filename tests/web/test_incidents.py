"""Incidents and planned work as JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.model import Maintenance, Phase
from tests.metrics.sample import show
from tests.web.listener import INCIDENTS, PLAN, Listener, calling, open_incident
from tests.web.site import Daemon


async def test_incidents_are_read_without_a_token():
    async with calling(await open_incident()) as caller:
        status, told = await caller.get(INCIDENTS)

    assert status == 200
    (incident,) = told["incidents"]
    assert (incident["id"], incident["phase"]) == ("us-1", Phase.OPEN)
    assert incident["closed_at"] is None


async def test_one_incident_is_read_with_its_timeline_and_effects():
    async with calling(await open_incident()) as caller:
        status, told = await caller.get(f"{INCIDENTS}/us-1")

    assert status == 200
    assert told.keys() == {"incident", "timeline", "effects"}
    assert told["timeline"][0]["what"] == "declared"


async def test_an_incident_that_is_not_there_is_not_found():
    async with calling(await open_incident()) as caller:
        answered = await caller.get(f"{INCIDENTS}/eu-1")

    assert answered == (404, {"error": "There is no incident 'eu-1'. The newest: us-1."})


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "²", ""])
async def test_a_limit_that_is_none_is_refused(limit):
    async with calling(Listener()) as caller:
        status, _ = await caller.get(f"{INCIDENTS}?limit={limit}")

    assert status == 400


# ── maintenance ───────────────────────────────────────────────────────────────────────────────


async def test_maintenance_is_announced():
    listener = Listener()
    async with calling(listener) as caller:
        status, told = await caller.post("/api/v1/maintenance", PLAN)

    assert status == 201
    assert told["maintenance"]["ends"] == "2023-11-15T01:00:00Z"
    assert [m.why for m in listener.state.maintenance] == ["upgrade"]


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ({"ends": "2023-11-15T00:00:00Z"}, "ends: it must be after the beginning"),
        ({"ends": "2023-11-23T00:00:00Z"}, "ends: at most 7 days after the beginning"),
        ({"begins": "2023-11-01T00:00:00Z", "ends": "2023-11-02T00:00:00Z"}, "ends: that is over"),
        ({"begins": "9999-12-30T00:00:00Z", "ends": "9999-12-31T23:00:00-23:00"}, "begins: that is"),
        ({"ends": "tomorrow"}, "ends: Input should be a valid datetime"),
        ({"ends": "2023-11-15T02:00:00"}, "ends: Input should have timezone info"),
    ],
)  # fmt: skip
async def test_a_time_that_cannot_be_planned_is_refused(keys, wrong):
    async with calling(Listener()) as caller:
        status, told = await caller.post("/api/v1/maintenance", PLAN | keys)

    assert status == 400
    assert told["error"].startswith(wrong)


async def test_maintenance_of_what_is_not_watched_is_refused():
    async with calling(Listener()) as caller:
        status, _ = await caller.post("/api/v1/maintenance", PLAN | {"target": "mars"})

    assert status == 404


async def test_what_is_planned_is_read_without_a_token():
    view = show()
    planned = Maintenance("us", view.at - 60.0, view.at + 60.0, "tim", "upgrade")
    over = replace(planned, ends=view.at)
    view = replace(view, state=replace(view.state, maintenance=(over, planned)))
    async with calling(Listener(), Daemon(view)) as caller:
        _, told = await caller.get("/api/v1/maintenance")

    assert [(m["target"], m["by"]) for m in told["maintenance"]] == [("us", "tim")]
