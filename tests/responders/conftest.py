from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checker.responders.slack import Responder
from tests.responders.effects import AT
from tests.responders.rooms import responder_for
from tests.world.slack import Slack


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack(now=lambda: AT) as fake:
        yield fake


@pytest.fixture
def responder(slack: Slack) -> Responder:
    return responder_for(slack)
