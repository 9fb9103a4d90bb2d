"""The analysis document of what was closed is written once, and says nothing that is secret."""

from __future__ import annotations

from dataclasses import replace

from checker.core.events import Cancelled, Closed, Declared, Documented, Noted
from checker.core.model import Duty
from checker.documents import CUT, SETTLED_S, TEXT_MAX, Documents
from tests.core.story import T0, make_policy
from tests.web.listener import Listener

POLICY = make_policy(routes={Duty.DOCUMENT: ("room",)})


class House:
    """A listener with one incident, and a clock."""

    def __init__(self, policy=POLICY) -> None:
        self.listener = Listener(policy)
        self.at = T0
        self.documents = Documents(
            lambda: (self.listener.policy, self.listener.state),
            self.listener.desk,
            self.listener.say,
            secrets=lambda: {"hunter2hunter2"},
            clock=lambda: self.at,
        )

    async def tell(self, *events) -> House:
        for event in events:
            await self.listener.say(f"{type(event).__name__}/{event.at}", event)
        return self

    async def write(self, at: float) -> list[Documented]:
        self.at = T0 + at
        await self.documents.write()
        return [e for e in self.listener.heard.values() if isinstance(e, Documented)]


DECLARED = Declared(T0, "us", "ada", "exports are empty")
CLOSED = Closed(T0 + 60, "us-1", "ada", "a full disk", "a larger one")


async def test_what_was_closed_gets_its_document():
    house = await House().tell(DECLARED, CLOSED)
    (written,) = await house.write(60 + SETTLED_S)
    assert written.incident == "us-1"
    assert "**Root cause:** a full disk" in written.text


async def test_it_is_written_once():
    house = await House().tell(DECLARED, CLOSED)
    await house.write(70)
    assert len(await house.write(80)) == 1


async def test_it_is_written_once_over_a_restart_too():
    house = await House().tell(DECLARED, CLOSED)
    await house.write(70)
    house.documents._written.clear()
    assert len(await house.write(80)) == 1


async def test_it_waits_until_the_last_effects_have_settled():
    house = await House().tell(DECLARED, CLOSED)
    assert await house.write(60 + SETTLED_S - 1) == []


async def test_what_is_still_open_gets_none():
    house = await House().tell(DECLARED)
    assert await house.write(1000) == []


async def test_what_was_declared_in_error_gets_none():
    house = await House().tell(DECLARED, Cancelled(T0 + 60, "us-1", "ada", "a test"))
    assert await house.write(1000) == []


async def test_where_nobody_takes_it_none_is_written():
    house = await House(replace(POLICY, routes={})).tell(DECLARED, CLOSED)
    assert await house.write(1000) == []


async def test_a_store_that_is_away_is_asked_again():
    house = await House().tell(DECLARED, CLOSED)
    house.listener.away = True
    assert await house.write(70) == []
    house.listener.away = False
    assert len(await house.write(80)) == 1


async def test_what_is_secret_is_left_out():
    note = Noted(T0 + 30, "us-1", "ada", "the password is hunter2hunter2")
    (written,) = await (await House().tell(DECLARED, note, CLOSED)).write(70)
    assert "hunter2" not in written.text


async def test_a_very_long_one_is_cut_and_says_where_the_rest_is():
    notes = [Noted(T0 + n / 1000, "us-1", "ada", f"{n} " + "x" * 2900) for n in range(90)]
    (written,) = await (await House().tell(DECLARED, *notes, CLOSED)).write(70)
    assert len(written.text) == TEXT_MAX
    assert written.text.endswith(CUT)
