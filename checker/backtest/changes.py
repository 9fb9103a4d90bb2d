"""What is different between two configs, in the config's own words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from checker.config.durations import written
from checker.config.form import is_duration, written_keys
from checker.config.settings import PlannedCheck
from checker.core.rules import Policy, Rule
from checker.core.wording import stamp
from checker.promises import row_in_words


class Part(StrEnum):
    """What a change of a check is about, and so whether stored looks can show it."""

    LOOK = "look"  # how it looks: stored looks were made in the old way
    PACE = "pace"  # how often: stored looks were made at the old pace
    JUDGEMENT = "judgement"  # what is made of it: that is what a replay shows


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is another, and the checks of which that is true."""

    part: Part
    what: str  # the config's key
    before: str
    after: str
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table that came, went, or says something else now. None: it is not there."""

    row: str
    before: str | None
    after: str | None


# ── checks ────────────────────────────────────────────────────────────────────────────────────

Values = Mapping[str, Any]


def of_checks(
    old: Mapping[str, PlannedCheck], new: Mapping[str, PlannedCheck]
) -> tuple[Change, ...]:
    """Every change of the checks that are in both. What is the same change at many is told once."""
    checks: dict[Change, tuple[str, ...]] = {}
    for name in [name for name in old if name in new]:
        for change in _changes(old[name], new[name]):
            checks[change] = (*checks.get(change, ()), name)
    return tuple(replace(change, checks=names) for change, names in checks.items())


def _changes(old: PlannedCheck, new: PlannedCheck) -> Iterator[Change]:
    for part, values in _PARTS.items():
        before, after = values(old), values(new)
        for key in {**before, **after}:
            was, now = before.get(key), after.get(key)
            if was != now:
                yield Change(part, key, _shown(was), _shown(now))


def _looking(check: PlannedCheck) -> Values:
    params = check.params.model_dump(by_alias=True)
    keys = written_keys(type(check.params))
    own = {
        key: _seconds(params[name]) if is_duration(type(check.params), name) else params[name]
        for key, name in keys.items()
    }
    timeout = {"probe": check.kind, "timeout": _seconds(check.timeout_s)}
    return timeout | own | (asdict(check.target) if check.target else {})


def _pacing(check: PlannedCheck) -> Values:
    return {"every": _seconds(check.every_s), "recheck": _seconds(check.watched.recheck_s)}


def _judging(check: PlannedCheck) -> Values:
    watched = check.watched
    if watched.target is None:
        return {}  # a control is not judged
    limits = {
        key.removesuffix("_s"): _seconds(value) if key.endswith("_s") else value
        for key, value in asdict(watched.thresholds).items()
    }
    names = ("surface", "critical", "runbook", "owners", "depends_on")
    return {name: getattr(watched, name) for name in names} | limits


_PARTS: Mapping[Part, Callable[[PlannedCheck], Values]] = {
    Part.LOOK: _looking,
    Part.PACE: _pacing,
    Part.JUDGEMENT: _judging,
}


def _seconds(value: float | None) -> str | None:
    return None if value is None else written(value)


def _shown(value: object) -> str:
    """Of a secret, stars: pydantic sees to that."""
    if isinstance(value, tuple | list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "none" if value in (None, "") else str(value)


# ── the table ─────────────────────────────────────────────────────────────────────────────────


def of_rows(old: Policy, new: Policy) -> tuple[Row, ...]:
    """Every row that is not the same in both."""
    before, after = _table(old), _table(new)
    names = {**before, **after}
    return tuple(
        Row(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _table(policy: Policy) -> dict[str, str]:
    """Every row in words, and what it says."""
    rules: dict[str, str] = {}
    for rule in policy.rules:
        row = _row(rule)
        rules[row] = "; ".join(filter(None, [rules.get(row), _says(rule)]))
    never = {f"never: {row.surface} {row.kind}": "no incident" for row in policy.never}
    ages = {
        f"{age.before.word} for a long time": f"{age.after.word} after {written(age.after_s)}"
        for age in policy.ages
    }
    work = {
        f"maintenance at {m.target}, {stamp(m.begins)} to {stamp(m.ends)}": "nothing is declared"
        for m in policy.maintenance
    }
    page = "ends on recovery" if policy.resolve_on_recovery else "stays until a person closes"
    return rules | never | ages | work | {"a page": page}


def _row(rule: Rule) -> str:
    if rule.alert is not None:
        return f"alert {rule.alert.text}"
    return row_in_words(replace(rule, for_s=0.0))


def _says(rule: Rule) -> str:
    return f"{rule.severity.word} after {written(rule.for_s)}" if rule.for_s else rule.severity.word
