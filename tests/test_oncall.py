"""Who is on call is asked only while it matters, and said once; nobody is in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from checker.core.events import Closed, Event, OnCallSeen
from checker.core.model import Person, Severity, State
from checker.core.rules import WorkingHours
from checker.oncall import AGAIN_S, EVERY_S, OnCall, inbox_id
from checker.readback import Situation
from checker.responders.contract import Unread
from tests.core.story import T0, Story, broken

ADA = Person("Ada Lovelace", "ada@example.com")
BOB = Person("Bob")


class Pager:
    """Says what it is told to say."""

    knows_on_call = True

    def __init__(self, *people: Person) -> None:
        self.says: tuple[Person, ...] | Unread = people
        self.fault: Exception | None = None
        self.hangs = False
        self.asked = 0

    async def on_call(self) -> tuple[Person, ...] | Unread:
        self.asked += 1
        if self.fault:
            raise self.fault
        if self.hangs:
            await asyncio.Event().wait()
        return self.says


class Room:
    """A responder that cannot be asked."""


class Askings:
    """Time moved by hand. `said` is what came in at the door, by id."""

    def __init__(self, story: Story, **responders: object) -> None:
        self.story = story
        self.responders: Mapping[str, object] = responders
        self.now = 1000.0
        self.said: list[tuple[str, OnCallSeen]] = []
        self.on_call = OnCall(
            self._situation, self._say, clock=lambda: T0 + self.now, monotonic=lambda: self.now
        )

    def _situation(self) -> Situation:
        return Situation(self.responders, self.story.policy, self.story.state)  # type: ignore[arg-type]

    async def _say(self, id_: str, event: Event) -> None:
        assert isinstance(event, OnCallSeen)
        assert id_ == inbox_id(event)
        self.said.append((event.incident, event))

    def people(self) -> list[tuple[Person, ...]]:
        return [event.people for _, event in self.said]

    async def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.on_call.begin()
        await self.on_call.settled()


def live() -> Story:
    return Story().play(broken("us/app"), 100)


async def test_who_is_on_call_is_said_of_a_new_incident():
    askings = Askings(live(), pagerduty=Pager(ADA, BOB))
    await askings.pass_(0)
    assert askings.said == [("us-1", OnCallSeen(T0 + 1000, "us-1", "pagerduty", (ADA, BOB)))]


async def test_nobody_on_call_is_said_too():
    askings = Askings(live(), pagerduty=Pager())
    await askings.pass_(0)
    assert askings.people() == [()]


async def test_the_same_people_are_said_once_and_others_when_the_shift_ends():
    pager = Pager(ADA)
    askings = Askings(live(), pagerduty=pager)
    for _ in range(3):
        await askings.pass_(EVERY_S)
    pager.says = (BOB,)
    await askings.pass_(EVERY_S)
    assert pager.asked == 4
    assert askings.people() == [(ADA,), (BOB,)]


async def test_it_asks_no_sooner_than_every_five_minutes():
    pager = Pager(ADA)
    askings = Askings(live(), pagerduty=pager)
    await askings.pass_(0)
    await askings.pass_(EVERY_S - 1)
    assert pager.asked == 1


async def test_for_a_second_incident_it_asks_at_once_and_says_only_what_is_new():
    pager = Pager(ADA)
    askings = Askings(live(), pagerduty=pager)
    await askings.pass_(0)
    second = replace(askings.story.incident(), id="eu-1", target="eu")
    before = askings.story.state
    askings.story.state = replace(before, incidents={**before.incidents, "eu-1": second})
    await askings.pass_(1)
    assert pager.asked == 2
    assert [incident for incident, _ in askings.said] == ["us-1", "eu-1"]


async def test_nobody_is_asked_while_nothing_is_live():
    pager, story = Pager(ADA), live()
    story.tell(Closed(T0 + 100, "us-1", "ada", "a bad deploy", "rolled back"))
    await Askings(story, pagerduty=pager).pass_(0)
    assert pager.asked == 0


async def test_a_minor_incident_waits_for_working_hours():
    pager, story = Pager(ADA), live()
    minor = replace(story.incident(), severity=Severity.MINOR)
    story.state = State(incidents={"us-1": minor})
    story.policy = replace(story.policy, working_hours=WorkingHours(days=frozenset()))
    askings = Askings(story, pagerduty=pager)
    await askings.pass_(0)
    assert pager.asked == 0
    story.policy = replace(story.policy, working_hours=None)
    await askings.pass_(1)
    assert pager.asked == 1


async def test_those_that_cannot_be_asked_are_left_alone():
    pager = Pager(ADA)
    pager.knows_on_call = False
    askings = Askings(live(), room=Room(), pagerduty=pager)
    await askings.pass_(0)
    assert (pager.asked, askings.said) == (0, [])


@pytest.mark.parametrize(("after_s", "waits"), [(None, AGAIN_S), (5.0, AGAIN_S), (100.0, 100.0)])
async def test_whoever_does_not_say_is_asked_again_soon_but_no_sooner_than_it_wants(after_s, waits):
    pager = Pager()
    pager.says = Unread("PagerDuty says that we ask too often", after_s)
    askings = Askings(live(), pagerduty=pager)
    await askings.pass_(0)
    await askings.pass_(waits - 1)
    assert (pager.asked, askings.said) == (1, [])
    pager.says = (ADA,)
    await askings.pass_(1)
    assert askings.people() == [(ADA,)]


async def test_one_that_breaks_says_nothing_and_is_asked_again():
    pager = Pager(ADA)
    pager.fault = ValueError("token=secret")
    askings = Askings(live(), pagerduty=pager)
    await askings.pass_(0)
    pager.fault = None
    await askings.pass_(AGAIN_S)
    assert askings.people() == [(ADA,)]


async def test_one_that_hangs_is_in_nobody_s_way_and_is_not_asked_twice_at_once():
    silent, pager = Pager(), Pager(ADA)
    silent.hangs = True
    askings = Askings(live(), silent=silent, pagerduty=pager)
    for _ in range(3):
        askings.now += EVERY_S
        askings.on_call.begin()
        for _ in range(5):
            await asyncio.sleep(0)
    assert (silent.asked, pager.asked, len(askings.said)) == (1, 3, 1)
    await stopped(askings)


async def test_when_the_daemon_ends_no_question_is_left_open():
    pager = Pager()
    pager.hangs = True
    askings = Askings(live(), pagerduty=pager)
    askings.on_call.begin()
    await stopped(askings)
    assert len(asyncio.all_tasks()) == 1


def at(seconds: float, *people: Person) -> str:
    return inbox_id(OnCallSeen(T0 + seconds, "us-1", "pagerduty", people))


def test_other_people_have_another_id_and_so_have_the_same_ones_later():
    assert len({at(0), at(0, ADA), at(0, ADA, BOB), at(0, BOB, ADA), at(EVERY_S, ADA)}) == 5
    assert at(0, ADA) == at(1, ADA)


async def test_when_an_override_ends_those_of_before_are_said_again():
    pager = Pager(ADA)
    askings = Askings(live(), pagerduty=pager)
    for who in (ADA, BOB, ADA):
        pager.says = (who,)
        await askings.pass_(EVERY_S)
    assert askings.people() == [(ADA,), (BOB,), (ADA,)]


async def stopped(askings: Askings) -> None:
    run = asyncio.create_task(askings.on_call.run())
    await asyncio.sleep(0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
