"""How often a check is looked at, and when doubt about it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from checker.config.durations import written
from checker.config.entries import CheckThresholds, ControlEntry, PaceEntry
from checker.config.report import Report
from checker.config.tree import Branch, Entry
from checker.core.partial import surprising
from checker.core.rules import Thresholds
from probes.contract import ProbeParams


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, with the defaults filled in."""

    every_s: float
    timeout_s: float
    recheck_s: float


def pace(given: ControlEntry, base: PaceEntry, fastest_s: float) -> Pace:
    """What the entry says of its pace, else what holds for all; in doubt no faster than `fastest_s`."""
    every_s = given.every_s or base.every_s
    recheck_s = max(given.recheck_s or base.recheck_s, fastest_s)
    return Pace(every_s, given.timeout_s or base.timeout_s, min(recheck_s, every_s))


def fastest(params: ProbeParams) -> float:
    """Seconds that a kind of probe wants between two looks; 0 if it wants no more than all kinds do.

    Those that want more have a reason: what they ask costs, or does not change sooner.
    """
    return params.fastest_s if params.fastest_s > ProbeParams.fastest_s else 0.0


def refuse_haste(pace: Pace, given: ControlEntry, branch: Branch, report: Report) -> None:
    """A `recheck` of its own that cannot be kept. The one for all checks is simply too fast for some."""
    if given.recheck_s is not None and given.recheck_s < min(pace.recheck_s, pace.every_s):
        report.refuse(
            branch.entries["recheck"].value.place,
            f"{written(given.recheck_s)} is faster than this probe may look",
            f"at least {written(pace.recheck_s)}",
        )


def refuse_overlap(pace: Pace, entry: Entry, branch: Branch, report: Report) -> None:
    """Looks of one check overlap only while in doubt, so a timeout has to fit between two."""
    if pace.timeout_s <= pace.every_s:
        return
    told = branch.entries.get("timeout") or branch.entries.get("every")
    most = written(pace.every_s)
    report.refuse(
        told.value.place if told else entry.place,
        f"a timeout of {written(pace.timeout_s)} is longer than every {most}",
        f"`timeout` of at most {most}",
    )


def merged(base: Thresholds, given: CheckThresholds | None) -> Thresholds:
    """`base`, with what is given in its place."""
    return replace(base, **given.model_dump(exclude_none=True)) if given else base


def refuse_unreachable(thresholds: Thresholds, entry: Entry, report: Report) -> None:
    """A score that ends below its line would never trip; nor would what chance explains always."""
    lines = (thresholds.sees_at, thresholds.alone_at, thresholds.ceiling)
    if list(lines) != sorted(lines):
        report.refuse(
            entry.place,
            "sees_at, alone_at and ceiling are {}, {} and {}: no score could reach them".format(
                *lines
            ),
            "sees_at ≤ alone_at ≤ ceiling",
        )
    looks, noise = thresholds.partial_looks, thresholds.partial_noise
    if surprising(looks, noise, thresholds.partial_odds) > looks:
        report.refuse(
            entry.place,
            f"not even {looks} failures in {looks} looks would be more than noise of {noise:g}",
            "more `partial_looks`, less `partial_noise`, or higher `partial_odds`",
        )
