"""A daemon whose patience with those who do not answer is a part of what it is: half an hour becomes half a minute.

What operators cannot set (how long it waits before it tries again) is set here, in the child; looks, time-outs and
deadlines are config. What it promises to others stays as it is: a message a second to a channel, how long a
Retry-After is believed, how many messages an hour has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from checker import oncall
from checker.core import effects
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
PAGED = "U0TIM"
DEADLINE_S = 120.0 / SCALE  # for a page to be taken

WAITS: list[tuple[ModuleType, str]] = [
    (effects, "TOGETHER_S"),
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
async def hurried(folder: Path, *, second_way: bool = False) -> AsyncIterator[Stage]:
    """A stage with such a daemon. `second_way`: what nobody has taken within two minutes is told to PAGED directly."""
    async with stage(folder) as here:
        here.daemon = Forked(folder, prelude=partial(hurry, SCALE))
        rewrite(folder, partial(_told, here.world, second_way))
        yield here


def _told(world: World, second_way: bool, config: dict[str, Any]) -> None:
    known = config["responders"]
    known.update(responders(world))
    if second_way:
        slack = {"token": world.slack.token, "base_url": world.slack.api}
        direct = {"page_users": [PAGED], "duties": ["fallback"]}
        known["direct"] = {"kind": "slack", **slack, **direct}
        config["thresholds"]["page_deadline"] = f"{DEADLINE_S:g}s"
    for settings in known.values():
        settings["timeout"] = ANSWERS_WITHIN
