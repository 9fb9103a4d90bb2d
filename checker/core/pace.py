"""Looking faster while in doubt, and forgetting what nobody looks at any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from checker.core.held import Standing, nothing
from checker.core.model import State
from checker.core.rules import Policy
from checker.core.standing import is_blind
from checker.core.suspicion import FAILING
from probes.contract import Verdict

SETTLED = FAILING.kinds
FORGET_AFTER_S = 900.0  # a location that has not looked for this long holds nothing true


def in_doubt(policy: Policy, state: State, check: str) -> bool:
    """Whether faster looks would settle something: that it fails, or, once that is known, that it is over.

    What is merely slow is not looked at faster: that would not help whoever is slow.
    """
    if check not in policy.watched:
        return False
    held, local = state.standings.get(check, nothing()), state.local.get(check)
    symptom = state.symptoms.get(check)
    if symptom is not None and symptom.kind in SETTLED:
        return _seems_over(state, held, local)
    return _is_suspected_of_failing(held, local)


def _is_suspected_of_failing(held: Mapping[str, Standing], local: str | None) -> bool:
    # Asked of every check after every look, where any() would take twice as long.
    for where, one in held.items():  # noqa: SIM110
        if one.failing.score and where != local:
            return True
    return False


def _seems_over(state: State, held: Mapping[str, Standing], local: str | None) -> bool:
    """Whether the newest look of everybody who can tell was good."""
    return all(
        one.last_verdict is not Verdict.FAILED or where == local or is_blind(state, where)
        for where, one in held.items()
    )


def pace(policy: Policy, state: State) -> dict[str, float]:
    """Seconds between looks for the checks that should be looked at faster than their schedule.

    Whatever is in doubt, and with it every control: a failure counts only once one has answered.
    """
    wanted = {
        check: policy.watched[check].recheck_s
        for check in state.standings
        if in_doubt(policy, state, check)
    }
    if wanted:
        controls = (w for w in policy.watched.values() if w.target is None)
        wanted |= {control.name: control.recheck_s for control in controls}
    return wanted


def forgotten(policy: Policy, state: State, now: float) -> State:
    """Without what locations that no longer look have held: it says nothing true, of a target or of themselves."""
    standings = {
        check: fresh
        for check, held in state.standings.items()
        if (fresh := _fresh(policy, check, held, now))
    }
    vantages = {
        where: vantage
        for where, vantage in state.vantages.items()
        if any(now - at < patience_s(policy, check) for check, at in vantage.looked_at.items())
    }
    if _count(standings) != _count(state.standings):
        state = replace(state, standings=standings)
    return replace(state, vantages=vantages) if len(vantages) < len(state.vantages) else state


def _count(standings: Mapping[str, Mapping[str, Standing]]) -> int:
    return sum(len(held) for held in standings.values())


def _fresh(
    policy: Policy, check: str, held: Mapping[str, Standing], now: float
) -> dict[str, Standing]:
    patience = patience_s(policy, check)
    return {where: s for where, s in held.items() if now - s.looked_at < patience}


def patience_s(policy: Policy, check: str) -> float:
    """For how long a location that does not look at the check still holds something true of it."""
    watched = policy.watched.get(check)
    return max(FORGET_AFTER_S, 3 * watched.every_s if watched else 0.0)
