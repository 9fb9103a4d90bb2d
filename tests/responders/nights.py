"""An incident's night at a Slack whose clock is set by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checker.core.model import Effect
from checker.responders.contract import Done
from checker.responders.slack import Responder, Settings
from tests.responders.effects import AT, first, notice, post
from tests.responders.rooms import NAME
from tests.world.slack import Slack
from tests.world.slack_workspace import Message


class Night:
    """An incident's room, the time, and what the responder has left behind so far."""

    def __init__(self) -> None:
        self.now = AT
        self.slack = Slack(now=lambda: self.now)
        self.receipts: dict[str, Any] = {}
        self.responder: Responder

    def restart(self, **more: Any) -> None:
        settings = Settings(**{"token": self.slack.token, "base_url": self.slack.api} | more)
        self.responder = Responder(settings, clock=lambda: self.now)

    async def tell(self, effect: Effect) -> Done:
        answer = await self.responder.carry_out(first(effect, **self.receipts))
        assert isinstance(answer, Done)
        self.receipts[effect.id] = answer.receipt
        return answer

    async def say(self, *numbers: int, every_s: float = 5.0, mood: str = "joined") -> None:
        """Posts with these numbers, one after the other."""
        for number in numbers:
            self.now += every_s
            await self.tell(self.numbered(number, mood))

    def numbered(self, number: int, mood: str = "joined") -> Effect:
        take = {"say": "lead us-42", "label": "Take the lead", "style": "", "form": "", "text": ""}
        title = f"news {number} of us-42"
        said = notice(mood=mood, title=title, next="", actions=[take])
        return replace(post(number), at=self.now, payload={"notice": said})

    @property
    def messages(self) -> list[Message]:
        return self.slack.workspace.channel(NAME).messages
