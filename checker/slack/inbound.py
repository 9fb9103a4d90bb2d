"""What a person says in Slack goes into the inbox once, and what came of it goes back to them.

Both ways in, Socket Mode and signed HTTP, end here. Slack waits three seconds and then delivers again, so that a word
which takes longer goes on by itself, and whoever brings it again waits for the same one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from checker.core.events import Declared, Led
from checker.core.incident import is_live
from checker.core.model import Incident, Maintenance
from checker.core.words import About
from checker.desk import Desk, Refusal, StillFails
from checker.responders.slack_settings import Settings
from checker.slack.answers import Reply, at_once, later, refused
from checker.slack.closing import once_more, once_more_in_words
from checker.slack.commands import parse
from checker.slack.forms import EMPTY, Form, Origin, view
from checker.slack.payloads import Spoken, Way
from checker.slack.people import People
from checker.slack.rooms import incident_of
from checker.slack.sentence import TEXT_MAX, Anyway, Scene, Shown, Usage
from checker.store.faults import StoreError
from checker.store.store import Store

ANSWER_WITHIN_S = 2.5  # of the three seconds that Slack waits
HEARD_WITHIN_S = 1.4  # that the core is given to take a word
ASK_WITHIN_S = 2.0  # that Slack is given for one call: a form must be opened within three seconds
REMEMBERED_MAX = 1000  # words whose answers are kept for when they are brought again
AT_ONCE_MAX = 100  # words, and answers to them, under way at the same time
KNOWN_MAX = 50  # newest incidents that can be spoken of without doubt

NAME = "@checker"  # how one speaks to us without a slash command, in the usage
PERSON = re.compile(r"[UW][A-Z0-9]{5,}")  # Slack's id of a person
MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|([^<>]*))?>")
SLOW = "That takes longer than usual. `show` says what became of it; nothing is done twice."
FULL = "Too much is said at once. Nothing was done; please say it again in a moment."
NO_STORE = (
    "The store is full or busy, so I cannot say whether that was taken. "
    "Please look with `show` in a moment, and say it again if it was not."
)
NO_FORM = "The form could not be opened. Press once more, or say it:"
CUT = f"(Cut to {TEXT_MAX} characters.)"
BROKEN = "Something broke here, and the log says what. Please use `checker incident` meanwhile."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the inbound is joined to."""

    store: Store
    beat: Callable[[], None]  # the daemon looks into its inbox now
    targets: Callable[[], Sequence[str]]  # that are watched now
    bounded: Callable[[str], None]  # told when one of our limits was reached


