"""Responders that do as they are told, a store that remembers its marks, and time moved by hand."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace

from checker.core.model import Duty, Effect
from checker.delivery import Delivery
from checker.responders.contract import Done
from checker.store.faults import StoreUnavailable
from checker.store.rows import Pending


class Time:
    """Seconds since the epoch, and pauses that end when the hand has moved far enough."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[tuple[float, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        waiting = (self.now + seconds, asyncio.Event())
        self.pauses.append(waiting)
        try:
            await waiting[1].wait()
        finally:
            self.pauses.remove(waiting)

    async def move(self, seconds: float) -> None:
        self.now += seconds
        for until, ended in self.pauses:
            if until <= self.now:
                ended.set()
        await calm()

    def waits(self) -> list[float]:
        """What is being waited for, in seconds from now."""
        return sorted(until - self.now for until, _ in self.pauses)


class Scripted:
    """Answers as the script says, then Done. What it was asked is in `attempts`."""

    def __init__(self, *answers) -> None:
        self.script = deque(answers)
        self.attempts = []

    async def carry_out(self, attempt):
        self.attempts.append(attempt)
        answer = self.script.popleft() if self.script else Done({"done": attempt.effect.id})
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None: ...

    @property
    def asked(self):
        return [attempt.effect.id for attempt in self.attempts]


class Held(Scripted):
    """Answers nothing until it is let go."""

    def __init__(self, *answers) -> None:
        super().__init__(*answers)
        self.go = asyncio.Event()

    async def carry_out(self, attempt):
        answer = await super().carry_out(attempt)
        await self.go.wait()
        return answer


class Book:
    """The marks in the order in which they were made; refuses them while `full`."""

    def __init__(self, journal=None) -> None:
        self.made = [] if journal is None else journal
        self.full = False

    def __getattr__(self, word):
        if word not in ("sending", "confirmed", "refused", "postponed", "superseded"):
            raise AttributeError(word)

        async def mark(effect_id, *rest):
            if self.full:
                raise StoreUnavailable("database or disk is full")
            self.made.append((word, effect_id, *rest))

        return mark

    def of(self, word):
        return [made[1] for made in self.made if made[0] == word]


class Stage:
    """A delivery with everything around it."""

    def __init__(self, jitter=0.5, attempt_s=20.0, **responders) -> None:
        self.time = Time()
        self.book = Book()
        self.said = []
        self.deaf = False
        self.delivery = Delivery(
            self.book,
            responders,
            self.say,
            self.time,
            pause=self.time.pause,
            jitter=lambda: jitter,
            attempt_s=attempt_s,
        )

    async def say(self, event) -> None:
        if self.deaf:
            raise StoreUnavailable("the inbox cannot be written to")
        self.said.append(event)

    async def __aenter__(self):
        self.delivery.start()
        return self

    async def __aexit__(self, *_):
        await self.delivery.drain(0.0)

    async def put(self, *effects) -> None:
        self.delivery.put(effects)
        await calm()


async def calm() -> None:
    """Until everything that can happen now has happened."""
    for _ in range(50):
        await asyncio.sleep(0)


def effect(name: str, **changes) -> Effect:
    """ "us-1/page/1@pager" as an effect; its parts say what it is."""
    operation, _, responder = name.partition("@")
    incident, duty, _ = operation.split("/")
    return replace(Effect(name, incident, responder, Duty(duty), 990.0, {}), **changes)


def pending(name: str, **known) -> Pending:
    return Pending(effect(name), **known)
