"""The store is away: pages only, under the key that anybody would come to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from checker.core.events import Event, Looked, PagedAlone, Ticked
from checker.core.model import Duty, Observation, Severity, State
from checker.responders.contract import Later, Never
from checker.several.alone import Alone, is_paged_for
from checker.several.shadow import Shadow
from checker.store.faults import StoreUnreachable
from checker.store.rows import Pending, Restored
from probes.contract import Verdict
from tests.core.story import CONTROLS, T0, Story, broken, make_policy, outcome
from tests.delivery.hands import Scripted, calm, effect

POLICY = make_policy(
    routes={Duty.PAGE: ("pager",), Duty.FALLBACK: ("second",), Duty.ROOM: ("chat",)},
    confirms=frozenset(["pager"]),
)
PAGE = {
    "key": "world/us-7/1",
    "source": "us",
    "severity": "major",
    "summary": "us/flags is down",
    "since": T0,
}
NOTHING = Restored(State(), (), ())


class Inbox:
    def __init__(self) -> None:
        self.away = False
        self.got: dict[str, Event] = {}

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        if self.away:
            raise StoreUnreachable("nobody answers")
        self.got[inbox_id] = event
        return True


class Hermit:
    """A daemon's part, alone from `begin` on."""

    def __init__(self) -> None:
        self.pager, self.second, self.chat = Scripted(), Scripted(), Scripted()
        self.inbox = Inbox()
        self.alone = Alone(
            self.inbox,
            "l1",
            lambda: POLICY,
            lambda: {"pager": self.pager, "second": self.second, "chat": self.chat},
            lambda: T0 + 100,
        )

    async def begin(self, known: Restored = NOTHING, own: State | None = None) -> None:
        self.alone.know(known)
        self.alone.begin(broken_here().state if own is None else own)
        await calm()

    def paged(self) -> list[str]:
        return [attempt.effect.payload["key"] for attempt in self.pager.attempts]


def broken_here(*checks: str) -> Shadow:
    """What l1 sees alone: `checks` (us/app) fail and the controls answer."""
    shadow = Shadow(lambda: POLICY, State())
    for n in range(12):
        for check in checks or ("us/app",):
            shadow.take(Looked(Observation(check, "l1", T0 + n * 5, outcome(Verdict.FAILED))))
        for control in CONTROLS:
            at = T0 + n * 5 + 1
            shadow.take(Looked(Observation(control, "l1", at, outcome(Verdict.PASSED))))
    return shadow


@pytest.fixture
async def hermit() -> AsyncIterator[Hermit]:
    hermit = Hermit()
    yield hermit
    await hermit.alone.end()


async def test_what_it_sees_alone_is_paged_under_the_next_id_and_nothing_else_is_done(hermit):
    await hermit.begin(Restored(State(counters={"us": 41}), (), ()))
    assert hermit.paged() == ["posthog-checker/us-42/1"]
    assert "l1 judged this alone" in hermit.pager.attempts[0].effect.payload["details"]["Alone"]
    assert hermit.chat.attempts == []


async def test_what_breaks_while_it_is_alone_is_paged_once(hermit):
    await hermit.begin(own=State())
    for n in range(20):
        for check, verdict in [
            ("us/app", Verdict.FAILED),
            *((c, Verdict.PASSED) for c in CONTROLS),
        ]:
            seen = Observation(check, "l1", T0 + n * 5, outcome(verdict))
            hermit.alone.take(Looked(seen))
        hermit.alone.take(Ticked(T0 + n * 5 + 1))
    await calm()
    assert hermit.paged() == ["posthog-checker/us-1/1"]


async def test_what_somebody_was_paged_for_is_left_alone(hermit):
    known = Story(policy=POLICY).play(broken("us/app"), 120).state
    assert is_paged_for(known, "us")
    assert not is_paged_for(known, "eu")
    await hermit.begin(Restored(known, (), ()))
    assert hermit.paged() == []


