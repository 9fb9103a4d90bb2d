"""A replay with nothing left out: a step for every look, and a tick for every second."""

from __future__ import annotations

import math
from dataclasses import replace

from checker.backtest.found import Book
from checker.backtest.replay import OVER_AFTER_S, PAGED, STAND_IN, stand_in
from checker.core.engine import step
from checker.core.events import Closed, Event, Looked, Ticked
from checker.core.model import Observation, Phase, State
from checker.core.rules import Policy


class Plainly:
    def __init__(self, policy: Policy, since: float) -> None:
        self.policy = replace(policy, routes=PAGED)
        self.state = State()
        self.book = Book()
        self.beat = math.floor(since) + 1.0

    def look(self, look: Observation) -> None:
        self.pass_time(look.at + look.duration_s)
        self.tell(Looked(look))

    def pass_time(self, until: float) -> None:
        while self.beat <= until:
            self.close(self.beat)
            self.tell(Ticked(self.beat))
            self.beat += 1.0
        self.close(until)

    def close(self, until: float) -> None:
        for incident in self.state.incidents.values():
            if incident.phase is Phase.RECOVERED:
                ends = incident.recovered_at + OVER_AFTER_S
                if ends <= until:
                    self.tell(Closed(ends, incident.id, STAND_IN, "", ""))

    def tell(self, event: Event) -> None:
        taken = step(self.policy, self.state, event)
        self.state = taken.state
        if taken.entries:
            self.book.write(taken)
        for word in stand_in(taken):
            self.tell(word)
