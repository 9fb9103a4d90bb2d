"""How long from an outage to the page, reckoned from the config: what the rule promises before it has to.

Reckoned for each row of the table, from the schedule, the deadline of a look, the pace in doubt, the
quorum and what the evidence must span. The clock begins when what the row speaks of is first true, so
that every look from then on would see it, and ends when the page leaves us.

    best      a look starts that very moment, and fails at once
    typical   the outage begins midway between two looks, which fail at once
    worst     it begins just after a look, and every look hangs until its deadline

Of an outage that not every look sees (partial), nobody can promise a worst.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from checker.core.assessment import LATENESS_S
from checker.core.model import Kind, Severity
from checker.core.partial import surprising
from checker.core.policy import ANY
from checker.core.rules import Policy, Rule, Scope, Watched
from checker.core.standing import WINDOW_MINUTES
from checker.core.suspicion import STRAINING

WINDOW_S = WINDOW_MINUTES * 60.0


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds until the page. `worst_s` is None where it is a matter of chance."""

    best_s: float
    typical_s: float
    worst_s: float | None
    slowest: str  # the check that takes longest


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A row and how long it takes; `span` is None where no check that is on can make it hold."""

    rule: Rule
    span: Span | None

    @property
    def pages(self) -> bool:
        """ "A minor-severity incident does not usually require paging people"."""
        return self.rule.severity > Severity.MINOR


Can = Callable[[Watched, Kind], bool]
"""Whether a check's probe could ever find that."""


def reckon(policy: Policy, locations: int, can: Can) -> tuple[Reckoned, ...]:
    """Every row of the policy, in its order, with how long it takes at so many live locations.

    But those about alerts: how soon one fires is for Prometheus to say.
    """
    rows = (rule for rule in policy.rules if rule.alert is None)
    return tuple(Reckoned(rule, _of_row(policy, rule, locations, can)) for rule in rows)


def over(rows: Iterable[Reckoned], most_s: float) -> tuple[Reckoned, ...]:
    """The rows that take longer than allowed, of those that page for a total outage of a surface.

    Others wait for something that is their own: an hour's schedule, or five minutes of lag.
    """
    return tuple(
        row
        for row in rows
        if row.pages
        and row.rule.kind is Kind.DOWN
        and row.rule.surface != ANY
        and row.span is not None
        and row.span.worst_s is not None
        and row.span.worst_s > most_s
    )


# ── a row ─────────────────────────────────────────────────────────────────────────────────────


def _of_row(policy: Policy, rule: Rule, locations: int, can: Can) -> Span | None:
    """One target's that is quickest to slowest; or, of a row for every target, the slowest of all."""
    at_each = [list(_at(policy, rule, target, locations, can)) for target in policy.targets]
    if rule.scope is Scope.EVERY:
        return _all_of([_any_of(spans) for spans in at_each if spans]) if all(at_each) else None
    spans = [span for spans in at_each for span in spans]
    return _any_of(spans) if spans else None


def _at(policy: Policy, rule: Rule, target: str, locations: int, can: Can) -> Iterator[Span]:
    """How long each surface of a target takes; it is down when every check of it is."""
    here = [
        w for w in policy.watched.values() if w.target == target and w.critical == rule.critical
    ]
    for surface in sorted({w.surface for w in here if rule.surface in (ANY, w.surface)}):
        checks = [w for w in here if w.surface == surface and can(w, rule.kind)]
        spans = [s for w in checks if (s := _of_check(policy, rule, w, locations)) is not None]
        if rule.kind is not Kind.DOWN:
            yield from spans
        elif spans:
            yield _all_of(spans)


def _all_of(spans: Sequence[Span]) -> Span:
    """Until the last of them."""
    slowest = max(spans, key=_worst)
    return Span(
        max(s.best_s for s in spans),
        max(s.typical_s for s in spans),
        slowest.worst_s,
        slowest.slowest,
    )


def _any_of(spans: Sequence[Span]) -> Span:
    """Whichever it is: from the quickest at best to the slowest at worst."""
    slowest = max(spans, key=_worst)
    middle = sorted(s.typical_s for s in spans)[(len(spans) - 1) // 2]
    return Span(min(s.best_s for s in spans), middle, slowest.worst_s, slowest.slowest)


def _worst(span: Span) -> float:
    return span.typical_s if span.worst_s is None else span.worst_s


# ── a check ───────────────────────────────────────────────────────────────────────────────────


def _of_check(policy: Policy, rule: Rule, watched: Watched, locations: int) -> Span | None:
    gap_s = watched.every_s / locations  # between two looks, whoever makes them
    if rule.kind is Kind.PARTIAL:
        return _thin(rule, watched, locations, gap_s)
    quick = max(_told(policy, rule, watched, locations, 0.0), rule.for_s)
    hanging = max(_told(policy, rule, watched, locations, watched.timeout_s), rule.for_s)
    return Span(quick, gap_s / 2 + quick, gap_s + hanging, watched.name)


def _told(policy: Policy, rule: Rule, watched: Watched, locations: int, took_s: float) -> float:
    """Seconds from the start of the first bad look until it is declared, if each bad look takes so long.

    In doubt all locations look at the pace as soon as the first bad look has ended; what is merely slow
    stays on schedule. The evidence counts when enough looks of each witness have ended, the latest began
    `declare_after` after the first, and a control has answered since.
    """
    limits, controls = watched.thresholds, [w for w in policy.watched.values() if w.target is None]
    pace_s, control_s = watched.recheck_s, min((c.recheck_s for c in controls), default=0.0)
    first, other = max(pace_s, took_s), took_s  # the next look of who saw it first, and of another
    if rule.kind in STRAINING.kinds:
        pace_s, control_s = watched.every_s, min((c.every_s for c in controls), default=0.0)
        first, other = pace_s, watched.every_s / locations
    line = limits.sees_at if locations > 1 else limits.alone_at
    needed = ceil(line / limits.failed)
    enough = [0.0 if needed == 1 else first + (needed - 2) * pace_s]
    if locations > 1:
        enough.append(other + (needed - 1) * pace_s)
    span = limits.declare_after_s - LATENESS_S
    spanned = min(
        start + max(0, ceil((span - start) / pace_s)) * pace_s
        for start in ((first, other) if locations > 1 else (first,))
    )
    return max([*enough, spanned if span > 0 else 0.0, control_s]) + took_s


def _thin(rule: Rule, watched: Watched, locations: int, gap_s: float) -> Span | None:
    """Until the failures in the window are too many for chance; None if it never holds looks enough.

    One as thin as the row speaks of fills the whole window first.
    """
    limits, looks = watched.thresholds, int(WINDOW_S // watched.every_s) * locations
    if looks < limits.partial_looks:
        return None
    least = surprising(looks, limits.partial_noise, limits.partial_odds)
    failures = max(least, ceil(rule.share * looks))
    best = max((failures - 1) * gap_s, rule.for_s)
    return Span(best, max(WINDOW_S, rule.for_s), None, watched.name)
