"""Bringing people into a room: invited where it is a channel, called by one message where it is a thread.

What is said in the room comes after this, and must not wait for long: after TRIES_MAX tries, whoever Slack could not be
asked about is left out, and the timeline says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from checker.responders.contract import Answer, Attempt, Done
from checker.responders.slack_line import Place
from checker.responders.slack_message import Message, escaped
from checker.responders.slack_patience import Patience
from checker.responders.slack_people import Directory, Found, guests_of
from checker.responders.slack_refusals import Refused, Unanswered, verdict_on_wish
from checker.responders.slack_settings import Settings
from checker.responders.slack_voice import Voice
from checker.responders.slack_workspace import Workspace

WHY_MAX = 300  # characters of why they are called
TRIES_MAX = 3
NAMED_MAX = 12  # people whose names the timeline gets; the others are counted


class Invitations:
    """Asks people in. Nobody's absence keeps out another."""

    def __init__(
        self, settings: Settings, workspace: Workspace, directory: Directory, voice: Voice
    ) -> None:
        self._settings = settings
        self._workspace = workspace
        self._directory = directory
        self._voice = voice
        self._patience = Patience(TRIES_MAX)

    async def carry_out(self, attempt: Attempt, place: Place) -> Answer:
        patient = self._patience.lasts(attempt.effect.id)
        try:
            return await self._bring(attempt, place, patient)
        except Unanswered as lost:
            if patient:
                raise
            return Done({"channel": place.channel}, note=f"nobody asked in: {lost.later.why}")

    async def _bring(self, attempt: Attempt, place: Place, patient: bool) -> Answer:
        guests = guests_of(attempt.effect.payload, self._settings)
        try:
            found = await self._directory.find(guests, patient)
            if place.thread and found.ids:
                return await self._call(attempt, place, found)
            missed = await self._invite(place, found) if found.ids else []
        except Refused as no:
            return verdict_on_wish(no)
        invited = [name for id_, name in found.ids.items() if id_ not in missed]
        return Done({"channel": place.channel}, note=_note("invited in Slack", invited, found))

    async def _invite(self, place: Place, found: Found) -> list[str]:
        """The ids of those whom Slack did not let in."""
        refused = await self._workspace.invite(place.channel, list(found.ids))
        for id_, word in refused.items():
            found.lack(f"not let in: {found.ids.get(id_, id_)} ({word})")
        return list(refused)

    async def _call(self, attempt: Attempt, place: Place, found: Found) -> Answer:
        ts = await self._voice.there(attempt, place) if attempt.unsure else None
        if ts is None:
            if wait := self._voice.too_soon(place.channel):
                return wait
            mentions = " ".join(f"<@{id_}>" for id_ in found.ids)
            text = f"{mentions} {escaped(attempt.effect.payload['why'], WHY_MAX)}"
            ts = await self._voice.speak(attempt, place, Message(text), Message(text))
        note = _note("called in Slack", list(found.ids.values()), found)
        return Done({"channel": place.channel, "ts": ts}, note=note)


def _note(done: str, names: Iterable[str], found: Found) -> str:
    """One line for the timeline; no e-mail address stands in it."""
    once = list(dict.fromkeys(names))
    named = ", ".join(once[:NAMED_MAX])
    more = f" and {len(once) - NAMED_MAX} more" if len(once) > NAMED_MAX else ""
    return "; ".join([*([f"{done}: {named}{more}"] if named else []), *found.missing])
