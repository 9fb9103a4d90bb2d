"""The analysis document of an incident, to standard output or into a file."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from checker.config.outlets import FALLBACK as CONSOLE
from checker.core.analysis import Deed, analysis
from checker.core.model import RINGS
from checker.desk import Refusal, Story
from checker.store.rows import Fate, Tracked

NAME = re.compile(r"[a-z0-9_-]+")


def document(story: Story, secrets: Collection[str], prints: Collection[str] = (CONSOLE,)) -> str:
    """The Markdown, with nothing of `secrets` in it. A page by one of `prints` reached nobody, and is left out."""
    deeds = [_deed(one) for one in story.effects if not _is_printed_page(one, prints)]
    return analysis(story.incident, story.timeline, deeds, secrets)


def put(text: str, incident: str, to: Path, force: bool) -> Path:
    """Writes the file, in a folder under the incident's own name, and says where.

    Refusal where something is there already and `force` was not said.
    """
    path = to / file_name(incident) if to.is_dir() else to
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refusal(f"{path} is there already; --force writes over it.") from None
    except OSError as error:
        raise Refusal(f"{path} cannot be written: {error.strerror}.") from None
    return path


def file_name(incident: str) -> str:
    """Made of the incident's id and nothing else; an id leads into no other folder."""
    if not NAME.fullmatch(incident):
        raise Refusal(f"{incident!r} makes no file's name; say the name with --to.")
    return f"{incident}.md"


def _is_printed_page(tracked: Tracked, prints: Collection[str]) -> bool:
    return tracked.effect.duty in RINGS and tracked.effect.responder in prints


def _deed(tracked: Tracked) -> Deed:
    confirmed = tracked.fate is Fate.CONFIRMED
    return Deed(tracked.effect, tracked.settled_at if confirmed else None, tracked.why)
