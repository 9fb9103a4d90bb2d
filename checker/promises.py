"""What a config promises: how long each row of the table takes from an outage to the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.config.kinds import installed
from checker.config.outlets import FALLBACK as CONSOLE
from checker.config.settings import Settings
from checker.config.symptoms import possible
from checker.core.model import Duty, Kind
from checker.core.rules import Rule, Scope, Watched
from checker.core.time_to_page import Reckoned, over, reckon


def promised(settings: Settings) -> tuple[Reckoned, ...]:
    """Every row with how long it takes, by what the probes that are on can find."""
    probes = installed().probes
    can = {check.name: possible(probes.get(check.kind)) for check in settings.checks}

    def finds(watched: Watched, kind: Kind) -> bool:
        return kind in can[watched.name]

    return reckon(settings.policy, settings.locations, finds)


def told(rows: Sequence[Reckoned], locations: int) -> Iterator[str]:
    """The rows as lines for people, those that page first."""
    words = [row_in_words(row.rule) for row in rows]
    width = max(map(len, words), default=0)
    place = "1 location" if locations == 1 else f"{locations} locations"
    yield f"Seconds from when it is first true until the page leaves us, by {place}:"
    yield f"{'':9} {'':{width}} {'best':>6} {'typical':>8} {'worst':>6}"
    for row, said in zip(rows, words, strict=True):
        yield f"{row.rule.severity.word:9} {said:{width}} {_figures(row)}".rstrip()


def broken(rows: Sequence[Reckoned], settings: Settings) -> list[str]:
    """What is over the budget, in words; empty if nothing is, or nobody set one."""
    most_s = settings.budgets.max_time_to_page_s
    if most_s is None:
        return []
    return [
        f"OVER BUDGET: {row_in_words(row.rule)} takes {row.span.worst_s:.0f} s at worst,"
        f" by {row.span.slowest}; max_time_to_page is {most_s:.0f} s"
        for row in over(rows, most_s)
        if row.span is not None
    ]


def silence(settings: Settings) -> str:
    """That nobody would be rung, and what to do about it; empty if somebody would."""
    printing = {planned.name for planned in settings.responders if planned.kind == CONSOLE}
    if set(settings.policy.routes.get(Duty.PAGE, ())) - printing:
        return ""
    off = [off for off in settings.off if off.what.startswith("responder ")]
    why = "".join(f" {one.what} is off: {one.why}." for one in off)
    return (
        f"NOBODY WILL BE PAGED: no responder rings anybody.{why}"
        " Have one do so in responders.yaml, and try it by day with `checker doctor`."
    )


def row_in_words(rule: Rule) -> str:
    """ "app down, every target"."""
    more = [
        rule.scope.value if rule.scope is Scope.EVERY else "",
        f"from {rule.share:.0%}" if rule.share else "",
        f"for {rule.for_s:g} s" if rule.for_s else "",
        "" if rule.critical else "not critical",
    ]
    return ", ".join([f"{rule.surface} {rule.kind}", *filter(None, more)])


def _figures(row: Reckoned) -> str:
    span = row.span
    if span is None:
        return f"{'–':>6} {'–':>8} {'–':>6}  no check that is on can find it"
    worst = "–" if span.worst_s is None else f"{span.worst_s:.0f}"
    slowest = f"  slowest: {span.slowest}" if row.rule.surface == "any" else ""
    silent = "" if row.pages else "  (pages nobody)"
    return f"{span.best_s:6.0f} {span.typical_s:8.0f} {worst:>6}{slowest}{silent}"
