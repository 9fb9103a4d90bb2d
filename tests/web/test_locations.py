"""`/api/v1/locations`, and the locations on the page at `/`."""

from __future__ import annotations

import json
from dataclasses import replace

from checker.roll import roll_of
from checker.store.presence import Presence
from checker.web.landing import landing
from checker.web.status import status_of
from tests.metrics.sample import NOW, roll, show
from tests.web.site import Daemon, site
from tests.web.test_landing import HOSTILE, Reader


def page_with(found) -> Reader:
    return Reader(landing(status_of(replace(show(), roll=found))))


async def test_who_is_there_is_told_as_json():
    async with site(Daemon(view=replace(show(), roll=roll()))) as s:
        status, body = await s.get("/api/v1/locations")
    told = json.loads(body)
    assert status == 200
    assert (told["at"], told["leader"]) == ("2023-11-14T22:13:20Z", "l1-a")
    assert told["troubles"][0] == "l2: its looks begin 42 s late"
    late = told["locations"][1]
    assert (late["name"], late["troubles"][1]) == ("l2", "a clock is 3.2 s behind")
    assert late["daemons"] == [
        {
            "replica": "l2-a",
            "version": "0.1.0",
            "looks": True,
            "leads": False,
            "blind": False,
            "behind_s": 42.0,
            "clock_offset_s": -3.25,
            "heard_ago_s": 1.0,
            "gone": False,
        }
    ]


async def test_while_nobody_knows_who_is_there_that_is_said():
    async with site() as s:
        status, body = await s.get("/api/v1/locations")
    assert status == 503
    assert "The store cannot be reached now." in json.loads(body)["error"]


async def test_the_status_tells_them_too():
    async with site(Daemon(view=replace(show(), roll=roll()))) as s:
        told = json.loads((await s.get("/api/v1/status"))[1])
    assert [one["name"] for one in told["locations"]] == ["l1", "l2", "l3", "l4"]


def test_the_page_says_who_looks_who_leads_and_what_is_wrong():
    text = " ".join(page_with(roll()).text.split())
    assert "l1 looks, leads l1-a, version 0.1.0 1 s ago" in text
    assert "l1 stands by l1-b, version 0.2.0 2 s ago" in text
    assert "l2 looks its looks begin 42 s late; a clock is 3.2 s behind l2-a" in text
    assert "l3 blind blind: most of its controls fail l3-a" in text
    assert "l4 gone gone, or cut off from the store: not heard for 3 min l4-b" in text


def test_a_daemon_that_is_alone_and_well_is_no_table_of_its_own():
    alone = roll_of([Presence("l1-a", "l1", "0.1.0")], "l1-a", NOW)
    assert "Locations" not in page_with(alone).text
    assert "Locations" not in page_with(None).text


def test_names_that_are_attacks_are_shown_and_never_run():
    page = page_with(roll_of([Presence(HOSTILE, HOSTILE, HOSTILE, is_blind=True)], HOSTILE, NOW))
    assert page.text.count(HOSTILE) == 3
    assert not {"script", "img"} & set(page.tags)
