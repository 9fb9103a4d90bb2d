"""The document for the incident's analysis, in Markdown, ready for a pull request.

"It'll have a timeline of everything that happened." It asks the handbook's two questions and leaves the answers to
the people in the meeting; and it has no action items unless somebody wrote one, because "trying to come up with
action items means losing focus on the learnings".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.core.effects import original
from checker.core.markdown import escaped, escaped_lines, hidden
from checker.core.model import RINGS, Effect, Entry, Incident, Phase, Severity
from checker.core.wording import lasting, stamp, why

QUESTIONS = (
    "In what ways did our systems surprise us?",
    "How did it make sense for someone to do what they did?",
)
ENTRIES_MAX = 2000  # lines of the timeline
SPOKEN = (
    *("declared_by", "what", "word_by", "lead", "status", "closed_by", "cause", "fix", "sentence"),
)

# Who says so, in the texts that core/words.py and core/paging.py write.
SPEAKERS = {
    "note": re.compile(r"(.+?)(?: joins \S+)?: "),
    "status": re.compile(r"(.+?): "),
    "severity": re.compile(r"(.+?) says \S+ is \w+$"),
    "lead": re.compile(r"(.+?) leads \S+?(?:, handed over by (.+))?$"),
    "acknowledged": re.compile(r"page acknowledged by (.+?)(?:: page \d+, an older one)?$"),
    "page ended": re.compile(r"page \d+ ended at the pager by (?!nobody,)(.+?)(?:, while .+)?$"),
}
# What of the timeline stands in the table of times, and how.
MARKS = {
    "confirmed": "page shown by the pager",
    "acknowledged": "page acknowledged",
    "page ended": "page ended at the pager",
    "recovered": "recovered",
    "reopened": "relapsed",
}
ACTION = re.compile(r"(?:.+?: )action(?: items?)?: *(.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Deed:
    """An effect, when the other side confirmed it (None: it has not), and why not."""

    effect: Effect
    done_at: float | None
    why: str = ""


def analysis(
    incident: Incident,
    timeline: Iterable[Entry],
    deeds: Sequence[Deed],
    secrets: Collection[str] = (),
) -> str:
    """The document, as it stands now. `secrets` are taken out of it, and so is all that looks like one."""
    spoken: dict[str, Any] = {name: hidden(getattr(incident, name), secrets) for name in SPOKEN}
    incident = replace(incident, **spoken)
    entries = sorted(
        (replace(entry, text=hidden(entry.text, secrets)) for entry in timeline),
        key=lambda entry: entry.at,
    )
    known = [replace(deed, why=hidden(deed.why, secrets)) for deed in deeds]
    lines = [
        *_summary(incident, entries, hidden(_evidence(deeds), secrets)),
        *_severity(incident, entries),
        *_figures(incident, entries, known),
        *_people(incident, entries),
        *_tried(entries),
        *_timeline(entries),
        *_questions(),
        *_actions(entries),
    ]
    return "\n".join(lines) + "\n"


# ── what it was ───────────────────────────────────────────────────────────────────────────────


def _summary(incident: Incident, entries: Sequence[Entry], evidence: str) -> Iterator[str]:
    yield from (f"# Incident {incident.id}: {escaped(_title(incident, entries), 200)}", "")
    yield from ("## Summary", "")
    told = {
        "Declared by": incident.declared_by or "the checker",
        "What was wrong": incident.what,
        "What failed": ", ".join(incident.seen),
        "What was seen": evidence,
        "How it stood last": incident.status,
        _cause_is(incident): incident.cause,
        "Fix": incident.fix,
        "It stands": _stands(incident),
    }
    yield from (
        f"- **{label}:** {escaped_lines(text, '  ')}" for label, text in told.items() if text
    )
    yield ""


def _title(incident: Incident, entries: Sequence[Entry]) -> str:
    """As it was declared: what fails now says nothing once it is over."""
    first = next((entry.text for entry in entries if entry.what == "declared"), "")
    return first.partition(f"{incident.id}: ")[2] or incident.what or incident.target


def _cause_is(incident: Incident) -> str:
    return "Declared in error" if incident.phase is Phase.CANCELLED else "Root cause"


def _stands(incident: Incident) -> str:
    if incident.closed_at is None:
        return f"{incident.phase}; not closed when this was written"
    return f"{incident.phase} by {incident.closed_by} at {stamp(incident.closed_at)}"


def _evidence(deeds: Sequence[Deed]) -> str:
    """How we knew, by the words of the first message."""
    for deed in deeds:
        for line in deed.effect.payload.get("notice", {}).get("lines", ()):
            if line["label"] == "What fails":
                return str(line["text"])
    return ""


def _severity(incident: Incident, entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("## Severity", "")
    yield from (f"**{incident.severity.word.capitalize()}:** {escaped(why(incident))}", "")
    yield from _listed(e for e in entries if e.what in ("escalated", "severity", "proposed"))


# ── how long it took ──────────────────────────────────────────────────────────────────────────


def _figures(incident: Incident, entries: Sequence[Entry], deeds: Sequence[Deed]) -> Iterator[str]:
    yield from ("## How long it took", "")
    yield from ("| | time | after the beginning |", "|---|---|---|")
    moments = sorted(_moments(incident, entries, deeds), key=lambda moment: moment[1])
    for what, at in moments:
        yield f"| {escaped(what)} | {stamp(at)} | {lasting(max(0.0, at - incident.since))} |"
    yield from (
        f"| {what} | – | {escaped(why)} |" for what, why in _missing(incident, entries, deeds)
    )
    yield ""


def _moments(
    incident: Incident, entries: Sequence[Entry], deeds: Sequence[Deed]
) -> Iterator[tuple[str, float]]:
    if not incident.declared_by:
        yield "first failed look", incident.since
    yield "declared", incident.declared_at
    for deed in _pages(deeds):
        if deed.done_at is not None:
            yield f"page {_number(deed)} accepted by {deed.effect.responder}", deed.done_at
    yield from ((MARKS[entry.what], entry.at) for entry in entries if entry.what in MARKS)
    if incident.closed_at is not None:
        yield str(incident.phase), incident.closed_at


def _missing(
    incident: Incident, entries: Sequence[Entry], deeds: Sequence[Deed]
) -> Iterator[tuple[str, str]]:
    """What there is no time of, and why."""
    said = {entry.what for entry in entries}
    pages = _pages(deeds)
    if not pages:
        why = (
            "minor: nobody is paged" if incident.severity is Severity.MINOR else "nobody was paged"
        )
        yield "page accepted", why
    for deed in pages:
        if deed.done_at is None:
            yield f"page {_number(deed)} accepted by {deed.effect.responder}", deed.why or "not yet"
    if pages and "acknowledged" not in said:
        yield "page acknowledged", "not that we know"
    if "recovered" not in said:
        yield "recovered", "not seen"
    if incident.closed_at is None:
        yield "closed", "not yet"


def _pages(deeds: Sequence[Deed]) -> list[Deed]:
    return [deed for deed in deeds if deed.effect.duty in RINGS]


def _number(deed: Deed) -> str:
    """ "1" of "us-42/page/1@pagerduty"."""
    return original(deed.effect.id).rpartition("/")[2].partition("@")[0]


# ── who, and what they did ────────────────────────────────────────────────────────────────────


def _people(incident: Incident, entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("## Who was there", "")
    there = [e for e in entries if incident.closed_at is None or e.at <= incident.closed_at]
    names = [incident.declared_by, *(n for e in there for n in _speakers(e)), incident.closed_by]
    told = ", ".join(dict.fromkeys(filter(None, names)))
    yield f"- **Lead:** {escaped(incident.lead or 'nobody took it')}"
    yield f"- **Heard from:** {escaped(told or 'nobody')}"
    yield ""
    yield from _listed(entry for entry in entries if entry.what == "lead")


def _speakers(entry: Entry) -> Iterator[str]:
    pattern = SPEAKERS.get(entry.what)
    found = pattern.match(entry.text) if pattern else None
    yield from (found.groups("") if found else ())


def _tried(entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("## What was known and tried", "")
    notes = [entry for entry in entries if entry.what in ("note", "status")]
    yield from _listed(notes) if notes else ("Nobody took a note.", "")


def _timeline(entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("## Timeline", "")
    yield from _listed(entries[:ENTRIES_MAX])
    if len(entries) > ENTRIES_MAX:
        yield from (f"… and {len(entries) - ENTRIES_MAX} more lines.", "")


def _listed(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each, and an empty one after the last."""
    lines = [
        f"- {stamp(e.at)} **{escaped(e.what)}** {escaped_lines(e.text, '  ')}" for e in entries
    ]
    yield from [*lines, ""] if lines else ()


# ── for the meeting ───────────────────────────────────────────────────────────────────────────


def _questions() -> Iterator[str]:
    for question in QUESTIONS:
        yield from (f"## {question}", "", "")


def _actions(entries: Sequence[Entry]) -> Iterator[str]:
    """Only what somebody wrote: a note that begins with "action:"."""
    notes = [ACTION.fullmatch(entry.text) for entry in entries if entry.what == "note"]
    written = [found[1] for found in notes if found]
    if written:
        yield from ("## Action items that somebody wrote", "")
        yield from [*(f"- {escaped_lines(text, '  ')}" for text in written), ""]
