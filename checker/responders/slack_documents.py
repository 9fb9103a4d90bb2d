"""The analysis document in the room: as a file, or as a message where files cannot be left."""

from __future__ import annotations

from checker.responders.contract import Answer, Attempt, Done
from checker.responders.slack_files import Files
from checker.responders.slack_line import Place
from checker.responders.slack_message import Message, escaped, escaped_lines
from checker.responders.slack_refusals import NO_FILES, Refused, verdict_on_wish
from checker.responders.slack_voice import Voice
from checker.responders.slack_workspace import Workspace, holding
from probes.contract import one_line

TITLE_MAX = 200  # ours
TEXT_MAX = 30_000  # of a message; Slack takes 40 000
SHORT_MAX = 3500  # where that was too much after all
CUT = "\n… cut here: `checker incident export` has the whole of it."


class Documents:
    """Leaves documents."""

    def __init__(self, workspace: Workspace, files: Files, voice: Voice) -> None:
        self._workspace = workspace
        self._files = files
        self._voice = voice

    async def carry_out(self, attempt: Attempt, place: Place) -> Answer:
        try:
            return await self._as_file(attempt, place)
        except Refused as no:
            if no.word not in NO_FILES:
                return verdict_on_wish(no)
            why = f"Slack refused {no.method}: {no.word}"
        return await self._as_text(attempt, place, why)

    async def _as_file(self, attempt: Attempt, place: Place) -> Answer:
        payload = attempt.effect.payload
        name = one_line(payload["name"], TITLE_MAX)
        if attempt.unsure and await self._voice.there(attempt, place, holding(name)):
            return Done({"channel": place.channel}, note=f"the document is in Slack: {name}")
        if wait := self._voice.too_soon(place.channel):
            return wait
        title = escaped(payload["title"], TITLE_MAX)
        id_ = await self._files.upload(name, payload["text"].encode())
        try:
            await self._files.share(place, id_, title, title)
        except Refused as no:
            if no.word != "not_in_channel":
                raise
            await self._workspace.join(place.channel)
            await self._files.share(place, id_, title, title)
        self._voice.spoke(place.channel)
        return Done({"channel": place.channel}, note=f"the document is in Slack: {name}")

    async def _as_text(self, attempt: Attempt, place: Place, why: str) -> Answer:
        ts = await self._voice.there(attempt, place) if attempt.unsure else None
        if ts is None:
            if wait := self._voice.too_soon(place.channel):
                return wait
            text = attempt.effect.payload["text"]
            ts = await self._voice.speak(
                attempt, place, _written(text, TEXT_MAX), _written(text, SHORT_MAX)
            )
        note = f"the document is in Slack as a message, for it cannot be a file: {why}"
        return Done({"channel": place.channel, "ts": ts}, note=note)


def _written(text: str, limit: int) -> Message:
    """Markdown as it is: Slack's own marks are others."""
    whole = escaped_lines(text, 2 * limit)
    if len(whole) > limit:
        whole = escaped_lines(text, limit - len(CUT)).removesuffix("…") + CUT
    return Message(whole, is_formatted=False)
