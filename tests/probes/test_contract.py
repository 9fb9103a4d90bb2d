"""An Outcome holds together, and its detail is one line."""

from __future__ import annotations

import pytest

from probes.contract import DETAIL_MAX, Outcome, Reason, Verdict


def test_a_detail_becomes_one_line():
    outcome = Outcome(Verdict.FAILED, Reason.BODY, "first\n  second\x1b[31m")
    assert outcome.detail == "first second [31m"


def test_a_long_detail_is_cut():
    detail = Outcome(Verdict.FAILED, Reason.BODY, "x" * 1000).detail
    assert (len(detail), detail[-1]) == (DETAIL_MAX, "…")


@pytest.mark.parametrize(
    ("verdict", "reason"), [(Verdict.PASSED, Reason.SLOW), (Verdict.FAILED, None)]
)
def test_only_a_pass_has_no_reason(verdict, reason):
    with pytest.raises(ValueError):
        Outcome(verdict, reason)
