"""People and user groups of a workspace, found by the addresses that others have of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from checker.responders.contract import Later
from checker.responders.slack_answers import listed, needed
from checker.responders.slack_line import Line
from checker.responders.slack_refusals import Refused, Unanswered, verdict_on_wish
from checker.responders.slack_settings import Settings
from probes.contract import one_line

GUESTS_MAX = 100  # Slack's, of one conversations.invite; in docs.slack.dev now 1000
KNOWN_MAX = 1000  # addresses that are remembered
NAME_MAX = 60  # characters of a name that is said

PERSON = re.compile(r"[UW][A-Z0-9]+")
GROUP = re.compile(r"S[A-Z0-9]+")
ID = re.compile(
    r"(?=.*[0-9])[UWS][A-Z0-9]{4,}"
)  # among words: UX and SRE are teams, U024BE7LH is none


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who should be there. `address`: an id, a user group's id or an e-mail; empty: nobody knows it."""

    name: str
    address: str


@dataclass(slots=True)
class Found:
    """`ids`: Slack's id → what we call them. `missing`: who was not found, in words for people."""

    ids: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def lack(self, why: str) -> None:
        if why not in self.missing:
            self.missing.append(why)


def guests_of(payload: Mapping[str, Any], settings: Settings) -> list[Guest]:
    """Whom an `invite` asks for, in order."""
    return list(_guests(payload, settings))


def _guests(payload: Mapping[str, Any], settings: Settings) -> Iterator[Guest]:
    if payload["always"]:
        names = {address: name for name, address in settings.people.items()}
        yield from (Guest(names.get(id_, id_), id_) for id_ in settings.invite)
    for owner in payload["owners"]:
        known = settings.people.get(owner)
        yield Guest(owner, known or (owner if is_address(owner) else ""))
    for person in payload["people"]:
        known = settings.people.get(person["name"])
        yield Guest(person["name"] or person["email"], known or person["email"])


def is_address(text: str) -> bool:
    """Whether Slack can be asked about it as it is."""
    return bool(ID.fullmatch(text) or "@" in text[1:-1])


def shown(name: str) -> str:
    """A name as it may be said everywhere: of an e-mail address only what stands before the @."""
    head, at, _ = one_line(name, NAME_MAX).partition("@")
    return f"{head}@…" if head and at else one_line(name, NAME_MAX)


class Directory:
    """Who is who. What was found is remembered; who was not may come tomorrow, and is asked for again."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._known: dict[str, str] = {}

    async def find(self, guests: Iterable[Guest], patient: bool = True) -> Found:
        """Raises Refused for what ails every call, and Unanswered unless it is not worth another try."""
        found = Found()
        for guest in guests:
            try:
                ids = await self._ids(guest, found)
            except Refused as no:
                if isinstance(verdict_on_wish(no), Later):
                    raise
                found.lack(f"{shown(guest.name)}: Slack refused {no.method}: {no.word}")
                continue
            except Unanswered as lost:
                if patient:
                    raise
                found.lack(f"{shown(guest.name)}: {lost.later.why}")
                continue
            for id_ in ids:
                if len(found.ids) == GUESTS_MAX and id_ not in found.ids:
                    found.lack(f"more than {GUESTS_MAX}")
                else:
                    found.ids.setdefault(id_, shown(guest.name))
        return found

    async def _ids(self, guest: Guest, found: Found) -> list[str]:
        if not guest.address:
            found.lack(f"no address of {shown(guest.name)}")
            return []
        if PERSON.fullmatch(guest.address):
            return [guest.address]
        if GROUP.fullmatch(guest.address):
            return await self._members(guest.address)
        id_ = self._known.get(guest.address) or await self._by_email(guest.address)
        if id_ is None:
            found.lack(f"not in Slack: {shown(guest.name)}")
        return [id_] if id_ else []

    async def _members(self, group: str) -> list[str]:
        request = self._line.client.usergroups_users_list(usergroup=group)
        users = listed(await self._line.ask(request), "users")
        return [user for user in users if isinstance(user, str) and PERSON.fullmatch(user)]

    async def _by_email(self, email: str) -> str | None:
        try:
            answer = await self._line.ask(self._line.client.users_lookupByEmail(email=email))
        except Refused as no:
            if no.word == "users_not_found":
                return None
            raise
        id_ = needed(answer, "user", "id")
        if len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        self._known[email] = id_
        return id_
