from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack.house import House, house
from tests.slack.said import ADA
from tests.world.slack_socket import SlackSocket


@pytest.fixture
async def slack() -> AsyncIterator[SlackSocket]:
    async with SlackSocket() as fake:
        fake.workspace.people[ADA] = "ada"
        yield fake


@pytest.fixture
async def home(tmp_path: Path, slack: SlackSocket) -> AsyncIterator[House]:
    async with house(tmp_path, slack) as home:
        yield home
