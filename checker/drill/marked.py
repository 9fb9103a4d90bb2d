"""Everything that a drill sends says that it is one: in the title and in the text, whatever the core had to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from checker.core.model import Effect
from checker.responders.contract import Answer, Attempt, Responder

MARK = "DRILL"
SAYS = "This is a drill. Nothing is wrong, and there is nothing to do."

TITLES = frozenset(
    {"summary", "title", "topic", "purpose", "why"}
)  # by any of these it may be met first


def marked(effect: Effect) -> Effect:
    """The effect as a drill has it. By the shapes in core/wording.py."""
    told: dict[str, Any] = dict(effect.payload)
    for name in told.keys() & TITLES:
        told[name] = titled(told[name])
    if "notice" in told:
        told["notice"] = _notice(told["notice"])
    if "details" in told:
        told["details"] = {MARK: SAYS, **told["details"]}
    if "text" in told:
        told["text"] = f"{MARK}: {SAYS}\n\n{told['text']}"
    return replace(effect, payload=told)


def titled(text: str) -> str:
    return text if text.startswith(MARK) else f"{MARK} · {text}"


def _notice(notice: Mapping[str, Any]) -> dict[str, Any]:
    """Without what asks people for something: nobody is to do anything."""
    lines = [{"label": MARK, "text": SAYS}, *notice["lines"]]
    quiet = {"next": "", "next_here": "", "actions": [], "attention": ""}
    return {**notice, "title": titled(notice["title"]), "lines": lines, **quiet}


class Drilled:
    """A responder through which everything goes as a drill. `noted` gets what came of each try."""

    def __init__(self, responder: Responder, noted: Callable[[Effect, Answer], None]) -> None:
        self._responder = responder
        self._noted = noted

    async def carry_out(self, attempt: Attempt) -> Answer:
        sent = replace(attempt, effect=marked(attempt.effect))
        answer = await self._responder.carry_out(sent)
        self._noted(attempt.effect, answer)
        return answer

    async def close(self) -> None:
        await self._responder.close()
