"""Short words for what these tests do again and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from checker.responders.banner import Responder
from checker.responders.contract import Attempt, Done
from tests.responders.effects import first, publish

Make = Callable[..., Responder]
WORDS = "We are working on it."
SAID = json.dumps(WORDS)
BEFORE = json.dumps("Welcome to the new app.")


async def done(responder: Any, attempt: Attempt) -> Done:
    answer = await responder.carry_out(attempt)
    assert isinstance(answer, Done), answer
    return answer


async def published(responder: Any, **changes: Any) -> Done:
    return await done(responder, first(publish(**changes)))
