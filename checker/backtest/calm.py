"""The looks that need no step: something is as well as it was a moment ago.

In a month, as good as every look is one. All that `step` would do with it is to weigh it into one
standing; that is done here by the core's own functions, and put into the State when something else
happens. A test plays the same histories with a step for every look.
"""

from __future__ import annotations

from dataclasses import replace

from checker.core.held import Standing, Vantage
from checker.core.looks import is_suspected
from checker.core.model import Observation, State
from checker.core.rules import Policy
from checker.core.standing import listen, weigh
from probes.contract import Verdict

HARMLESS = (Verdict.PASSED, Verdict.INCONCLUSIVE)  # what raises no suspicion


class Calm:
    """A State, and what has been looked at since it was made."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._state = State()
        self._standings: dict[str, dict[str, Standing]] = {}  # newer than those of the state
        self._vantages: dict[str, Vantage] = {}
        self._wary: set[str] = set()  # checks that are suspected, or known to fail

    def take(self, look: Observation) -> bool:
        """Whether that was all; if not, nothing was done, and `look` needs a step."""
        watched = self.policy.watched.get(look.check)
        if watched is None:
            return True
        if watched.target is None:
            return self._hear(look)
        if look.outcome.verdict not in HARMLESS or look.check in self._wary:
            return False
        held = self._standings.get(look.check)
        if held is None:
            held = self._standings[look.check] = dict(self._state.standings.get(look.check, {}))
        before = held.get(look.location) or Standing()
        held[look.location] = weigh(before, look, watched.thresholds)
        return True

    def _hear(self, look: Observation) -> bool:
        """A control that answers tells nothing new while there is no doubt anywhere."""
        if self._wary or look.outcome.verdict is not Verdict.PASSED:
            return False
        where = look.location
        before = self._vantages.get(where) or self._state.vantages.get(where) or Vantage()
        self._vantages[where] = listen(before, look)
        return True

    def state(self) -> State:
        """The State with everything that was taken, as if by steps."""
        if self._standings or self._vantages:
            self._state = replace(
                self._state,
                standings={**self._state.standings, **self._standings},
                vantages={**self._state.vantages, **self._vantages},
            )
            self._standings, self._vantages = {}, {}
        return self._state

    def become(self, after: State) -> None:
        """A step led from `state()` to `after`.

        Only a look makes a check suspected, and only what is suspected is found to fail: whoever was
        left alone is as before. One that time has cleared stays here until its next look, which is
        then a step too many.
        """
        before = self.state().standings
        self._state = after
        for check, held in after.standings.items():
            if held is not before.get(check):
                self._judge(check)

    def _judge(self, check: str) -> None:
        if check in self._state.symptoms or is_suspected(self._state, check):
            self._wary.add(check)
        else:
            self._wary.discard(check)
