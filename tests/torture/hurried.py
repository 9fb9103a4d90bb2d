"""A daemon whose patience with those who do not answer is a part of what it is: half an hour becomes half a minute.

What operators cannot set (how long it waits before it tries again) is set here, in the child; looks, time-outs and
deadlines are config. What it promises to others stays as it is: a message a second to a channel, how long a
Retry-After is believed, how many messages an hour has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from checker import oncall
from checker.delivery import lane
from checker.responders import (
    contract_http,
    pagerduty,
    pagerduty_incident,
    pagerduty_rest,
    slack_answers,
    slack_pace,
    slack_refusals,
    slack_seen,
)
from tests.torture.forked import Forked
from tests.torture.stage import Stage, responders, rewrite, stage
from tests.world.world import World

SCALE = 60  # a minute is a second
ANSWERS_WITHIN = "1s"  # of anybody who is told

WAITS: list[tuple[ModuleType, str]] = [
    (lane, "FIRST_S"),
    (lane, "LONGEST_S"),
    (oncall, "AGAIN_S"),
    (contract_http, "MEND_AFTER_S"),
    (contract_http, "ODD_AFTER_S"),
    (contract_http, "THROTTLED_S"),
    (pagerduty, "ODD_STATUS_AFTER_S"),
    (pagerduty_incident, "MENDED_S"),
    (pagerduty_rest, "MENDED_S"),
    (pagerduty_rest, "THROTTLED_S"),
    (slack_answers, "AWAY_AFTER_S"),
    (slack_pace, "LATE_S"),
    (slack_refusals, "MEND_AFTER_S"),
    (slack_seen, "MENDED_S"),
]


def hurry(scale: float) -> None:
    """In the child, before it begins. AttributeError if one of the waits has another name by now."""
    for module, name in WAITS:
        setattr(module, name, getattr(module, name) / scale)


@asynccontextmanager
async def hurried(
    folder: Path, scale: float = SCALE, more: Mapping[str, Mapping[str, Any]] | None = None
) -> AsyncIterator[Stage]:
    """A stage with such a daemon. `more`: what else those who are told have in their config, by name."""
    async with stage(folder) as here:
        here.daemon = Forked(folder, prelude=partial(hurry, scale))
        rewrite(folder, partial(_told, here.world, more or {}))
        yield here


def _told(world: World, more: Mapping[str, Mapping[str, Any]], config: dict[str, Any]) -> None:
    known = config["responders"]
    known.update(responders(world))
    for settings in known.values():
        settings["timeout"] = ANSWERS_WITHIN
    for name, settings in more.items():
        known[name] = {**known.get(name, {}), **settings}
