"""What the wiring reads out of the settings: who responds, when each check is due, what a reload cannot change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from urllib.parse import quote

import structlog

from checker.backtest import telling
from checker.backtest.plan import plan
from checker.config.entries import General
from checker.config.settings import PlannedCheck, Settings
from checker.core.events import Delivered, Event, Refused
from checker.core.incident import is_live
from checker.core.model import Incident
from checker.core.rules import Policy
from checker.course import Slot, offset
from checker.metrics.view import Room
from checker.responders import slack
from checker.responders.contract import Responder
from checker.several.roster import Place
from checker.store.whereabouts import file_at

CHANGES_MAX = 8  # told of one reload, in its line of the log
ALONE = Place(is_looking=True)

log = structlog.get_logger()


def policy_of(settings: Settings, mark: str) -> Policy:
    """The policy, with the store's own mark in it."""
    return replace(settings.policy, born=mark)


def responders_of(settings: Settings) -> dict[str, Responder]:
    """The responders that are on, by name. The kind is the module's name."""
    made: dict[str, Responder] = {}
    for planned in settings.responders:
        if planned.drill:
            continue  # made anew for each drill, and for nothing else
        module = import_module(f"checker.responders.{planned.kind}")
        made[planned.name] = module.Responder(planned.settings)
    return made


def slacks_of(settings: Settings) -> Mapping[str, slack.Settings]:
    """The Slacks in which people may speak to us, by the responder's name."""
    return {
        planned.name: planned.settings
        for planned in settings.responders
        if isinstance(planned.settings, slack.Settings) and not planned.drill
    }


def slot_of(check: PlannedCheck, place: Place = ALONE) -> Slot:
    """When the check is due from that place, as the scheduler wants it said."""
    return Slot(
        check.every_s,
        check.timeout_s,
        check.watched.recheck_s,
        offset(check.name, rank=place.rank, locations=place.locations, every_s=check.every_s),
    )


def fixed(was: Settings, now: Settings) -> list[str]:
    """The keys that differ and that a reload cannot change."""
    keys = ("location", "store", "web", "reload_every_s")
    return [key for key in keys if getattr(was, key) != getattr(now, key)]


def say_what_changes(was: Settings, now: Settings) -> None:
    """What a reload changes and what it cannot: nobody should lose their pager in silence."""
    for key in fixed(was, now):
        log.warning("needs a restart", key=key, why="it is read once, at the start")
    say = log.warning if set(_told(was)) - set(_told(now)) else log.info
    say("config_changes", what=changes(was, now))


def changes(was: Settings, now: Settings) -> str:
    """What a reload changes, in a line, as `checker config diff` says it."""
    change = plan(was, now)
    said = [*_who_is_told(was, now)]
    if not change.is_empty:
        said += [line.strip() for line in telling.planned(change)][1:]
    if len(said) > CHANGES_MAX:
        said[CHANGES_MAX:] = [f"and {len(said) - CHANGES_MAX} more"]
    if said:
        return "; ".join(said)
    if replace(now, digest=was.digest) == was:
        return "nothing has changed"
    return "no check, no row of the table and nobody who is told, but something else"


def _who_is_told(was: Settings, now: Settings) -> Iterator[str]:
    old, new = (", ".join(_told(settings)) for settings in (was, now))
    if old != new:
        yield f"told: {old} → {new}"
    before = {one.name: one for one in was.responders}
    other = [one.name for one in now.responders if before.get(one.name, one) != one]
    if other:
        yield f"told by other settings: {', '.join(other)}"


def _told(settings: Settings) -> list[str]:
    return [planned.name for planned in settings.responders if not planned.drill]


def rooms_of(
    incidents: Iterable[Incident], receipts: Mapping[tuple[str, str], Mapping[str, slack.Receipt]]
) -> Mapping[str, Room]:
    """Where people meet about each live incident, as far as there is a room yet.

    https://docs.slack.dev/interactivity/deep-linking says how a channel is linked to by its id.
    """
    live = {incident.id for incident in incidents if is_live(incident)}
    rooms: dict[str, Room] = {}
    for (_, incident), kept in receipts.items():
        room = slack.newest(kept) if incident in live else None
        if room is not None:
            names = (str(one["name"]) for one in kept.values() if one.get("name"))
            name = next((f"#{name}" for name in names), "a thread in Slack")
            link = f"https://slack.com/app_redirect?channel={quote(str(room['channel']), safe='')}"
            rooms[incident] = Room(name, link)
    return rooms


def inbox_id(event: Event) -> str:
    """The id under which news of an effect is told once, however often it comes."""
    match event:
        case Delivered() | Refused():
            return f"{type(event).__name__.lower()}/{event.effect}"
        case _:
            return f"{type(event).__name__.lower()}/{event.at}"


def say_how_it_starts(settings: Settings, is_new: bool) -> None:
    """What is watched, and what is off and why: once, in the log. `is_new`: there was no store before."""
    log.info("started", location=settings.location, checks=len(settings.checks))
    if is_new and settings.store != General().store:
        where = file_at(settings.store) or "the server's database"
        log.warning(
            "a new store", store=str(where), why="it knows of no incident: is this its address?"
        )
    for off in settings.off:
        log.warning("off", what=off.what, why=off.why)