async def test_a_minor_incident_that_paged_nobody_does_not_hide_an_outage(hermit):
    story = Story(policy=POLICY).play(broken("us/app"), 120)
    minor = replace(story.state.incidents["us-1"], severity=Severity.MINOR, page=0)
    known = replace(story.state, incidents={"us-1": replace(minor, evident=Severity.MINOR)})
    await hermit.begin(Restored(known, (), ()))
    assert hermit.paged() == ["posthog-checker/us-1/1"]


async def test_a_problem_that_was_known_to_be_ours_alone_is_not_paged(hermit):
    await hermit.begin(Restored(State(local={"us/app": "l1"}), (), ()))
    assert hermit.paged() == []


async def test_a_page_that_was_decided_and_never_sent_is_sent(hermit):
    page = effect("us-7/page/1@pager", payload=PAGE)
    told = effect("us-7/room/1@chat")
    await hermit.begin(Restored(State(), (Pending(page), Pending(told)), ()), State())
    assert hermit.pager.asked == ["us-7/page/1@pager"]
    assert hermit.chat.attempts == []


async def test_a_page_that_was_ended_before_it_was_sent_is_not_sent(hermit):
    page = effect("us-7/page/1@pager", payload=PAGE)
    end = effect("us-7/resolve/1@pager", payload={"key": PAGE["key"], "why": "us-7 closed"})
    await hermit.begin(Restored(State(), (Pending(page, unsure=True), Pending(end)), ()), State())
    assert hermit.pager.asked == []


async def test_what_the_pager_refuses_goes_the_second_way_at_once(hermit):
    hermit.pager.script.append(Never("Invalid routing key"))
    await hermit.begin()
    (attempt,) = hermit.second.attempts
    assert attempt.effect.payload["key"] == "posthog-checker/us-1/1"
    assert {"Alone", "Second way"} <= attempt.effect.payload["details"].keys()
    await hermit.alone.tell()
    assert [event.page for event in hermit.inbox.got.values()] == [1]


async def test_what_the_pager_does_not_take_in_time_goes_the_second_way(hermit):
    hermit.pager.script.append(Later("busy", after_s=60.0))
    await hermit.begin()
    hermit.alone.take(Ticked(T0 + 219))
    await calm()
    assert hermit.second.attempts == []
    hermit.alone.take(Ticked(T0 + 220))
    await calm()
    assert len(hermit.second.attempts) == 1


async def test_what_the_pager_took_is_not_asked_for_again_as_nobody_reads_it_back(hermit):
    await hermit.begin()
    hermit.alone.take(Ticked(T0 + 1000))
    await calm()
    assert hermit.second.attempts == []


async def test_whoever_leads_later_is_told_of_each_page_that_was_taken(hermit):
    await hermit.begin()
    await hermit.alone.end()
    await hermit.alone.tell()
    ((inbox_id, event),) = hermit.inbox.got.items()
    assert inbox_id == f"alone/l1/posthog-checker/us-1/1/{T0 + 100:.0f}"
    assert isinstance(event, PagedAlone)
    assert (event.incident, event.target, event.by) == ("us-1", "us", "l1")
    assert (event.severity, event.page) == (Severity.CRITICAL, 1)
    hermit.inbox.got.clear()
    await hermit.alone.tell()
    assert hermit.inbox.got == {}


async def test_what_the_inbox_does_not_take_is_told_the_next_time(hermit):
    await hermit.begin()
    hermit.inbox.away = True
    await hermit.alone.tell()
    hermit.inbox.away = False
    await hermit.alone.tell()
    assert len(hermit.inbox.got) == 1


async def test_a_page_that_nobody_took_is_for_whoever_leads_to_send(hermit):
    hermit.pager.script.append(Later("busy", after_s=60.0))
    await hermit.begin()
    await hermit.alone.end()
    await hermit.alone.tell()
    assert hermit.inbox.got == {}


async def test_it_judges_nothing_while_it_is_not_alone(hermit):
    hermit.alone.take(Ticked(T0))
    assert not hermit.alone.is_alone
    assert hermit.pager.attempts == []
