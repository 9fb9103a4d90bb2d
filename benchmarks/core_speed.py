"""How many looks a second the core judges: 40 checks at three locations, 1 % of noise, one processor."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from random import Random

from benchmarks.weather import BAD, GOOD, QUICK_S, T0, THREE, Found, policy
from checker.core.engine import step
from checker.core.events import Event, Looked
from checker.core.model import State
from checker.core.rules import Policy
from checker.rehearsal.play import Play

CHECKS = 40
CONTROLS = 5
ROUNDS = 3


@dataclass(slots=True)
class Recorded(Play):
    """Keeps what is told."""

    events: list[Event] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        self.events.append(event)
        Play.tell(self, event)


def many() -> Policy:
    """CHECKS surfaces of two targets."""
    names = [f"{target}/surface{n}" for target in ("us", "eu") for n in range(CHECKS // 2)]
    return policy(CONTROLS, checks=tuple(names))


def noise(share: float = 0.01) -> object:
    dice = Random(1)

    def world(check: str, location: str, at: float) -> Found:
        bad = not check.startswith("control") and dice.random() < share
        return (BAD if bad else GOOD), QUICK_S

    return world


def looks_a_second(minutes: float) -> float:
    """The best of a few rounds over the events of so many minutes, the ticks among them."""
    play = Recorded(many(), noise(), THREE, T0)
    play.run(T0 + 60 * minutes)
    looks = sum(isinstance(event, Looked) for event in play.events)
    return looks / min(_seconds(play.policy, play.events) for _ in range(ROUNDS))


def _seconds(rules: Policy, events: list[Event]) -> float:
    state, begun = State(), time.process_time()
    for event in events:
        state = step(rules, state, event).state
    return time.process_time() - begun


if __name__ == "__main__":
    print(f"{looks_a_second(60):,.0f} looks a second")
