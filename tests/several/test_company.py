"""What joins the parts: pages whose incident the store does not know are told of when it is back."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from checker.core.events import Event, PagedAlone
from checker.core.model import Duty, Effect, State
from checker.delivery import Delivery
from checker.responders.contract import Later
from checker.several.company import Around, Company
from checker.store.presence import Presence
from checker.store.rows import Restored
from tests.core.story import Story, broken, make_policy
from tests.delivery.hands import Book, Scripted, Time, calm
from tests.several import stand_ins

POLICY = make_policy(routes={Duty.PAGE: ("pager",), Duty.ROOM: ("chat",)})


class Store(stand_ins.Store):
    """One that may owe commits, and keeps what is put into its inbox."""

    is_shared = True

    def __init__(self, time: stand_ins.Time) -> None:
        super().__init__(time)
        self.owed = 0
        self.inbox: list[Event] = []

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        self._answer()
        self.inbox.append(event)
        return True


@dataclass
class Door:
    """What a company asks of one."""

    state: State = field(default_factory=State)
    looked: bool = False
    told: list[str] = field(default_factory=list)

    def lead(self, restored: Restored) -> None:
        self.state = restored.state
        self.told.append("lead")

    def show(self, state: State) -> None:
        self.state = state

    def stand_by(self) -> None:
        self.told.append("stand by")


class Counts:
    def __getattr__(self, _: str):
        return lambda *_: None


class Stage:
    def __init__(self) -> None:
        self.time = stand_ins.Time()
        self.store = Store(self.time)
        self.pager, self.chat, self.door = Scripted(), Scripted(), Door()
        around = Around(
            replica="l1-x",
            location="l1",
            here=lambda looking: Presence("l1-x", "l1", "1", looking),
            counts=Counts(),
            locations=lambda: 2,
            policy=lambda: POLICY,
            responders=lambda: {"pager": self.pager, "chat": self.chat},
            follow=lambda _: None,
            moved=self._moved,
            clock=self.time,
            monotonic=self.time,
        )
        self.company = Company(self.store, around)
        responders = {"pager": self.pager, "chat": self.chat}
        self.delivery = Delivery(Book(), responders, self._say, Time())
        self.company.join(self.door, self.delivery)

    async def _moved(self, _: object) -> None: ...
    async def _say(self, _: Event) -> None: ...

    async def begin(self) -> None:
        await self.company.load()
        await self.company.begin()

    async def turn(self, after_s: float = 0.0) -> None:
        self.time.now += after_s
        await self.company.roster.turn()
        await self.company.seat.turn()
        await self.company.beat()
        await calm()

    def decide(self) -> list[Effect]:
        """An outage at us: what was decided stands in the State, whether or not in the store."""
        story = Story(policy=POLICY).play(broken("us/app"), 120)
        self.door.state = story.state
        return story.effects


@pytest.fixture
def on() -> Stage:
    return Stage()


async def test_whoever_gets_the_lease_leads_and_acts(on):
    await on.begin()
    assert on.door.told == ["lead"]
    on.company.put(on.decide())
    await calm()
    assert [effect.split("/")[1] for effect in on.pager.asked] == ["page"]
    assert [effect.split("/")[1] for effect in on.chat.asked] == ["room"]
    await on.company.leave()


async def test_while_the_store_is_away_it_leads_no_longer_and_is_alone(on):
    await on.begin()
    on.store.away = True
    await on.turn()
    await on.turn(after_s=11)
    assert on.door.told == ["lead", "stand by"]
    assert not on.company.is_leading
    assert on.company._alone.is_alone
    on.store.away = False
    await on.turn()
    assert on.company.is_leading
    assert not on.company._alone.is_alone
    await on.company.leave()


async def test_a_page_whose_incident_was_never_written_is_told_of_later(on):
    await on.begin()
    on.store.away, on.store.owed = True, 1
    await on.turn()
    on.company.put(on.decide())
    await calm()
    assert len(on.pager.asked) == 1
    await on.turn(after_s=11)
    on.store.away, on.store.owed = False, 0
    await on.turn()
    (told,) = on.store.inbox
    assert isinstance(told, PagedAlone)
    assert told.key == "posthog-checker/us-1/1"
    assert len(on.pager.asked) == 1
    await on.company.leave()


async def test_a_page_that_was_not_taken_yet_goes_out_while_it_is_alone(on):
    on.pager.script += [Later("busy", after_s=60.0)]
    await on.begin()
    on.store.away, on.store.owed = True, 1
    await on.turn()
    on.company.put(on.decide())
    await calm()
    await on.turn(after_s=11)
    assert len(on.pager.asked) == 2
    assert len(set(on.pager.asked)) == 1
    on.store.away, on.store.owed = False, 0
    await on.turn()
    assert [told.key for told in on.store.inbox] == ["posthog-checker/us-1/1"]
    await on.company.leave()


async def test_what_was_written_needs_no_telling(on):
    await on.begin()
    on.company.put(on.decide())
    await calm()
    on.store.away = True
    await on.turn()
    await on.turn(after_s=11)
    on.store.away = False
    await on.turn()
    assert on.store.inbox == []
    await on.company.leave()


async def test_whoever_leaves_lets_another_lead_at_once(on):
    await on.begin()
    await on.company.leave()
    assert on.store.holder == ""
    assert on.store.done[-3:] == ["step down", "release", "release"]
