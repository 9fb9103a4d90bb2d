"""The parts of a sentence: who says it and where, what it is about, and what it may turn out to be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from checker.config.problems import did_you_mean
from checker.core.events import Closed, Declared
from checker.core.model import Maintenance
from checker.core.words import About
from checker.slack.forms import Form
from probes.contract import one_line

TEXT_MAX = 3000  # characters of one sentence, ours; Slack lets through some more
NAME_MAX = 80  # of a person's name

ID = re.compile(r"([a-z0-9_-]+)-\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who speaks, when (seconds since the epoch) and where, and what can be spoken of."""

    at: float
    by: str
    here: str = ""  # the incident whose room this is; empty: none
    known: frozenset[str] = frozenset()  # ids of incidents
    targets: tuple[str, ...] = ()
    command: str = "/incident"  # how one speaks to us here; for the usage
    filled: Mapping[str, str] = field(default_factory=dict)  # what they wrote into a form


@dataclass(frozen=True, slots=True)
class Usage:
    """Nothing is to be done; `text` says how to say it, and `form`, if there is one, asks for it."""

    text: str
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """They ask how things stand: with this incident, or with all that are live."""

    incident: str


@dataclass(frozen=True, slots=True)
class Anyway:
    """It is to be closed though checks still fail."""

    word: Closed


Heard = Declared | About | Maintenance | Anyway | Shown | Usage


class Unclear(Exception):
    """It cannot be understood; the message asks for what is missing, and so does the form."""

    def __init__(self, question: str, form: Form | None = None) -> None:
        super().__init__(question)
        self.form = form


def about(rest: str, scene: Scene) -> tuple[str, str]:
    """The incident that is meant, and what is said about it."""
    word, after = first(rest)
    named = word.rstrip(":,").lower()
    if named in scene.known or _is_an_id(named, scene):
        return named, after
    if not scene.here:
        raise Unclear("Which incident?")
    return scene.here, rest


def at_target(rest: str, scene: Scene) -> tuple[str, str]:
    """The target that is meant, and what is said about it; where there is one, it need not be named."""
    word, after = first(rest)
    named = word.rstrip(":,")
    for target in scene.targets:
        if target in (named, named.lower()):
            return target, after
    if len(scene.targets) == 1:
        return scene.targets[0], rest
    hint = did_you_mean(named, scene.targets)
    raise Unclear(f"Where? There are {', '.join(scene.targets)}{'; ' + hint if hint else '.'}")


def first(text: str) -> tuple[str, str]:
    """Its first word, and the rest."""
    word, *rest = text.split(maxsplit=1) or [""]
    return word, rest[0] if rest else ""


def line(text: str) -> str:
    """All of it in one line."""
    return " ".join(text.split())


def printable(text: str) -> str:
    """In lines that hold nothing but letters, cut to TEXT_MAX characters."""
    lines = [one_line(part, TEXT_MAX) for part in text.splitlines()]
    return "\n".join(part for part in lines if part)[:TEXT_MAX].strip()


def needed(text: str, question: str) -> str:
    if not text:
        raise Unclear(question)
    return text


def _is_an_id(word: str, scene: Scene) -> bool:
    """In a room "us-east-1 is slow" is a text, while us-7 is an incident even if nobody remembers it."""
    match = ID.fullmatch(word)
    return match is not None and (not scene.here or match[1] in scene.targets)
