"""How much is said in a room in a night in which everything happens: the core's own news, at a Slack with a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from checker.core.events import Closed, Noted, Published
from checker.core.model import Duty
from checker.responders.contract import Done, Later
from checker.responders.slack import Responder, Settings
from probes.contract import Verdict
from tests.core.story import CONTROLS, T0, Story, make_policy, watch
from tests.responders.effects import first
from tests.world.demo import as_read
from tests.world.faults import says
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT, Channel

pytestmark = pytest.mark.timeout(120)

CHECKS = [f"us/s{number}" for number in range(40)]
TEAMS = {f"team-{number}": f"U0TEAM{number}" for number in range(4)}
OUTLETS = ("banner", "page", "announcements")
ROUTES: dict[Duty, tuple[str, ...]] = {
    Duty.PAGE: ("pager",),
    Duty.PUBLISH: OUTLETS,
    Duty.WITHDRAW: OUTLETS,
    **dict.fromkeys((Duty.ROOM, Duty.POST, Duty.SUMMARY, Duty.INVITE), ("slack",)),
}


def forty_checks() -> Story:
    """Owned by four teams; customers are told by three outlets."""
    checks = [watch(name, owners=(f"team-{n % 4}",)) for n, name in enumerate(CHECKS)]
    return Story(policy=make_policy([*checks, *CONTROLS], routes=ROUTES))


def one_after_the_other(check: str, location: str, at: float) -> Verdict:
    """Every ten seconds one more fails."""
    fails = check in CHECKS and at >= 10 * CHECKS.index(check)
    return Verdict.FAILED if fails else Verdict.PASSED


def flapping(check: str, location: str, at: float) -> Verdict:
    """All of them fail in the first two minutes of every ten."""
    fails = check in CHECKS and at % 600 < 120
    return Verdict.FAILED if fails else Verdict.PASSED


class Night:
    """A Slack that hears buttons, and whose clock is that of the story."""

    def __init__(self) -> None:
        self.now = T0
        self.slack = Slack(now=lambda: self.now)
        self.more: dict[str, Any] = {}

    async def in_a_thread(self) -> None:
        self.more["fallback_channel"] = self.slack.workspace.add_channel("incidents", BOT).id
        await self.slack.hurt("conversations.create", says("restricted_action"))

    async def carry_out(self, story: Story) -> Channel:
        """Each effect in turn, as a lane of delivery would."""
        to_it: Mapping[str, Any] = {"token": self.slack.token, "base_url": self.slack.api}
        heard = {"signing_secret": "0123456789abcdef0123456789abcdef", "people": TEAMS}
        responder = Responder(Settings(**to_it, **heard, **self.more), clock=lambda: self.now)
        receipts: dict[str, Any] = {}
        for effect in story.effects:
            if effect.responder == "slack":
                self.now = max(self.now, effect.at)
                while isinstance(
                    answer := await responder.carry_out(first(effect, **receipts)), Later
                ):
                    assert answer.after_s, answer.why
                    self.now += answer.after_s
                assert isinstance(answer, Done)
                receipts[effect.id] = answer.receipt
        await responder.close()
        return self.slack.workspace.channels[0]


@pytest.fixture
async def night() -> AsyncIterator[Night]:
    night = Night()
    async with night.slack:
        yield night


def within(room: Channel, begin: float, seconds: float) -> int:
    """How many messages the room got then; seconds since its first one."""
    first_at = float(room.messages[0].ts)
    return sum(begin <= float(m.ts) - first_at < begin + seconds for m in room.messages)


def most_in_an_hour(room: Channel) -> int:
    """After the first ten minutes."""
    first_at = float(room.messages[0].ts)
    times = [float(m.ts) - first_at for m in room.messages if float(m.ts) - first_at >= 600]
    return max((within(room, time, 3600) for time in times), default=0)


async def test_forty_checks_that_fail_one_after_the_other_are_twenty_messages_that_tell_all(night):
    story = forty_checks().play(one_after_the_other, 660)
    room = await night.carry_out(story)
    said = "\n".join(as_read(message) for message in room.messages)
    assert within(room, 0, 600) <= 20
    assert [check for check in CHECKS if f"{check} down" not in said] == []
    assert "may customers be told?" in said


async def test_in_a_thread_too(night):
    await night.in_a_thread()
    room = await night.carry_out(forty_checks().play(one_after_the_other, 660))
    assert within(room, 0, 600) <= 20


async def test_what_flaps_all_night_and_is_told_to_customers_is_twelve_messages_an_hour(night):
    story = forty_checks().play(flapping, 650)
    for outlet in OUTLETS:
        story.tell(Published(T0 + 650, "us-1", "ada", outlet))
    for hour in range(2):
        story.play(flapping, 2700)
        story.tell(Noted(T0 + story.now, "us-1", "ada", f"hour {hour}: no change"))
    story.tell(Closed(T0 + story.now + 1, "us-1", "ada", "a leak", "mended"))
    room = await night.carry_out(story)
    assert within(room, 0, 600) <= 20
    assert most_in_an_hour(room) <= 12
    assert room.messages[-1].text == "✅ us-1 closed by ada"


async def test_no_two_messages_come_within_a_second(night):
    room = await night.carry_out(forty_checks().play(one_after_the_other, 300))
    times = [float(message.ts) for message in room.messages]
    assert all(after - before >= 0.999 for before, after in pairwise(times))
