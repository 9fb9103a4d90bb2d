"""What Alertmanager tells: an alert that a row of the table matches is a symptom of its target.

It holds until it is resolved, or nothing was heard of it for too long. Alerts of one name at one target
are one symptom, so that a storm of them is one line of one incident. Repeats only show that it still
fires; Alertmanager sends them on purpose, and pairs of Alertmanagers send everything twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from checker.core.assessment import clock
from checker.core.draft import Draft
from checker.core.events import Alerted
from checker.core.model import Alert, Firing, Kind, Symptom
from checker.core.rules import Policy, Rule
from checker.core.rulings import rule_everywhere
from probes.contract import one_line

ALERTS_MAX = 500  # alerts that are held; more are counted and left out
NAMES_MAX = 20  # different ones at a target, each a line of its incident; the rest share one
ECHO_S = 600.0  # a resolved alert is remembered for as long, against its own late echo
SUMMARY_MAX = 200
NAME_MAX = 60

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class LeftOut(StrEnum):
    """Why nothing comes of an alert: one word of a closed set, safe as a metric label."""

    ROW = "row"  # no row of the table is about it
    TARGET = "target"  # nobody knows whom it is about
    FULL = "full"  # as many as we hold are held


def alerted(draft: Draft, event: Alerted) -> None:
    """Take every alert; what is left out is counted, by why."""
    held = dict(draft.state.alerts)
    for alert in event.alerts:
        why = _take(draft.policy, held, alert, event.at)
        if why:
            draft.left_out[why] = draft.left_out.get(why, 0) + 1
    for word, count in sorted(draft.left_out.items()):
        draft.notes.append(f"{count} alerts left out: {_told(draft.policy, LeftOut(word))}")
    _settle(draft, held)


def _told(policy: Policy, why: LeftOut) -> str:
    if why is LeftOut.ROW:
        return "no row of the table matches them"
    if why is LeftOut.TARGET:
        return f"their label {policy.alerts.label!r} names no target that is watched"
    return f"{ALERTS_MAX} are held already"


def expire(draft: Draft) -> None:
    """End what nothing was heard of for too long, and forget what ended a while ago."""
    if draft.state.alerts:
        held = {f: one for f, one in draft.state.alerts.items() if not _is_past(one, draft.at)}
        gone = [one for f, one in draft.state.alerts.items() if f not in held]
        expired = sum(one.ended_at is None for one in gone)
        if expired:
            draft.notes.append(f"{expired} alerts have expired: nothing more was heard of them")
        if gone:
            _settle(draft, held)


def _is_past(one: Firing, now: float) -> bool:
    return now >= (one.until if one.ended_at is None else one.ended_at + ECHO_S)


# ── one alert ─────────────────────────────────────────────────────────────────────────────────


def _take(policy: Policy, held: dict[str, Firing], alert: Alert, at: float) -> LeftOut | None:
    """Why it is left out; None if it was taken, or changes nothing."""
    known = held.get(alert.fingerprint)
    if not alert.is_firing:
        if known is not None and known.ended_at is None and alert.starts_at >= known.starts_at:
            held[alert.fingerprint] = replace(known, ended_at=at)
        return None
    if known is not None and known.ended_at is not None and alert.starts_at <= known.starts_at:
        return None  # the late echo of what was resolved: a new outbreak has a new start
    rule = row_of(policy, alert)
    if rule is None or rule.alert is None:
        return LeftOut.ROW
    target = target_of(policy, alert)
    if target is None:
        return LeftOut.TARGET
    if known is None and len(held) >= ALERTS_MAX and not _make_room(held):
        return LeftOut.FULL
    held[alert.fingerprint] = _firing(policy, held, alert, target, rule.alert.text, at)
    return None


def row_of(policy: Policy, alert: Alert) -> Rule | None:
    """The most severe row that matches the alert."""
    rows = [r for r in policy.rules if r.alert is not None and r.alert.hold(alert.labels)]
    return max(rows, key=lambda rule: rule.severity, default=None)


def target_of(policy: Policy, alert: Alert) -> str | None:
    """The target that its label names."""
    named = alert.labels.get(policy.alerts.label, "")
    target = policy.alerts.targets.get(named, named)
    return target if target in policy.targets else None


def _make_room(held: dict[str, Firing]) -> bool:
    """A memory of one that was resolved gives way to one that fires."""
    ended = next((f for f, one in held.items() if one.ended_at is not None), None)
    if ended is not None:
        del held[ended]
    return ended is not None


def _firing(
    policy: Policy, held: Mapping[str, Firing], alert: Alert, target: str, row: str, at: float
) -> Firing:
    began = alert.starts_at if 0 < alert.starts_at < at else at
    ends = alert.ends_at if alert.ends_at and alert.ends_at > at else at + policy.alerts.hold_s
    check = _check(held, target, alert.labels.get("alertname", ""))
    summary = one_line(alert.summary)[:SUMMARY_MAX]
    return Firing(check, row, began, ends, alert.starts_at, summary)


def _check(held: Mapping[str, Firing], target: str, name: str) -> str:
    """The symptom's name, in letters that fit anywhere. Beyond so many, they share one."""
    room = f"{target}/alert/"
    check = room + (_NO_NAME.sub("-", name)[:NAME_MAX] or "unnamed")
    others = {one.check for one in held.values() if one.check.startswith(room)}
    return check if check in others or len(others) < NAMES_MAX else f"{room}others"


# ── symptoms ──────────────────────────────────────────────────────────────────────────────────


def _settle(draft: Draft, held: Mapping[str, Firing]) -> None:
    """Keep what is held, and rule anew if that makes other symptoms."""
    if held == draft.state.alerts:
        return
    looked_at = {c: s for c, s in draft.state.symptoms.items() if s.kind is not Kind.FIRING}
    symptoms = {**looked_at, **symptoms_of(draft.policy, held)}
    changed = symptoms != draft.state.symptoms
    draft.state = replace(draft.state, alerts=held, symptoms=symptoms)
    if changed:
        rule_everywhere(draft)


def symptoms_of(policy: Policy, held: Mapping[str, Firing]) -> dict[str, Symptom]:
    """One for each name at each target, by the most severe row that matches any of its alerts."""
    named: dict[str, list[Firing]] = {}
    for one in held.values():
        if one.ended_at is None:
            named.setdefault(one.check, []).append(one)
    return {check: _symptom(policy, check, firing) for check, firing in named.items()}


def _symptom(policy: Policy, check: str, firing: list[Firing]) -> Symptom:
    severity = {rule.alert.text: rule.severity for rule in policy.rules if rule.alert}
    worst = max(firing, key=lambda one: severity.get(one.row, 0))
    first = min(firing, key=lambda one: one.since)
    count = f"{len(firing)} firing" if len(firing) > 1 else "firing"
    said = ": ".join(filter(None, (f"{count} since {clock(first.since)}", first.summary)))
    return Symptom(check, Kind.FIRING, first.since, said, row=worst.row)
