"""A PostHog with a banner, and a responder that may change it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from checker.responders.banner import Responder, Settings
from tests.responders.public.saying import Make
from tests.world.cloud import Cloud
from tests.world.posthog_flag_api import KEY, PROJECT, PosthogFlagApi


@pytest.fixture
async def cloud() -> AsyncIterator[Cloud]:
    async with Cloud("US") as made:
        yield made


@pytest.fixture
def flag(cloud: Cloud) -> PosthogFlagApi:
    return cloud.banner


@pytest.fixture
async def make(cloud: Cloud) -> AsyncIterator[Make]:
    made: list[Responder] = []

    def one(**settings: Any) -> Responder:
        told = {"host": cloud.app.address, "project_id": PROJECT, "personal_key": KEY}
        made.append(Responder(Settings(**told | {"timeout_s": 1.0} | settings)))
        return made[-1]

    yield one
    for responder in made:
        await responder.close()


@pytest.fixture
def banner(make: Make) -> Responder:
    return make()
