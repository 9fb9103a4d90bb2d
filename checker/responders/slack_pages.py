"""The second way to page: a direct message to each of those whom the config names.

It is done when one of them has it. What is sent again after that would wake nobody who is awake already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from checker.responders.contract import Answer, Attempt, Done, Later, Never
from checker.responders.slack_answers import needed
from checker.responders.slack_line import Line, Place
from checker.responders.slack_message import Message, full, plain
from checker.responders.slack_people import shown
from checker.responders.slack_refusals import PERSONAL, Refused, Unanswered, verdict
from checker.responders.slack_voice import Voice

NOBODY = "nobody can be told: `page_users` of the Slack responder is empty"


class Pages:
    """Writes to people directly."""

    def __init__(self, users: Sequence[str], line: Line, voice: Voice) -> None:
        self._users = users
        self._line = line
        self._voice = voice

    async def carry_out(self, attempt: Attempt, room: str) -> Answer:
        """`room`: the id of the incident's channel; empty: there is none."""
        if not self._users:
            return Never(why=NOBODY)
        answers = await asyncio.gather(*(self._told(attempt, u, room) for u in self._users))
        by_user = dict(zip(self._users, answers, strict=True))
        told = [user for user, answer in by_user.items() if answer is None]
        missed = {user: answer for user, answer in by_user.items() if answer is not None}
        if not told:
            return _worst(list(missed.values()))
        reached = f"told directly in Slack: {', '.join(map(shown, told))}"
        return Done({}, note="; ".join([reached, *(f"{u}: {a.why}" for u, a in missed.items())]))

    async def _told(self, attempt: Attempt, user: str, room: str) -> Later | Never | None:
        """None when that person has the message; else why not."""
        try:
            place = Place(await self._direct(user))
            if not (attempt.unsure and await self._voice.there(attempt, place)):
                long, short = message(attempt.effect.payload, room)
                await self._voice.speak(attempt, place, long, short)
        except Refused as no:
            if no.word in PERSONAL:
                return Never(why=f"Slack refused {no.method}: {no.word}")
            return verdict(no)
        except Unanswered as lost:
            return lost.later
        return None

    async def _direct(self, user: str) -> str:
        """The id of our direct messages with somebody."""
        request = self._line.client.conversations_open(users=[user])
        try:
            return needed(await self._line.ask(request), "channel", "id")
        except Refused as no:
            if no.word != "missing_scope":
                raise
            return user  # chat.postMessage takes a person for a channel, without im:write


def _worst(missed: Sequence[Later | Never]) -> Answer:
    """What to do when nobody has it: try again if that can help anybody."""
    again = [answer for answer in missed if isinstance(answer, Later)]
    if not again:
        return Never(why="; ".join(dict.fromkeys(answer.why for answer in missed)))
    asked = [answer.after_s for answer in again if answer.after_s is not None]
    return Later(
        why="; ".join(dict.fromkeys(answer.why for answer in again)),
        after_s=min(asked) if len(asked) == len(again) else None,
        unsure=any(answer.unsure for answer in again),
    )


def message(page: Mapping[str, Any], room: str = "") -> tuple[Message, Message]:
    """A page as a message that cannot be taken for another, and the same in few words."""
    links = [{"label": link["text"], "text": link["href"]} for link in page["links"]]
    details = [{"label": label, "text": text} for label, text in page["details"].items()]
    notice = {
        "mood": "open",
        "severity": page["severity"],
        "title": f"You are being paged: {page['summary']}",
        "lines": [*details, *links],
        "next": "",
    }
    long, short = full(notice), plain(notice)
    if not room:
        return long, short
    meet = {"type": "section", "text": {"type": "mrkdwn", "text": f"Meet in <#{room}>."}}
    return (
        Message(long.text, [*long.blocks, meet]),
        Message(f"{short.text}\nMeet in <#{room}>."),
    )
