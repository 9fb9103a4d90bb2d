"""What the command line shows: tables for looks and incidents, a bar while it waits."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from checker import promises
from checker.config.settings import PlannedCheck, Settings
from checker.core.model import Incident, Observation
from checker.core.wording import lasting, people_named, stamp, why
from checker.desk import Story
from probes.contract import Timing, Verdict

WIDTH = 140  # of tables that go to a file or another program

STYLES = {
    Verdict.PASSED: "green",
    Verdict.DEGRADED: "yellow",
    Verdict.FAILED: "bold red",
    Verdict.INCONCLUSIVE: "magenta",
}


def console() -> Console:
    """Standard output; where that is no terminal, as wide as the tables are."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=WIDTH)


class Unknown(Exception):
    """A name that no check has; the message says which come near."""


def chosen(checks: Sequence[PlannedCheck], names: Sequence[str]) -> list[PlannedCheck]:
    """The checks of those names, all of them when none is named. "us" is all checks at us."""
    if not names:
        return list(checks)
    known = {check.name for check in checks}
    for name in names:
        if name not in known and not any(k.startswith(f"{name}/") for k in known):
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise Unknown(
                f"There is no check {name!r}.{hint} There are: {', '.join(sorted(known))}"
            )
    return [c for c in checks if c.name in names or c.name.partition("/")[0] in names]


@contextlib.contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error while looks are under way."""
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking", total=total)
        yield lambda: bar.advance(task)


def is_bad(observation: Observation) -> bool:
    """Whether a look failed. Could not tell is no failure of what was looked at."""
    return observation.outcome.verdict is Verdict.FAILED


def looks(seen: Sequence[Observation]) -> Group:
    """A row for each look with its phases in milliseconds, and under it what was found and measured."""
    table = Table(box=None, pad_edge=False, title="milliseconds", title_justify="right")
    for name in ("check", "outcome", "reason"):
        table.add_column(name, no_wrap=True)
    for name in (*Timing, "total"):
        table.add_column(name, justify="right", no_wrap=True)
    for observation in seen:
        outcome = observation.outcome
        phases = [_milliseconds(outcome.phases.get(timing)) for timing in Timing]
        verdict = Text(outcome.verdict, style=STYLES[outcome.verdict])
        total = _milliseconds(observation.duration_s)
        table.add_row(observation.check, verdict, outcome.reason or "", *phases, total)
    return Group(table, Text(), *map(_found, seen))


def _found(observation: Observation) -> Text:
    """What a look has to say in words, and in figures that are not about HTTP itself."""
    outcome = observation.outcome
    values = [
        f"{name}={value:g}"
        for name, value in sorted(outcome.values.items())
        if name == "http_status_code" or not name.startswith(("http_", "ip_"))
    ]
    return Text(" ".join(filter(None, [f"{observation.check}:", outcome.detail, *values])))


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.1f}"


def summary(path: Path, settings: Settings) -> str:
    """What a config that is right comes to."""
    targets = ", ".join(settings.policy.targets)
    responders = ", ".join(planned.name for planned in settings.responders if not planned.drill)
    lines = [
        f"SUCCESS: {path} is right.",
        f"{len(settings.checks)} checks at {targets}; told: {responders}; {len(settings.policy.rules)} rules.",
        *(f"off: {off.what} ({off.why})" for off in settings.off),
        "",
        *promises.told(promises.promised(settings), settings.locations),
    ]
    return "\n".join(lines)


def incidents(found: Sequence[Incident]) -> Table | Text:
    """A row for each incident, newest first."""
    if not found:
        return Text("No incident yet.")
    table = Table(box=None, pad_edge=False)
    for title in ("id", "severity", "phase", "since", "lasted", "what failed"):
        table.add_column(title, no_wrap=title != "what failed")
    for incident in found:
        table.add_row(
            incident.id,
            incident.severity.word,
            incident.phase,
            stamp(incident.since),
            lasting(incident.closed_at - incident.since) if incident.closed_at else "",
            Text(incident.what or ", ".join(incident.seen)),
        )
    return table


def _about(incident: Incident) -> Iterator[str]:
    """What is worth knowing before its timeline."""
    yield why(incident)
    yield f"since {stamp(incident.since)}: {incident.what or ', '.join(incident.seen)}"
    said = {
        "failing now": ", ".join(f"{s.check} {s.kind}" for s in incident.symptoms),
        "on call": people_named(incident.on_call or ()),
        "lead": incident.lead,
        "there": ", ".join(incident.there),
        "status": incident.status,
        "customers": "; ".join(
            f"{w.outlet} {w.stands}: {w.text or w.draft}" for w in incident.public
        ),
        "ended by": incident.closed_by,
        "cause": incident.cause,
        "fix": incident.fix,
    }
    yield from (f"{label}: {text}" for label, text in said.items() if text)


def story(told: Story) -> Group:
    """One incident, its timeline, and each effect with its fate."""
    incident = told.incident
    head = Text(f"{incident.id} {incident.severity.word} {incident.phase}", style="bold")
    why = Text("\n".join(_about(incident)))
    timeline = Table(box=None, pad_edge=False, title="timeline", title_justify="left")
    for name in ("time", "what", "text"):
        timeline.add_column(name, no_wrap=name != "text")
    for entry in told.timeline:
        timeline.add_row(stamp(entry.at), entry.what, Text(entry.text))
    effects = Table(box=None, pad_edge=False, title="effects", title_justify="left")
    for name in ("effect", "fate", "tries", "why"):
        effects.add_column(name, no_wrap=name != "why")
    for tracked in told.effects:
        effects.add_row(tracked.effect.id, tracked.fate, str(tracked.tries), Text(tracked.why))
    return Group(head, why, Text(), timeline, Text(), effects)
