"""Prints what would be sent: the responder for when nothing is configured, and for rehearsals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from checker.core.model import Duty, Effect
from checker.responders.contract import Answer, Attempt, Done, Later, ResponderSettings
from probes.contract import one_line

WIDTH = 100
LINES_MAX = 40  # of one message: a terminal is no place for more
WOULD = {
    Duty.PAGE: "would page somebody",
    Duty.RESOLVE: "would end the page",
    Duty.FALLBACK: "would page somebody by a second way",
    Duty.CHANGE: "would mark the change",
    Duty.ROOM: "would open the room",
    Duty.POST: "would post",
    Duty.SUMMARY: "would keep as the summary",
    Duty.INVITE: "would bring people in",
    Duty.DOCUMENT: "would leave the document",
    Duty.PUBLISH: "would tell customers",
    Duty.WITHDRAW: "would tell customers that it is over",
}


class Settings(ResponderSettings):
    """Nothing to set."""

    on_request: ClassVar[frozenset[Duty]] = frozenset({Duty.FALLBACK, Duty.PUBLISH, Duty.WITHDRAW})
    duties: ClassVar[frozenset[Duty]] = frozenset(Duty) - on_request


def write_out(text: str) -> None:
    """To stdout, at once: a message must not wait in a buffer."""
    sys.stdout.write(text)
    sys.stdout.flush()


class Responder:
    """Writes each effect as a few lines of plain text."""

    def __init__(self, settings: Settings, write: Callable[[str], None] = write_out) -> None:
        self._write = write

    async def carry_out(self, attempt: Attempt) -> Answer:
        try:
            self._write(as_text(attempt.effect))
        except (OSError, ValueError) as error:  # a full disk, a reader that is gone
            return Later(why=f"stdout cannot be written: {one_line(str(error))}")
        return Done(receipt={})

    async def close(self) -> None:
        """Nothing is held."""


def as_text(effect: Effect) -> str:
    """The effect as lines for a terminal: no line is longer than WIDTH, none holds a control character."""
    head = f"── {effect.incident} · {WOULD[effect.duty]} "
    lines = [line for line in _body(effect) if line]
    if len(lines) > LINES_MAX:
        lines[LINES_MAX:] = [f"… and {len(lines) - LINES_MAX} more lines"]
    body = "".join(f"   {one_line(line, WIDTH - 3)}\n" for line in lines)
    return f"{head:─<{WIDTH}}\n{body}\n"


def _body(effect: Effect) -> Iterator[str]:
    payload = effect.payload
    match effect.duty:
        case Duty.PAGE | Duty.FALLBACK:
            yield from _page(payload)
        case Duty.RESOLVE:
            yield from (payload["why"], f"key: {payload['key']}")
        case Duty.CHANGE:
            yield payload["summary"]
        case Duty.ROOM:
            yield from (f"#{payload['name']}", payload["topic"])
            yield from _notice(payload["notice"])
        case Duty.POST | Duty.SUMMARY:
            yield from _notice(payload["notice"])
        case Duty.INVITE:
            yield from _invitation(payload)
        case Duty.DOCUMENT:
            yield from (payload["name"], *payload["text"].splitlines())
        case Duty.PUBLISH | Duty.WITHDRAW:
            yield from (payload["title"], *payload["text"].splitlines())


def _invitation(payload: Mapping[str, Any]) -> Iterator[str]:
    yield payload["why"]
    yield from (f"· {owner}" for owner in payload["owners"])
    yield from (f"· {person['name']} {person['email']}" for person in payload["people"])


def _page(payload: Mapping[str, Any]) -> Iterator[str]:
    since = datetime.fromtimestamp(payload["since"], UTC)
    yield f"{payload['severity'].upper()}: {payload['summary']}"
    yield f"since: {since:%Y-%m-%d %H:%M:%S} UTC"
    for label, text in payload["details"].items():
        yield from _labelled(label, text)
    yield from (f"{link['text']}: {link['href']}" for link in payload["links"])
    yield f"key: {payload['key']}"


def _notice(notice: Mapping[str, Any]) -> Iterator[str]:
    yield f"{notice['severity'].upper()}: {notice['title']}"
    for line in notice["lines"]:
        yield from _labelled(line["label"], line["text"])
    yield notice["next"] and f"Next: {notice['next']}"


def _labelled(label: str, text: str) -> Iterator[str]:
    """One line, or a label with several under it."""
    lines = text.split("\n")
    if len(lines) == 1:
        yield f"{label}: {text}"
    else:
        yield f"{label}:"
        yield from (f"· {line}" for line in lines)
