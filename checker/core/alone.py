"""What locations did while they could not reach the store: taken into what is known, so that no page is left alone.

"The one exception": with the database away each daemon judges by itself, pages only, under the id that comes next.
Everybody comes to the same id and so to the same key, and nobody is rung twice.
"""

from __future__ import annotations

from dataclasses import replace

from checker.core import incident as life
from checker.core.draft import Draft
from checker.core.effects import Case, end_page
from checker.core.events import PagedAlone
from checker.core.incident import Move
from checker.core.model import Incident
from checker.core.rulings import newest, with_room_for
from checker.core.words import require_target


def paged_alone(draft: Draft, event: PagedAlone) -> None:
    """The incident that the page was about: the one that is live, or else a new one of exactly that id."""
    require_target(draft, event.target)
    number = int(event.incident.rpartition("-")[2])
    known = draft.state.incidents.get(event.incident)
    if known is None and number > draft.state.counters.get(event.target, 0):
        _declare(draft, event, number)
    elif known is not None and life.is_live(known):
        _line(draft, _with_page(known, event), event)
    else:
        _too_late(draft, known, event)


def _declare(draft: Draft, event: PagedAlone, number: int) -> None:
    current = newest(draft.state, event.target)
    if current is not None and life.is_live(current):
        _too_late(draft, current, event)  # it knew nothing of this one: two would be about the same
        return
    by = (event.target, event.severity, event.by, event.what)
    fresh = life.declared_alone(life.declared(number, *by, event.at), event.page, event.at)
    draft.state = with_room_for(draft.state, event.target, number, event.at)
    opened = draft.move(replace(fresh, since=event.since), Move.OPEN)
    _line(draft, opened, event)


def _with_page(current: Incident, event: PagedAlone) -> Incident:
    if event.page <= current.page:
        return current
    return replace(current, page=event.page, paged_at=event.at, awaited=(), unheard=())


def _line(draft: Draft, current: Incident, event: PagedAlone) -> None:
    said = (
        f"{event.by} could not reach the store, judged alone and paged ({event.key}): {event.what}"
    )
    draft.enter(draft.keep(current), "paged alone", said)


def _too_late(draft: Draft, known: Incident | None, event: PagedAlone) -> None:
    """Nobody would ever end this page: it is about what is over, or known by another name."""
    about = known or newest(draft.state, event.target)
    if about is None:
        draft.notes.append(
            f"{event.by} paged alone about {event.incident}, of which nothing is known"
        )
        return
    _line(draft, about, event)
    said = f"{event.incident} is known as {about.id}, {about.phase}"
    draft.effects += end_page(Case(draft.policy, draft.state, draft.at, said), about, event.key)
