"""The `checks` and `controls`: each entry becomes one planned check for each of its targets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from checker.config import timing
from checker.config.entries import NAME, NAME_IN_WORDS, CheckEntry, ControlEntry, PaceEntry
from checker.config.form import branch_of, fill, written_keys
from checker.config.kinds import CONTROL, Kinds
from checker.config.needs import has_values, is_required
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.settings import PlannedCheck
from checker.config.targets import Known, named_targets
from checker.config.tree import Branch, Entry, plain, scalars
from checker.core.rules import Thresholds, Watched
from probes.contract import ProbeParams, Target

Common = TypeVar("Common", bound=ControlEntry)


@dataclass(frozen=True, slots=True)
class Ground:
    """What an entry is read against.

    `targets` is None where nobody knows them; `sound` is False where pace or thresholds are wrong themselves.
    """

    kinds: Kinds
    targets: Mapping[str, Known] | None
    pace: PaceEntry
    thresholds: Thresholds
    sound: bool
    report: Report


def checks(section: Branch, ground: Ground) -> tuple[PlannedCheck, ...]:
    """Every check at every target of it, in the order of the config."""
    return tuple(p for name, e in section.entries.items() for p in _check(name, e, ground))


def controls(section: Branch, ground: Ground) -> tuple[PlannedCheck, ...]:
    """Every control, in the order of the config."""
    return tuple(p for name, e in section.entries.items() for p in _control(name, e, ground))


def _check(name: str, entry: Entry, ground: Ground) -> Iterator[PlannedCheck]:
    branch = _named(name, entry, ground)
    if branch is None:
        return
    common = _common(CheckEntry, entry, branch, ground)
    params = _params(_kind(branch, ground), CheckEntry, entry, branch, ground)
    targets = list(named_targets(branch, ground.targets, ground.report))
    if not has_values(branch, f"check {name}", ground.report) or not common or not params:
        return
    watched = replace(
        _watched(common, params, entry, branch, ground),
        surface=common.surface,
        critical=common.critical,
        runbook=common.runbook,
        owners=common.owners,
        thresholds=_thresholds(common, branch, ground),
    )
    look = ground.kinds.probes[common.probe].by_hand
    for target in targets:
        full, known = f"{target}/{name}", (ground.targets or {})[target]
        if known.target and _is_equipped(full, params, known, branch, ground):
            here = replace(
                watched,
                name=full,
                target=target,
                depends_on=tuple(f"{target}/{other}" for other in common.depends_on),
                by_hand=look(params, known.target) if look else "",
            )
            yield _planned(common.probe, params, known.target, here)


def _control(name: str, entry: Entry, ground: Ground) -> Iterator[PlannedCheck]:
    branch = _named(name, entry, ground)
    if branch is None:
        return
    common = _common(ControlEntry, entry, branch, ground)
    params = _params(CONTROL, ControlEntry, entry, branch, ground)
    if not has_values(branch, f"control {name}", ground.report) or not common or not params:
        return
    watched = _watched(common, params, entry, branch, ground)
    yield _planned(CONTROL, params, None, replace(watched, name=f"{CONTROL}/{name}"))


def _watched(
    common: ControlEntry, params: ProbeParams, entry: Entry, branch: Branch, ground: Ground
) -> Watched:
    """What checks and controls have in common; the name is still to come."""
    pace = timing.pace(common, ground.pace, timing.fastest(params))
    if ground.sound:
        timing.refuse_overlap(pace, entry, branch, ground.report)
        timing.refuse_haste(pace, common, branch, ground.report)
    return Watched(
        name="",
        target=None,
        surface=CONTROL,
        every_s=pace.every_s,
        timeout_s=pace.timeout_s,
        recheck_s=pace.recheck_s,
        thresholds=ground.thresholds,
    )


def _thresholds(common: CheckEntry, branch: Branch, ground: Ground) -> Thresholds:
    own = timing.merged(ground.thresholds, common.thresholds)
    if common.thresholds and ground.sound:
        timing.refuse_unreachable(own, branch.entries["thresholds"], ground.report)
    return own


def _planned(
    kind: str, params: ProbeParams, target: Target | None, watched: Watched
) -> PlannedCheck:
    return PlannedCheck(
        name=watched.name,
        kind=kind,
        params=params,
        target=target,
        watched=watched,
        every_s=watched.every_s,
        timeout_s=watched.timeout_s,
    )


def _named(name: str, entry: Entry, ground: Ground) -> Branch | None:
    if not re.fullmatch(NAME, name):
        message = f"`{name[:60]}` cannot be a name"
        ground.report.refuse(entry.place, message, NAME_IN_WORDS)
        return None
    return branch_of(entry, name, ground.report)


def _common(model: type[Common], entry: Entry, branch: Branch, ground: Ground) -> Common | None:
    return fill(model, entry, branch, ground.report, keys=written_keys(model))


def _kind(branch: Branch, ground: Ground) -> str | None:
    """The probe that an entry names, None if there is no such kind; that is told."""
    entry = branch.entries.get("probe")
    named = plain(entry.value) if entry else None
    if entry is None or not isinstance(named, str) or next(scalars(entry.value)).unset:
        return None
    known = sorted(set(ground.kinds.probes) - {CONTROL})
    if named in known:
        return named
    ground.report.refuse(
        entry.value.place,
        "a control stands under `controls`" if named == CONTROL else "there is no such probe",
        f"one of {', '.join(known)}",
        did_you_mean(named, known),
    )
    return None


def _params(
    kind: str | None, model: type[ControlEntry], entry: Entry, branch: Branch, ground: Ground
) -> ProbeParams | None:
    """The probe's own settings: all keys that are not every check's."""
    common = written_keys(model)
    own = branch.entries.keys() - common.keys()
    if kind is not None and kind in ground.kinds.probes:
        params = ground.kinds.probes[kind].params
        return fill(params, entry, branch, ground.report, keys=own, also=common)
    known = {*common, *(k for p in ground.kinds.probes.values() for k in written_keys(p.params))}
    for key in own - known:
        hint = did_you_mean(key, known)
        ground.report.refuse(branch.entries[key].place, f"unknown key `{key[:60]}`", hint=hint)
    return None


def _is_equipped(
    name: str, params: ProbeParams, known: Known, branch: Branch, ground: Ground
) -> bool:
    """Whether the target has all that the probe needs. If not, the check is off: refused if required."""
    lacking = [need for need in params.needs if getattr(known.target, need, None) is None]
    if not lacking:
        return True
    why = " and ".join(known.unset.get(need, f"the target has no {need}") for need in lacking)
    if is_required(branch):
        place = branch.entries["targets"].place
        ground.report.refuse(place, f"{name}: {why}", "a value: this is `required`")
    else:
        ground.report.switch_off(f"check {name}", why)
    return False
