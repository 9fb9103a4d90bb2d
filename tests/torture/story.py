"""One incident from its first failure to its document: everything that the daemon does for people, in half a minute.

Two surfaces fail at one cloud, one after the other; it comes back, relapses and comes back again. Meanwhile people
acknowledge, join, tell customers and close. Whoever says a word says it until the daemon has heard it, as people do.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.torture.stage import Stage
from tests.world.faults import status

STEP_S = 40.0  # for one step, with a daemon that dies in the middle of it
WORDS = "Some pages do not open."
Holds = Callable[[dict[str, Any]], bool]
OUTLETS = ("banner", "status-page", "announcements")
KEYS = ("world/us-1/1", "world/us-1/2", "world/us-1/3")


class Story:
    """Plays it; each part can be played alone."""

    def __init__(self, stage: Stage, step_s: float = STEP_S) -> None:
        self._stage = stage
        self._step_s = step_s
        self._world = stage.world

    async def play(self) -> None:
        await self.until_closed()
        await self.end()

    async def until_closed(self) -> None:
        await self.open()
        await self.from_the_page_on()

    async def from_the_page_on(self) -> None:
        await self.acknowledge(1)
        await self.join()
        await self.escalate()
        await self.acknowledge(2)
        await self.publish()
        await self.recover()
        await self.relapse()
        await self.recover()
        await self.close()

    async def open(self) -> None:
        await self._world.hurt("us", "signup", status(503))
        await self._rung(1)

    async def escalate(self) -> None:
        await self._world.hurt("us", "app", status(503))
        await self._rung(2)

    async def relapse(self) -> None:
        await self._world.hurt("us", "app", status(503))
        await self._rung(3)

    async def acknowledge(self, page: int) -> None:
        key = KEYS[page - 1]
        self._world.pagerduty.acknowledge(key)
        await self._entered("acknowledged", page)

    async def join(self) -> None:
        await self._said("join", {"by": "ada"}, lambda found: "ada" in found["there"])

    async def publish(self) -> None:
        for outlet in OUTLETS:
            body = {"by": "ada", "outlet": outlet, "text": WORDS}
            await self._said("publish", body, partial(stands, outlet))
        await self._stage.until(self._is_public, self._step_s, "customers to be told")

    async def recover(self) -> None:
        await self._world.mend("us")
        await self._stage.until(lambda: self._is("recovered"), self._step_s, "the recovery")

    async def begin(self) -> None:
        """Something fails, and nobody need hear of it."""
        await self._world.hurt("us", "signup", status(503))
        await self._stage.until(lambda: self._is("open"), self._step_s, "the incident")

    async def worsen(self) -> None:
        """Something more fails, and nobody need hear of it."""
        await self._world.hurt("us", "app", status(503))
        await self._entered("escalated", 1)

    async def note(self, times: int) -> None:
        for number in range(1, times + 1):
            body = {"by": "ada", "text": f"tried number {number}"}
            await self._stage.post("/api/v1/incidents/us-1/note", body, f"note/{number}")

    async def settle(self) -> None:
        await self._stage.until(self._is_settled, self._step_s, "the last effect")

    async def close(self) -> None:
        body = {"by": "ada", "cause": "a full disk", "fix": "a bigger one"}
        await self._said("close", body, lambda found: found["phase"] == "closed")

    async def end(self) -> None:
        """Wait until nothing is left to do."""
        await self._stage.until(self._has_document, self._step_s, "the document")
        await self.settle()

    # ── how things stand ──

    async def _rung(self, times: int) -> None:
        rings = self._world.pagerduty.rings
        await self._stage.until(lambda: len(rings) >= times, self._step_s, f"ring {times}")

    async def _is(self, phase: str) -> bool:
        return bool((await self._stage.incident())["incident"]["phase"] == phase)

    async def _entered(self, what: str, times: int) -> None:
        async def is_there() -> bool:
            timeline = (await self._stage.incident())["timeline"]
            return [entry["what"] for entry in timeline].count(what) >= times

        await self._stage.until(is_there, self._step_s, f"“{what}” in the timeline, {times} times")

    async def _said(self, word: str, body: dict[str, Any], holds: Holds) -> None:
        """Say it, under one key, until it is so."""
        key = f"{word}/{body.get('outlet', '')}"

        async def is_so() -> bool:
            if holds((await self._stage.incident())["incident"]):
                return True
            await self._stage.post(f"/api/v1/incidents/us-1/{word}", body, key)
            return False

        await self._stage.until(is_so, self._step_s, f"“{word}” to be heard")

    async def _has_document(self) -> bool:
        return any(e["duty"] == "document" for e in (await self._stage.incident())["effects"])

    async def _is_public(self) -> bool:
        effects = (await self._stage.incident())["effects"]
        told = [effect["fate"] for effect in effects if effect["duty"] == "publish"]
        return len(told) == len(OUTLETS) and set(told) == {"confirmed"}

    async def _is_settled(self) -> bool:
        effects = (await self._stage.incident())["effects"]
        return all(effect["fate"] not in ("pending", "sending") for effect in effects)


def stands(outlet: str, incident: dict[str, Any]) -> bool:
    """Whether customers are to be told those words by that outlet."""
    return any(w["outlet"] == outlet and w["text"] == WORDS for w in incident["customers"])
