"""The verbs that are understood, each with how it is said and what it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checker.config import durations
from checker.config.amounts import moment
from checker.config.problems import did_you_mean
from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Dismissed,
    Joined,
    Led,
    Noted,
    Published,
    SeveritySet,
    StatusSaid,
    SyncTaken,
    Uneventful,
)
from checker.core.model import Maintenance, Severity
from checker.slack.forms import Form
from checker.slack.sentence import (
    NAME_MAX,
    Anyway,
    Heard,
    Scene,
    Shown,
    Unclear,
    about,
    at_target,
    first,
    line,
    needed,
    printable,
)

LEVELS = {severity.word: severity for severity in Severity}
ANYWAY = "anyway"
WHY_CLOSED = "What was the root cause, and what was done about it?"


def _declared(rest: str, scene: Scene) -> Declared:
    target, rest = at_target(rest, scene)
    word, after = first(rest)
    level = LEVELS.get(word.rstrip(":,").lower())
    what = needed(line(rest if level is None else after), "What is wrong there?")
    return Declared(scene.at, target, scene.by, what, level or Severity.MAJOR)


def _joined(rest: str, scene: Scene) -> Joined:
    return Joined(scene.at, about(rest, scene)[0], scene.by)


def _noted(rest: str, scene: Scene) -> Noted:
    incident, text = about(rest, scene)
    return Noted(scene.at, incident, scene.by, needed(text, "What is to be noted?"))


def _status(rest: str, scene: Scene) -> StatusSaid:
    incident, text = about(rest, scene)
    return StatusSaid(scene.at, incident, scene.by, needed(line(text), "How do things stand?"))


def _led(rest: str, scene: Scene) -> Led:
    incident, text = about(rest, scene)
    words = text.split()
    if words[:1] == ["to"]:
        words = words[1:]
    if len(words) > 1:
        raise Unclear("One leads at a time.")
    name = words[0].lstrip("@")[:NAME_MAX] if words else ""
    return Led(scene.at, incident, scene.by, scene.by if name in ("", "me") else name)


def _severity(rest: str, scene: Scene) -> SeveritySet:
    incident, text = about(rest, scene)
    word = text.lower()
    if word not in LEVELS:
        hint = did_you_mean(word, LEVELS)
        raise Unclear(f"How severe?{' ' + hint.capitalize() if hint else ''}")
    return SeveritySet(scene.at, incident, scene.by, LEVELS[word])


def _published(rest: str, scene: Scene) -> Published:
    incident, text = about(rest, scene)
    outlet, words = first(text)
    needed(outlet, "By which outlet are customers told?")
    return Published(scene.at, incident, scene.by, outlet, words)


def _dismissed(rest: str, scene: Scene) -> Dismissed:
    incident, text = about(rest, scene)
    outlet = needed(line(text), "By which outlet need customers not be told?")
    return Dismissed(scene.at, incident, scene.by, outlet)


def _closed(rest: str, scene: Scene) -> Closed | Anyway:
    incident, text = about(rest, scene)
    word, after = first(text)
    still = word.lower() == ANYWAY
    cause, fix = _cause_and_fix(after if still else text, scene)
    if not cause or not fix:
        say = f"close {incident} {ANYWAY}" if still else f"close {incident}"
        raise Unclear(WHY_CLOSED, Form("close", say, {"cause": cause, "fix": fix}))
    closed = Closed(scene.at, incident, scene.by, cause, fix)
    return Anyway(closed) if still else closed


def _cause_and_fix(text: str, scene: Scene) -> tuple[str, str]:
    """Where there was a form, in its fields; else with a bar between them."""
    cause, _, fix = text.partition("|")
    cause, fix = scene.filled.get("cause", cause), scene.filled.get("fix", fix)
    return line(printable(cause)), line(printable(fix))


def _cancelled(rest: str, scene: Scene) -> Cancelled:
    incident, text = about(rest, scene)
    return Cancelled(scene.at, incident, scene.by, needed(line(text), "Why was it no incident?"))


def _uneventful(rest: str, scene: Scene) -> Uneventful:
    return Uneventful(scene.at, about(rest, scene)[0], scene.by)


def _sync(rest: str, scene: Scene) -> SyncTaken:
    return SyncTaken(scene.at, about(rest, scene)[0], scene.by)


def _planned(rest: str, scene: Scene) -> Maintenance:
    """ "us for 2h new disks", from now on; "us 2026-11-23T22:00:00Z 2026-11-24T00:00:00Z new disks"."""
    target, rest = at_target(rest, scene)
    begin, rest = first(rest)
    end, why = first(rest)
    try:
        begins = scene.at if begin.lower() == "for" else moment(begin.upper())
        ends = begins + durations.seconds(end) if begin.lower() == "for" else moment(end.upper())
    except ValueError as error:
        raise Unclear(f"From when to when? I expected {error}.") from None
    return Maintenance(target, begins, ends, scene.by, needed(line(why), "What is done there?"))


def _shown(rest: str, scene: Scene) -> Shown:
    return Shown(about(rest, scene)[0] if rest or scene.here else "")


VERBS: Mapping[str, tuple[str, Callable[[str, Scene], Heard]]] = {
    "declare": ("declare <target> [minor|major|critical] <what is wrong>", _declared),
    "join": ("join [id]", _joined),
    "note": ("note [id] <what is known, what was tried>", _noted),
    "status": ("status [id] <how things stand>", _status),
    "lead": ("lead [id] [@who takes over]", _led),
    "severity": ("severity [id] minor|major|critical", _severity),
    "publish": ("publish [id] <outlet> [what customers read]", _published),
    "dismiss": ("dismiss [id] <outlet>", _dismissed),
    "close": ("close [id] <root cause> | <fix>", _closed),
    "cancel": ("cancel [id] <why it was no incident>", _cancelled),
    "sync": ("sync [id]", _sync),
    "uneventful": ("uneventful [id]", _uneventful),
    "maintenance": ("maintenance <target> for <2h> <what is done>", _planned),
    "show": ("show [id]", _shown),
}
ALIASES = {"open": "declare", "raise": "declare", "take": "lead", "sev": "severity", "list": "show"}