class Inbound:
    """One Slack workspace, listened to."""

    def __init__(
        self, settings: Settings, ports: Ports, answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self._commands = settings.commands
        self._ports = ports
        self._answer_within_s = answer_within_s
        self._desk = Desk(ports.store, ports.beat, HEARD_WITHIN_S)
        self._people = People(
            settings.token.get_secret_value(), str(settings.base_url), ASK_WITHIN_S
        )
        self._words: dict[str, asyncio.Task[Reply]] = {}
        self._whispers: set[asyncio.Task[None]] = set()

    async def answer(self, said: Spoken) -> Mapping[str, Any] | None:
        """What goes back to Slack at once, perhaps nothing in it; None: not taken, so let Slack bring it again."""
        reply = await self.hear(said)
        if text := later(said, reply):
            self.whisper(said, text)
        return at_once(said, reply)

    async def hear(self, said: Spoken) -> Reply:
        """Takes what was said, once, and waits a little for what comes of it. Never raises."""
        word = self._words.get(said.id) or self._begin(said)
        if word is None:
            self._ports.bounded("slack_words")
            return Reply(FULL, taken=False)
        try:
            async with asyncio.timeout(self._answer_within_s):
                return await asyncio.shield(word)
        except TimeoutError:
            return Reply(SLOW, taken=False)

    def whisper(self, said: Spoken, text: str) -> None:
        """Soon tells the one who spoke, where they spoke."""
        if not said.channel:
            return
        if len(self._whispers) >= AT_ONCE_MAX:
            self._ports.bounded("slack_answers")
            return
        task = asyncio.create_task(self._whisper(said, text))
        self._whispers.add(task)
        task.add_done_callback(self._whispers.discard)

    async def close(self) -> None:
        """What is under way is dropped: what is in the inbox is heard after the next start."""
        under_way = [*self._words.values(), *self._whispers]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._people.close()

    def _begin(self, said: Spoken) -> asyncio.Task[Reply] | None:
        """None when too much is under way."""
        if sum(not word.done() for word in self._words.values()) >= AT_ONCE_MAX:
            return None
        if len(self._words) >= REMEMBERED_MAX:
            del self._words[next(id_ for id_, word in self._words.items() if word.done())]
        self._words[said.id] = asyncio.create_task(self._answered(said))
        return self._words[said.id]

    async def _answered(self, said: Spoken) -> Reply:
        try:
            reply = await self._answer(said)
        except Refusal as refusal:
            reply = refused(said, str(refusal))
        except StoreError as fault:
            log.error("a word was not stored", way=said.way, why=str(fault))
            self._words.pop(said.id, None)
            return refused(said, NO_STORE)
        except Exception:  # a bug of ours must not end the line to Slack
            log.exception("a word broke", way=said.way)
            return refused(said, BROKEN)
        was_cut = len(said.text) > TEXT_MAX
        return replace(reply, text=f"{reply.text} {CUT}") if was_cut else reply

    async def _answer(self, said: Spoken) -> Reply:
        if said.way is Way.COMMAND and said.command not in self._commands:
            known = ", ".join(self._commands)
            return Reply(f"{said.command} is not among my commands: {known}.")
        if said.form is not None and said.way is Way.BUTTON:
            return Reply(await self._ask(said, said.form))
        if said.form is not None and said.form.empty:
            return refused(said, EMPTY)
        incidents = await self._desk.newest(KNOWN_MAX)
        heard = parse(said.text, await self._scene(said, incidents))
        if isinstance(heard, Usage):
            if heard.form is not None and said.trigger:
                await self._ask(said, heard.form)
            return refused(said, heard.text)
        if isinstance(heard, Shown):
            return Reply(await self._shown(heard.incident, incidents))
        return await self._said(said, heard)

    async def _ask(self, said: Spoken, form: Form) -> str:
        """Opens a form; what to say if it cannot be."""
        shown = view(form, Origin(said.channel, said.thread))
        missed = await self._people.show(said.trigger, shown)
        if missed:
            log.warning("a form was not opened", why=missed)
        return f"{NO_FORM} ({missed}) `{NAME} {form.say} …`" if missed else ""

    async def _scene(self, said: Spoken, incidents: Sequence[Incident]) -> Scene:
        store, room, thread = self._ports.store, said.room, said.thread
        return Scene(
            at=self._desk.now(),
            by=await self._people.name(said.user, said.name),
            here=await incident_of(store, said.channel, room, incidents, thread),
            known=frozenset(incident.id for incident in incidents),
            targets=tuple(self._ports.targets()),
            command=said.command or NAME,
            filled=said.form.filled if said.form else {},
        )

    async def _said(self, said: Spoken, heard: Declared | About | Maintenance | Anyway) -> Reply:
        if isinstance(heard, Led):
            heard = replace(heard, lead=await self._lead(said.text, heard.lead))
        try:
            return Reply(await self._told(said.inbox_id, heard))
        except StillFails as still:
            if said.form is None:
                return Reply(once_more_in_words(still, heard, said.command or NAME))
            origin = Origin(said.channel, said.thread)
            return Reply(str(still), form=once_more(still, said.form, origin))

    async def _told(self, inbox_id: str, heard: Declared | About | Maintenance | Anyway) -> str:
        match heard:
            case Declared(target=target, by=by, what=what, severity=severity):
                return (await self._desk.declare(target, by, what, severity, inbox_id)).said
            case Maintenance():
                return await self._desk.plan(heard, inbox_id)
            case Anyway(word=word):
                return await self._desk.say(word, inbox_id, anyway=True)
            case _:
                return await self._desk.say(heard, inbox_id)

    async def _lead(self, text: str, lead: str) -> str:
        """What whoever takes over is called, if they were mentioned."""
        ids = {handle or id_: id_ for id_, handle in MENTIONED.findall(text)}
        id_ = ids.get(lead, lead)
        handle = "" if id_ == lead else lead
        return await self._people.name(id_, handle) if PERSON.fullmatch(id_) else lead

    async def _shown(self, id_: str, incidents: Sequence[Incident]) -> str:
        if id_:
            return standing((await self._desk.story(id_)).incident)
        live = [standing(incident) for incident in incidents if is_live(incident)]
        return "\n".join(live) or "Nothing is open."

    async def _whisper(self, said: Spoken, text: str) -> None:
        missed = await self._people.whisper(said.channel, said.user, text, said.thread)
        if missed:
            log.warning("an answer was not delivered", why=missed)


def standing(incident: Incident) -> str:
    """How it stands, in a line."""
    lead = f"led by {incident.lead}" if incident.lead else "nobody leads yet"
    said = f": {incident.status}" if incident.status else "."
    return f"{incident.id} is {incident.phase}, {incident.severity.word}, {lead}{said}"
