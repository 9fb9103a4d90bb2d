"""Pages are read back: only while it matters, each piece of news once, and in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from checker.core.events import Acknowledged, Closed, Event, PageConfirmed, PageResolved
from checker.core.model import State
from checker.readback import PAGES_MAX, QUESTIONS_MAX, Readback, Situation
from checker.responders.contract import PageState, Shown, Unread
from tests.core.story import T0, Story, broken

KEY = "posthog-checker/us-1/1"
Answer = Shown | Unread | None


class Pager:
    """Shows what it is told to show; `asked` are the keys."""

    def __init__(self, every_s: float | None = 30.0) -> None:
        self.reads_every_s = every_s
        self.shows: dict[str, Answer] = {}
        self.says: Answer = None  # about everything else
        self.fault: Exception | None = None
        self.hangs = False
        self.asked: list[str] = []

    async def look_up(self, key: str) -> Answer:
        self.asked.append(key)
        if self.fault:
            raise self.fault
        if self.hangs:
            await asyncio.Event().wait()
        return self.shows.get(key, self.says)


class Room:
    """A responder that cannot be asked."""


class Readings:
    """A read-back with time moved by hand. `said` is what came in at the door, by id."""

    def __init__(self, story: Story, **responders: object) -> None:
        self.story = story
        self.responders: Mapping[str, object] = responders
        self.now = 1000.0
        self.said: list[tuple[str, Event]] = []
        self.readback = Readback(
            self._situation, self._say, clock=lambda: T0 + 500, monotonic=lambda: self.now
        )

    def _situation(self) -> Situation:
        return Situation(self.responders, self.story.policy, self.story.state)  # type: ignore[arg-type]

    async def _say(self, inbox_id: str, event: Event) -> None:
        self.said.append((inbox_id, event))

    async def ask(self, after_s: float = 0.0) -> None:
        self.now += after_s
        self.readback.begin()
        await self.readback.settled()


def paged() -> Story:
    return Story().play(broken("us/app"), 100)


async def test_a_page_that_is_shown_is_confirmed():
    pager = Pager()
    pager.shows[KEY] = Shown(PageState.TRIGGERED, "Ada")
    readings = Readings(paged(), pagerduty=pager)
    await readings.ask()
    confirmed = PageConfirmed(T0 + 500, "us-1", "pagerduty", 1, "Ada")
    assert readings.said == [(f"pagerduty/{KEY}/triggered", confirmed)]


@pytest.mark.parametrize(
    ("shown", "event"),
    [
        (Shown(PageState.ACKNOWLEDGED, "Ada"), Acknowledged(T0 + 500, "us-1", "Ada", 1)),
        (Shown(PageState.ACKNOWLEDGED), Acknowledged(T0 + 500, "us-1", "somebody", 1)),
        (Shown(PageState.RESOLVED, "Ada"), PageResolved(T0 + 500, "us-1", "Ada", 1)),
        (Shown(PageState.RESOLVED), PageResolved(T0 + 500, "us-1", "", 1)),
    ],
)
async def test_what_people_did_with_it_is_said(shown, event):
    pager = Pager()
    pager.shows[KEY] = shown
    readings = Readings(paged(), pagerduty=pager)
    await readings.ask()
    assert readings.said == [(f"pagerduty/{KEY}/{shown.state}", event)]


async def test_a_page_that_is_not_shown_is_no_news():
    readings = Readings(paged(), pagerduty=Pager())
    await readings.ask()
    assert readings.said == []


async def test_the_same_news_is_said_once():
    pager = Pager()
    pager.shows[KEY] = Shown(PageState.TRIGGERED)
    readings = Readings(paged(), pagerduty=pager)
    for _ in range(3):
        await readings.ask(after_s=30)
    assert len(pager.asked) == 3
    assert len(readings.said) == 1


async def test_it_asks_no_sooner_than_the_responder_wants():
    pager = Pager(every_s=30)
    readings = Readings(paged(), pagerduty=pager)
    await readings.ask()
    await readings.ask(after_s=29)
    assert len(pager.asked) == 1
    await readings.ask(after_s=1)
    assert len(pager.asked) == 2


async def test_nobody_is_asked_while_nothing_is_live():
    pager, story = Pager(), paged()
    story.tell(Closed(T0 + 100, "us-1", "ada", "a bad deploy", "rolled back"))
    await Readings(story, pagerduty=pager).ask()
    assert pager.asked == []


async def test_nobody_is_asked_about_an_incident_that_paged_nobody():
    pager = Pager()
    await Readings(Story(state=State()), pagerduty=pager).ask()
    assert pager.asked == []


async def test_those_that_cannot_be_asked_are_left_alone():
    pager = Pager(every_s=None)
    await Readings(paged(), room=Room(), pagerduty=pager).ask()
    assert pager.asked == []


async def test_a_page_that_has_ended_is_not_asked_for_again():
    pager = Pager()
    pager.shows[KEY] = Shown(PageState.RESOLVED, "Ada")
    readings = Readings(paged(), pagerduty=pager)
    await readings.ask()
    await readings.ask(after_s=30)
    assert pager.asked == [KEY]


async def test_whoever_asks_for_patience_gets_it():
    pager = Pager(every_s=30)
    pager.says = Unread("PagerDuty says that we ask too often", after_s=100)
    readings = Readings(paged(), pagerduty=pager)
    await readings.ask()
    await readings.ask(after_s=99)
    assert len(pager.asked) == 1
    await readings.ask(after_s=1)
    assert len(pager.asked) == 2


async def test_a_responder_that_breaks_is_asked_again_and_says_nothing():
    pager = Pager()
    pager.fault = ValueError("token=secret")
    readings = Readings(paged(), pagerduty=pager)
    await readings.ask()
    pager.fault = None
    pager.shows[KEY] = Shown(PageState.TRIGGERED)
    await readings.ask(after_s=30)
    assert len(readings.said) == 1


async def test_one_that_hangs_is_in_nobody_s_way_and_is_not_asked_twice_at_once():
    silent, pager = Pager(), Pager()
    silent.hangs = True
    pager.shows[KEY] = Shown(PageState.TRIGGERED)
    readings = Readings(paged(), silent=silent, pagerduty=pager)
    for _ in range(3):
        readings.now += 30
        readings.readback.begin()
        for _ in range(5):
            await asyncio.sleep(0)
    assert (len(silent.asked), len(pager.asked)) == (1, 3)
    assert len(readings.said) == 1
    await stopped(readings)


async def test_when_the_daemon_ends_no_question_is_left_open():
    pager = Pager()
    pager.hangs = True
    readings = Readings(paged(), pagerduty=pager)
    readings.readback.begin()
    await stopped(readings)
    assert len(asyncio.all_tasks()) == 1


async def test_of_many_pages_only_the_newest_are_asked_for():
    pager, story = Pager(), paged()
    many = replace(story.incident(), page=9)
    story.state = State(incidents={f"us-{n}": replace(many, id=f"us-{n}") for n in range(10)})
    await Readings(story, pagerduty=pager).ask()
    assert len(pager.asked) == QUESTIONS_MAX < 10 * PAGES_MAX
    assert {key.rpartition("/")[2] for key in pager.asked} == {"9", "8"}


async def stopped(readings: Readings) -> None:
    run = asyncio.create_task(readings.readback.run())
    await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
