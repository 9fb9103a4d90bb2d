"""What a person may say by one touch, beside the message that it answers.

Each stands for the sentence that one would write, so that a button means nothing of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from checker.core.incident import Move, has_recovered, is_closed, is_live
from checker.core.model import Incident

Action = dict[str, str]  # "say", "label", "style", "form", "text": the head of core/wording.py
Lines = Iterable[tuple[str, str]]  # label, text
QUIET = (Move.NOTE, Move.LEAD, Move.SAY, Move.JOIN)  # said in passing: no buttons


def action(say: str, label: str, style: str = "", form: str = "", text: str = "") -> Action:
    """Something that a person may say by one touch."""
    return {"say": say, "label": label, "style": style, "form": form, "text": text}


def choices(incident: Incident, move: Move) -> list[Action]:
    """What a person may want to say in answer to the message about `move`."""
    id_ = incident.id
    if move is Move.REMIND and is_closed(incident):
        skip = action(f"uneventful {id_}", "Uneventful: no sync")
        return [action(f"sync {id_}", "I will schedule it", style="primary"), skip]
    if move in QUIET or not is_live(incident):
        return []
    return standing_choices(incident)


def standing_choices(incident: Incident) -> list[Action]:
    """What a person may want to do while it is live."""
    if not is_live(incident):
        return []
    id_, recovered = incident.id, has_recovered(incident)
    close = action(f"close {id_}", "Close …", style="primary" if recovered else "", form="close")
    lead = action(f"lead {id_}", "Take the lead", style="" if recovered else "primary")
    error = action(f"cancel {id_}", "Declared in error …", style="danger", form="text")
    join = action(f"join {id_}", "I am here")
    return [*([] if incident.lead else [lead]), join, close, error]


def offer(
    incident: Incident, title: str, lines: Lines, actions: Iterable[Action]
) -> dict[str, Any]:
    """A message that asks people to choose."""
    return {
        "mood": "said",
        "severity": incident.severity.word,
        "title": title,
        "lines": [{"label": label, "text": text} for label, text in lines],
        "next": "",
        "actions": list(actions),
        "attention": "",
    }
