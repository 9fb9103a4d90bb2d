"""What a person wrote, as one word of the core's or as an answer. Pure: any text gives one or the other.

A slash command, a mention and a button all end here as the same sentence: a verb, the incident if it is not the one
whose room this is, and what is said about it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from checker.config.problems import did_you_mean
from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Led,
    Noted,
    SeveritySet,
    StatusSaid,
    Uneventful,
)
from checker.core.model import Severity
from checker.core.words import About
from probes.contract import one_line

TEXT_MAX = 3000  # characters of one sentence, ours; Slack lets through some more
NAME_MAX = 80  # of a person's name
SHOWN_MAX = 60  # of a word that is quoted back

ID = re.compile(r"([a-z0-9_-]+)-\d+", re.IGNORECASE)
ANGLED = re.compile(r"<([^<>]*)>")
LEVELS = {severity.word: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Scene:
    """Who speaks, when (seconds since the epoch) and where, and what can be spoken of."""

    at: float
    by: str
    here: str = ""  # the incident whose room this is; empty: none
    known: frozenset[str] = frozenset()  # ids of incidents
    targets: tuple[str, ...] = ()
    command: str = "/incident"  # how one speaks to us here; for the usage


@dataclass(frozen=True, slots=True)
class Usage:
    """Nothing is to be done; `text` says how to say it."""

    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """They ask how things stand: with this incident, or with all that are live."""

    incident: str


Heard = Declared | About | Shown | Usage


class _Unclear(Exception):
    """It cannot be understood; the message asks for what is missing."""


def parse(text: str, scene: Scene) -> Heard:
    """One sentence: "close us-42 cause | fix". Never raises."""
    verb, rest = _first(plain(text))
    verb = ALIASES.get(verb.lower(), verb.lower())
    if verb in ("", "help"):
        return Usage(_help(scene))
    if verb not in VERBS:
        hint = did_you_mean(verb, [*VERBS, *ALIASES])
        said = f"I do not know “{one_line(verb, SHOWN_MAX)}”{'; ' + hint if hint else '.'}"
        return Usage(f"{said}\n{_help(scene)}")
    usage, read = VERBS[verb]
    try:
        return read(rest, scene)
    except _Unclear as unclear:
        return Usage(f"{unclear} Say it as `{scene.command} {usage}`")


def plain(text: str) -> str:
    """Slack's markup as a person reads it, in printable lines, cut to TEXT_MAX characters.

    docs.slack.dev, "Formatting message text": `<@U1|ada>`, `<#C1|general>`, `<!here>`, `<https://…|label>`.
    """
    shown = ANGLED.sub(_unfolded, text[: 2 * TEXT_MAX])
    shown = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    lines = [one_line(line, TEXT_MAX) for line in shown.splitlines()]
    return "\n".join(line for line in lines if line)[:TEXT_MAX].strip()


def _unfolded(match: re.Match[str]) -> str:
    target, _, label = match[1].partition("|")
    sign = target[:1]
    if sign in ("@", "#"):
        return sign + (label or target[1:]).lstrip(sign)
    if sign == "!":
        return label or "@" + target[1:].partition("^")[0]
    return target


# ── words ─────────────────────────────────────────────────────────────────────────────────────


def _declared(rest: str, scene: Scene) -> Declared:
    target, rest = _target(rest, scene)
    first, after = _first(rest)
    level = LEVELS.get(first.rstrip(":,").lower())
    what = _line(rest if level is None else after)
    if not what:
        raise _Unclear("What is wrong there?")
    return Declared(scene.at, target, scene.by, what, level or Severity.MAJOR)


def _target(rest: str, scene: Scene) -> tuple[str, str]:
    first, after = _first(rest)
    named = first.rstrip(":,")
    for target in scene.targets:
        if target in (named, named.lower()):
            return target, after
    if len(scene.targets) == 1:
        return scene.targets[0], rest
    hint = did_you_mean(named, scene.targets)
    raise _Unclear(f"Where? There are {', '.join(scene.targets)}{'; ' + hint if hint else '.'}")


def _noted(rest: str, scene: Scene) -> Noted:
    incident, text = _about(rest, scene)
    return Noted(scene.at, incident, scene.by, _needed(text, "What is to be noted?"))


def _status(rest: str, scene: Scene) -> StatusSaid:
    incident, text = _about(rest, scene)
    return StatusSaid(scene.at, incident, scene.by, _needed(_line(text), "How do things stand?"))


def _led(rest: str, scene: Scene) -> Led:
    incident, text = _about(rest, scene)
    words = text.split()
    if words[:1] == ["to"]:
        words = words[1:]
    if len(words) > 1:
        raise _Unclear("One leads at a time.")
    name = words[0].lstrip("@")[:NAME_MAX] if words else ""
    return Led(scene.at, incident, scene.by, scene.by if name in ("", "me") else name)


def _severity(rest: str, scene: Scene) -> SeveritySet:
    incident, text = _about(rest, scene)
    word = text.lower()
    if word not in LEVELS:
        hint = did_you_mean(word, LEVELS)
        raise _Unclear(f"How severe?{' ' + hint.capitalize() if hint else ''}")
    return SeveritySet(scene.at, incident, scene.by, LEVELS[word])


def _closed(rest: str, scene: Scene) -> Closed:
    incident, text = _about(rest, scene)
    cause, _, fix = (_line(part) for part in text.partition("|"))
    if not cause or not fix:
        raise _Unclear("What was the root cause, and what was done about it?")
    return Closed(scene.at, incident, scene.by, cause, fix)


def _cancelled(rest: str, scene: Scene) -> Cancelled:
    incident, text = _about(rest, scene)
    return Cancelled(scene.at, incident, scene.by, _needed(_line(text), "Why was it no incident?"))


def _uneventful(rest: str, scene: Scene) -> Uneventful:
    return Uneventful(scene.at, _about(rest, scene)[0], scene.by)


def _shown(rest: str, scene: Scene) -> Shown:
    return Shown(_about(rest, scene)[0] if rest or scene.here else "")


def _about(rest: str, scene: Scene) -> tuple[str, str]:
    """The incident that is meant, and what is said about it."""
    first, after = _first(rest)
    named = first.rstrip(":,").lower()
    if named in scene.known or _is_an_id(named, scene):
        return named, after
    if not scene.here:
        raise _Unclear("Which incident?")
    return scene.here, rest


def _is_an_id(word: str, scene: Scene) -> bool:
    """In a room "us-east-1 is slow" is a text, while us-7 is an incident even if nobody remembers it."""
    match = ID.fullmatch(word)
    return match is not None and (not scene.here or match[1] in scene.targets)


def _first(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1) or [""]
    return word, rest[0] if rest else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _needed(text: str, question: str) -> str:
    if not text:
        raise _Unclear(question)
    return text


VERBS: Mapping[str, tuple[str, Callable[[str, Scene], Heard]]] = {
    "declare": ("declare <target> [minor|major|critical] <what is wrong>", _declared),
    "note": ("note [id] <what is known, what was tried>", _noted),
    "status": ("status [id] <how things stand>", _status),
    "lead": ("lead [id] [@who takes over]", _led),
    "severity": ("severity [id] minor|major|critical", _severity),
    "close": ("close [id] <root cause> | <fix>", _closed),
    "cancel": ("cancel [id] <why it was no incident>", _cancelled),
    "uneventful": ("uneventful [id]", _uneventful),
    "show": ("show [id]", _shown),
}
ALIASES = {"open": "declare", "raise": "declare", "take": "lead", "sev": "severity", "list": "show"}


def _help(scene: Scene) -> str:
    lines = [f"`{scene.command} {usage}`" for usage, _ in VERBS.values()]
    where = f"this room's {scene.here}" if scene.here else "in an incident's room, its own"
    return "\n".join(["You can say:", *lines, f"Without an id it is about {where}."])
