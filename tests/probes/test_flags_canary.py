"""A canary that is missing: was it not returned, or have we removed it ourselves?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from probes.contract import Outcome, Reason, Verdict
from probes.flags import Params, activity, probe
from probes.wire.exchange import Exchange
from tests.probes.onlooker import found, io_for, serving, target
from tests.world.posthog_flags import CANARY, PosthogFlags

SEEN = MappingProxyType({"seen": {CANARY: True}})


async def asked(
    flags: PosthogFlags,
    wire,
    memory: Mapping[str, Any] = SEEN,
    *,
    canary: str = CANARY,
    personal: bool = True,
) -> Outcome:
    """A look with or without a personal key, by which our project can be asked."""
    async with serving(flags.routes(), flags.app_routes()) as origin:
        at = target(origin, origin, personal=personal)
        return await probe(Params(canary=canary), io_for(wire, at, memory=memory))


def forgetful() -> PosthogFlags:
    flags = PosthogFlags()
    flags.forgotten = True
    return flags


async def test_a_missing_canary_that_is_active_in_our_project_is_not_returned(wire):
    flags = forgetful()
    outcome = await asked(flags, wire, {})
    assert found(outcome) == (Verdict.FAILED, Reason.FLAGS)
    assert flags.inquiries == ["Bearer phx_canary"]


@pytest.mark.parametrize("active", [False, None])
async def test_a_canary_that_we_switched_off_or_deleted_is_our_own_doing(active, wire):
    flags = forgetful()
    flags.active = active
    outcome = await asked(flags, wire)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert outcome.detail == f"our flag {CANARY} is switched off or deleted in our project"


async def test_what_the_app_said_is_good_for_a_minute(wire):
    flags = forgetful()
    memory = (await asked(flags, wire)).memory
    outcome = await asked(flags, wire, memory)
    assert found(outcome) == (Verdict.FAILED, Reason.FLAGS)
    assert len(flags.inquiries) == 1


async def test_after_a_minute_the_app_is_asked_again(wire):
    flags = forgetful()
    long_ago = {"asked": {CANARY: {"at": 0.0, "active": True}}}
    await asked(flags, wire, long_ago)
    assert len(flags.inquiries) == 1


async def test_when_the_app_does_not_say_a_canary_seen_before_is_not_returned(wire):
    flags = forgetful()
    flags.app_status = 503
    assert found(await asked(flags, wire)) == (Verdict.FAILED, Reason.FLAGS)


async def test_a_canary_that_was_never_seen_is_rather_our_configuration(wire):
    flags = forgetful()
    outcome = await asked(flags, wire, {}, personal=False)
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.LOOK_UP)
    assert "has never been seen here" in outcome.detail


async def test_a_canary_is_noted_once_when_it_is_first_seen(wire):
    assert (await asked(PosthogFlags(), wire, {})).memory == {"seen": {CANARY: True}}
    assert (await asked(PosthogFlags(), wire, SEEN)).memory is None


async def test_errors_leave_no_doubt_and_nobody_is_asked(wire):
    flags = forgetful()
    flags.errors = True
    assert (await asked(flags, wire, {})).verdict is Verdict.FAILED
    assert flags.inquiries == []


async def test_a_key_that_needs_quoting_is_asked_for_as_it_is(wire):
    flags = forgetful()
    key = "a b/ü&limit=1#?"
    flags.values = {key: True}
    outcome = await asked(flags, wire, canary=key)
    assert found(outcome) == (Verdict.FAILED, Reason.FLAGS)


@pytest.mark.parametrize(
    ("body", "active"),
    [
        ({"results": [{"key": CANARY, "active": True}]}, True),
        ({"results": [{"key": CANARY, "active": True, "deleted": True}]}, False),
        ({"results": [{"key": CANARY}]}, False),
        ({"results": [3, {"key": "another", "active": True}], "next": None}, False),
        ({"results": [], "next": "https://us.posthog.com/page2"}, None),
        ({"results": {}}, None),
        ([], None),
    ],
)
def test_a_list_of_flags_says_whether_ours_is_active(body, active):
    assert activity(Exchange(status=200, body=json.dumps(body).encode()), CANARY) is active
