"""Whatever others answer, and if it is all that we told them: what we say of it holds no secret of ours."""

from __future__ import annotations

import pytest

from checker.core.model import Duty
from checker.responders.contract import Attempt, KnowsOnCall, ReadsBack
from checker.responders.contract_findings import Examined
from tests.responders import effects
from tests.security.mirror import STATUSES, Mirror
from tests.security.planted import PLANTED_NAMES, found_in
from tests.security.test_outgoing import CASES, EFFECTS, PLANTED, ROOM, made


@pytest.mark.parametrize("form", ["json", "text", "html"])
@pytest.mark.parametrize(("kind", "duty"), CASES)
async def test_no_answer_of_a_responder_holds_what_it_was_told(kind: str, duty: Duty, form: str):
    receipts = {} if duty in (Duty.ROOM, Duty.FALLBACK) else {"room": ROOM}
    for status in STATUSES:
        async with Mirror([status], [form]) as mirror, made(kind, mirror.address) as responder:
            for unsure in (False, True):
                answer = await responder.carry_out(Attempt(EFFECTS[duty], receipts, unsure=unsure))
                assert found_in(str(answer), PLANTED_NAMES) == []


@pytest.mark.parametrize("form", ["json", "text", "html"])
@pytest.mark.parametrize("kind", PLANTED)
async def test_no_finding_about_a_responder_holds_what_it_was_told(kind: str, form: str):
    for status in STATUSES:
        async with Mirror([status], [form]) as mirror, made(kind, mirror.address) as responder:
            said = [await responder.examine()] if isinstance(responder, Examined) else []
            if isinstance(responder, ReadsBack):
                said.append(await responder.look_up(effects.KEY))
            if isinstance(responder, KnowsOnCall):
                said.append(await responder.on_call())
            assert found_in(str(said), PLANTED_NAMES) == []
