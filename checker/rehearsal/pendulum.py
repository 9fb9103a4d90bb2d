"""When time itself has to be told to the core.

The daemon lets time pass once a second. Most of those ticks change nothing: here are the moments at
which one can. A tick too many is harmless; that none is missing is held by a test that plays the same
worlds with all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from checker.core.alerts import ECHO_S
from checker.core.events import Event, Looked
from checker.core.held import Standing
from checker.core.looks import is_suspected
from checker.core.model import Incident, Observation, State
from checker.core.pace import patience_s
from checker.core.reminders import SYNC_AFTER_S, lead_due_at
from checker.core.rules import Policy
from probes.contract import Verdict

BEAT_S = 1.0  # between two ticks of the daemon
AT_LEAST_S = 60.0  # windows are counted by the minute


class Pendulum:
    """Says when the next tick is needed: told of every event, and of the state after it."""

    def __init__(self, now: float) -> None:
        self.due = _beat_after(now)
        self.quiet = False
        self._since = -math.inf  # the newest doubt's first bad look

    def told(self, policy: Policy, before: State, event: Event) -> bool:
        """Whether `event` was of any consequence. What follows from it waits for the next beat."""
        if isinstance(event, Looked) and self._is_routine(policy, before, event.observation):
            return False
        self.due = min(self.due, _beat_after(event.at))
        self.quiet = False
        return True

    def ticked(self, policy: Policy, state: State, now: float) -> None:
        """Time has passed: when does something wait for it again?"""
        doubted = [check for check in state.standings if is_suspected(state, check)]
        self.quiet = not (doubted or state.symptoms)
        self._since = max(_doubts(state, doubted), default=-math.inf)
        waits = _waits(policy, state, {*doubted, *state.symptoms})
        # What has come due since the last beat, such as "for more than a minute", is due at the next.
        due = min((at for at in waits if at > now - BEAT_S), default=math.inf)
        minute = (now // AT_LEAST_S + 1) * AT_LEAST_S
        self.due = max(_beat_after(now), math.ceil(min(due, minute)))

    def _is_routine(self, policy: Policy, before: State, look: Observation) -> bool:
        watched = policy.watched.get(look.check)
        if watched is None:
            return True
        if watched.target is None:
            return self._is_routine_of_a_control(policy, before, look)
        if look.outcome.verdict is Verdict.PASSED:
            symptom = look.check in before.symptoms
            return self.quiet or not (symptom or is_suspected(before, look.check))
        return look.outcome.verdict is Verdict.INCONCLUSIVE

    def _is_routine_of_a_control(self, policy: Policy, before: State, look: Observation) -> bool:
        """It answers, as it and all others here have done without a break since the newest doubt."""
        if look.outcome.verdict is not Verdict.PASSED:
            return False
        vantage = before.vantages.get(look.location)
        if self.quiet or vantage is None or vantage.passed_at is None:
            return self.quiet
        live = look.at + look.duration_s - vantage.passed_at <= policy.thresholds.live_for_s
        return live and vantage.passed_at > self._since and all(vantage.controls.values())


def _beat_after(now: float) -> float:
    return (now // BEAT_S + 1) * BEAT_S


def _doubts(state: State, doubted: list[str]) -> Iterator[float]:
    for check in doubted:
        for standing in state.standings.get(check, {}).values():
            yield from (t.since for t in (standing.failing, standing.straining) if t.since)


def _waits(policy: Policy, state: State, checks: set[str]) -> Iterator[float]:
    """Every moment from which on something may be different, by what waits for a time in the core."""
    if checks:
        live_for_s = policy.thresholds.live_for_s
        yield from (v.passed_at + live_for_s for v in state.vantages.values() if v.passed_at)
    for check in checks & policy.watched.keys():
        limits = policy.watched[check].thresholds
        for standing in state.standings.get(check, {}).values():
            yield from _waits_of(standing, limits.recover_after_s, limits.local_after_s)
    for check in state.local:  # which lasts only while others are known to look
        patience = patience_s(policy, check)
        yield from (s.looked_at + patience for s in state.standings.get(check, {}).values())
    fors = {rule.for_s for rule in policy.rules}
    yield from (symptom.since + for_s for symptom in state.symptoms.values() for for_s in fors)
    for incident in state.incidents.values():
        yield from _waits_of_incident(policy, incident)
    for firing in state.alerts.values():
        yield firing.until if firing.ended_at is None else firing.ended_at + ECHO_S
    for planned in (*policy.maintenance, *state.maintenance):
        yield from (planned.begins, planned.ends)


def _waits_of_incident(policy: Policy, incident: Incident) -> Iterator[float]:
    limits = policy.thresholds
    yield from (incident.raised_at + age.after_s for age in policy.ages)
    yield lead_due_at(incident)
    if incident.awaited:
        yield (incident.paged_at or 0.0) + limits.page_deadline_s
    if incident.dismissed_at is not None:
        yield incident.dismissed_at + limits.repage_after_s
    if incident.has_relapsed:
        yield (incident.paged_at or 0.0) + limits.repage_after_s
    if incident.closed_at is not None:
        yield incident.closed_at + limits.redeclare_after_s
        yield incident.closed_at + SYNC_AFTER_S


def _waits_of(standing: Standing, recover_after_s: float, local_after_s: float) -> Iterator[float]:
    for track in (standing.failing, standing.straining):
        if track.clean_since is not None:
            yield track.clean_since + recover_after_s
        if track.sees_since is not None:
            yield track.sees_since + local_after_s
