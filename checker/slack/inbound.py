"""What a person says in Slack goes into the inbox once, and what came of it goes back to them.

Both ways in, Socket Mode and signed HTTP, end here. Slack waits three seconds and then delivers again, so that a word
which takes longer goes on by itself, and whoever brings it again waits for the same one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from checker.core.events import Declared, Led
from checker.core.incident import is_live
from checker.core.model import Incident
from checker.core.words import About
from checker.desk import Desk, Refusal
from checker.responders.slack import Settings
from checker.slack.commands import TEXT_MAX, Scene, Shown, Usage, parse
from checker.slack.payloads import Spoken, Way
from checker.slack.people import People
from checker.slack.rooms import incident_of
from checker.store.faults import StoreError
from checker.store.store import Store

ANSWER_WITHIN_S = 2.5  # of the three seconds that Slack waits
HEARD_WITHIN_S = 1.4  # that the core is given to take a word
ASK_WITHIN_S = 0.8  # that Slack is given to tell a name
REMEMBERED_MAX = 1000  # words whose answers are kept for when they are brought again
AT_ONCE_MAX = 100  # words, and answers to them, under way at the same time
KNOWN_MAX = 50  # newest incidents that can be spoken of without doubt

NAME = "@checker"  # how one speaks to us without a slash command, in the usage
PERSON = re.compile(r"[UW][A-Z0-9]{5,}")  # Slack's id of a person
SLOW = "That takes longer than usual. `show` says what became of it; nothing is done twice."
FULL = "Too much is said at once. Nothing was done; please say it again in a moment."
NO_STORE = (
    "The store is full or busy, so I cannot say whether that was taken. "
    "Please look with `show` in a moment, and say it again if it was not."
)
BROKEN = "Something broke here, and the log says what. Please use `checker incident` meanwhile."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the inbound is joined to."""

    store: Store
    beat: Callable[[], None]  # the daemon looks into its inbox now
    targets: Callable[[], Sequence[str]]  # that are watched now
    bounded: Callable[[str], None]  # told when one of our limits was reached


@dataclass(frozen=True, slots=True)
class Reply:
    """For the one who spoke. Not `taken`: it may not be in the inbox yet, so let Slack bring it again."""

    text: str
    taken: bool = True


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
        self._words: dict[str, asyncio.Task[str]] = {}
        self._whispers: set[asyncio.Task[None]] = set()

    async def hear(self, said: Spoken) -> Reply:
        """Takes what was said, once, and waits a little for what comes of it. Never raises."""
        word = self._words.get(said.id) or self._begin(said)
        if word is None:
            self._ports.bounded("slack_words")
            return Reply(FULL, taken=False)
        try:
            async with asyncio.timeout(self._answer_within_s):
                return Reply(await asyncio.shield(word))
        except TimeoutError:
            return Reply(SLOW, taken=False)

    def whisper(self, said: Spoken, reply: Reply) -> None:
        """Soon tells the one who spoke, where they spoke. A slash command is answered in its reply instead."""
        if not said.channel:
            return
        if len(self._whispers) >= AT_ONCE_MAX:
            self._ports.bounded("slack_answers")
            return
        task = asyncio.create_task(self._whisper(said, reply.text))
        self._whispers.add(task)
        task.add_done_callback(self._whispers.discard)

    async def close(self) -> None:
        """What is under way is dropped: what is in the inbox is heard after the next start."""
        under_way = [*self._words.values(), *self._whispers]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self._people.close()

    def _begin(self, said: Spoken) -> asyncio.Task[str] | None:
        """None when too much is under way."""
        if sum(not word.done() for word in self._words.values()) >= AT_ONCE_MAX:
            return None
        if len(self._words) >= REMEMBERED_MAX:
            del self._words[next(id_ for id_, word in self._words.items() if word.done())]
        self._words[said.id] = asyncio.create_task(self._answered(said))
        return self._words[said.id]

    async def _answered(self, said: Spoken) -> str:
        try:
            answer = await self._answer(said)
        except Refusal as refusal:
            answer = str(refusal)
        except StoreError as fault:
            log.error("a word was not stored", way=said.way, why=str(fault))
            self._words.pop(said.id, None)
            return NO_STORE
        except Exception:  # a bug of ours must not end the line to Slack
            log.exception("a word broke", way=said.way)
            return BROKEN
        return answer + (f" (Cut to {TEXT_MAX} characters.)" if len(said.text) > TEXT_MAX else "")

    async def _answer(self, said: Spoken) -> str:
        if said.way is Way.COMMAND and said.command not in self._commands:
            return f"{said.command} is not among my commands: {', '.join(self._commands)}."
        incidents = await self._desk.newest(KNOWN_MAX)
        heard = parse(said.text, await self._scene(said, incidents))
        match heard:
            case Usage():
                return heard.text
            case Shown():
                return await self._shown(heard.incident, incidents)
            case _:
                return await self._said(heard, f"slack/{said.id}")

    async def _scene(self, said: Spoken, incidents: Sequence[Incident]) -> Scene:
        return Scene(
            at=self._desk.now(),
            by=await self._people.name(said.user, said.name),
            here=await incident_of(self._ports.store, said.channel, said.room, incidents),
            known=frozenset(incident.id for incident in incidents),
            targets=tuple(self._ports.targets()),
            command=said.command or NAME,
        )

    async def _said(self, word: Declared | About, inbox_id: str) -> str:
        if isinstance(word, Declared):
            return await self._desk.declare(
                word.target, word.by, word.what, word.severity, inbox_id
            )
        if isinstance(word, Led) and PERSON.fullmatch(word.lead):
            word = replace(word, lead=await self._people.name(word.lead))
        return await self._desk.say(word, inbox_id)

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
