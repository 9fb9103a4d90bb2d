from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from checker.responders.slack import Responder
from tests.responders.effects import AT
from tests.responders.rooms import made_for
from tests.world.slack import Slack


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack(now=lambda: AT) as fake:
        yield fake


@pytest.fixture
async def responder_for(slack: Slack) -> AsyncIterator[Callable[..., Responder]]:
    """Makes a slack responder with these settings, and closes it after the test."""
    made: list[Responder] = []

    def make(**settings: object) -> Responder:
        made.append(made_for(slack, **settings))
        return made[-1]

    yield make
    for responder in made:
        await responder.close()


@pytest.fixture
def responder(responder_for: Callable[..., Responder]) -> Responder:
    return responder_for()
