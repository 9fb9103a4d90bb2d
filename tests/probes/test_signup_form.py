"""The empty form: twice a day at most, refused as it must be, and nothing made."""

from __future__ import annotations

import pytest

from probes.contract import Outcome, Reason, Verdict
from probes.signup import FORM_EVERY_S, Params, judge_form, probe
from probes.wire.exchange import Exchange, Failure
from probes.wire.fetch import Wire
from tests.probes.onlooker import START, Watch, found, io_for, merged, serving, target
from tests.world.posthog_signup import PosthogSignup

DUE = {"form_due": START.timestamp()}


class Daemon:
    """Looks again and again, and remembers."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.signup = PosthogSignup()
        self.watch = Watch()
        self.memory: dict[str, object] = dict(DUE)

    async def look(self, *, forms: bool = True) -> Outcome:
        async with serving(self.signup.routes()) as origin:
            io = io_for(self.wire, target(app=origin), memory=self.memory, now=self.watch)
            outcome = await probe(Params(forms=forms), io)
        self.memory = merged(self.memory, outcome.memory)
        return outcome


@pytest.fixture
def daemon(wire) -> Daemon:
    return Daemon(wire)


async def test_an_empty_form_that_is_refused_for_what_is_missing_passes(daemon):
    outcome = await daemon.look()
    assert outcome.verdict is Verdict.PASSED
    assert daemon.signup.forms == [b"{}"]
    assert daemon.signup.made == []


async def test_two_forms_a_day_and_no_more_are_sent_however_often_we_look(daemon):
    for _ in range(96):
        assert (await daemon.look()).verdict is Verdict.PASSED
        daemon.watch.wait(900)
    assert len(daemon.signup.forms) == 2


async def test_no_form_is_sent_until_our_memory_has_shown_that_it_holds(daemon):
    daemon.memory = {}
    await daemon.look()
    assert daemon.signup.forms == []
    await daemon.look()
    assert len(daemon.signup.forms) == 1


async def test_a_due_time_that_the_clock_made_absurd_is_due(daemon):
    daemon.memory = {"form_due": START.timestamp() + 1e9}
    await daemon.look()
    assert len(daemon.signup.forms) == 1


async def test_no_form_is_sent_where_nobody_wants_it(daemon):
    outcome = await daemon.look(forms=False)
    assert (outcome.verdict, outcome.memory) == (Verdict.PASSED, None)
    assert daemon.signup.forms == []


async def test_a_form_that_makes_something_is_a_failure_of_its_own(daemon):
    daemon.signup.form_status = 201
    outcome = await daemon.look()
    assert found(outcome) == (Verdict.FAILED, Reason.CREATED)
    assert outcome.memory == {"form_due": START.timestamp() + FORM_EVERY_S}


@pytest.mark.parametrize("status", [200, 404, 500, 503])
async def test_a_form_with_another_answer_is_broken(status, daemon):
    daemon.signup.form_status = status
    outcome = await daemon.look()
    assert found(outcome) == (Verdict.FAILED, Reason.STATUS)
    assert outcome.detail == f"the form: status {status}"


async def test_a_throttled_form_is_our_own_limit(daemon):
    daemon.signup.forms = [b""] * 5
    outcome = await daemon.look()
    assert found(outcome) == (Verdict.INCONCLUSIVE, Reason.OWN_LIMIT)
    assert outcome.values["retry_after_seconds"] == 3600.0
    await daemon.look()
    assert len(daemon.signup.forms) == 6


async def test_what_else_was_found_stands_when_the_form_is_throttled(daemon):
    daemon.signup.script_base = "https://elsewhere.test"
    daemon.signup.forms = [b""] * 5
    assert (await daemon.look()).reason is Reason.LOOK_UP


async def test_no_form_is_sent_when_the_way_to_it_is_broken(daemon):
    daemon.signup.script_is_html = True
    assert (await daemon.look()).verdict is Verdict.FAILED
    assert daemon.signup.forms == []


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (Exchange(Failure(Reason.TIMEOUT)), Verdict.FAILED, Reason.TIMEOUT),
        (Exchange(status=400, body=b"<html>"), Verdict.FAILED, Reason.BODY),
        (Exchange(status=400, body=b'{"code": "invalid"}'), Verdict.FAILED, Reason.BODY),
        (Exchange(status=403, body=b"<html>"), Verdict.INCONCLUSIVE, Reason.CHALLENGE),
        (
            Exchange(status=403, body=b'{"code": "permission_denied"}'),
            Verdict.FAILED,
            Reason.STATUS,
        ),
    ],
)
def test_only_a_refusal_for_a_missing_field_is_right(answer, verdict, reason):
    wrong = judge_form(answer)
    assert wrong is not None
    assert found(wrong) == (verdict, reason)
