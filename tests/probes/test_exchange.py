"""An exchange as a value: what can be read from it, and what Outcome it gives."""

from __future__ import annotations

import pytest

from probes.contract import Outcome, Reason, Timing, Verdict
from probes.wire.exchange import Exchange, Failure, Request, verdict_of


def test_an_exchange_passes_with_what_was_measured():
    exchange = Exchange(
        status=200, phases={Timing.CONNECT: 0.1}, values={"http_status_code": 200.0}
    )
    assert exchange.outcome(values={"flags": 3.0}) == Outcome(
        Verdict.PASSED,
        phases={Timing.CONNECT: 0.1},
        values={"http_status_code": 200.0, "flags": 3.0},
    )


def test_a_failed_exchange_gives_its_failure():
    exchange = Exchange(Failure(Reason.REFUSED, "by them"), values={"ip_protocol": 4.0})
    assert exchange.failed() == Outcome(
        Verdict.FAILED, Reason.REFUSED, "by them", values={"ip_protocol": 4.0}
    )


def test_an_exchange_with_an_answer_has_not_failed():
    with pytest.raises(ValueError, match="judge it"):
        Exchange(status=200).failed()


def test_what_may_be_our_own_fault_is_inconclusive():
    ours = {reason for reason in Reason if verdict_of(reason) is Verdict.INCONCLUSIVE}
    assert ours == {r for r in Reason if r.startswith("own_")} | {Reason.CHALLENGE, Reason.LOOK_UP}


def test_a_failure_says_whose_fault_it_can_be():
    assert Failure(Reason.OWN_NETWORK).verdict is Verdict.INCONCLUSIVE
    assert Failure(Reason.DNS).verdict is Verdict.FAILED


def test_what_is_merely_slow_is_degraded():
    assert Exchange(status=200).outcome(Reason.SLOW).verdict is Verdict.DEGRADED


def test_a_kind_may_know_the_verdict_better_than_the_reason():
    outcome = Exchange(status=200).outcome(Reason.SAVE, verdict=Verdict.DEGRADED)
    assert outcome.verdict is Verdict.DEGRADED


def test_a_body_is_read_as_json():
    assert Exchange(body=b'{"a": [1]}').json().value == {"a": [1]}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"9" * 5000], ids=lambda body: body[:5]
)
def test_json_that_cannot_be_read_is_a_problem_and_no_exception(body):
    assert Exchange(body=body).json().problem.startswith("not JSON")


def test_text_that_is_not_utf_8_can_still_be_read():
    assert Exchange(body=b"caf\xe9").text == "caf\ufffd"


def test_a_request_is_printed_without_what_may_be_secret():
    request = Request("https://x/", headers={"Authorization": "hush"}, body=b"hush")
    assert "hush" not in repr(request)
