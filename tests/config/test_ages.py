"""What is not dealt with becomes more severe: when, and in whose words."""

from __future__ import annotations

import pytest

from checker.core.model import Severity
from checker.core.rules import Age
from tests.config.written import loaded, refused, said


def test_ages_are_read_in_their_order(tmp_path):
    text = (
        "ages:\n"
        "  - {severity: minor, after: 3d, becomes: major, sentence: Minor ones grow}\n"
        "  - {severity: major, after: 2h, becomes: critical, sentence: Major ones too}\n"
    )

    assert loaded(tmp_path, text).policy.ages == (
        Age(Severity.MINOR, Severity.MAJOR, 3 * 86400.0, "Minor ones grow"),
        Age(Severity.MAJOR, Severity.CRITICAL, 7200.0, "Major ones too"),
    )


def test_without_ages_nothing_grows_old(tmp_path):
    assert loaded(tmp_path).policy.ages == ()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{severity: major, after: 2h, becomes: minor, sentence: S}", "2:43 major cannot become minor"),
        ("{severity: major, after: 2h, becomes: major, sentence: S}", "2:43 major cannot become major"),
        ("{severity: minor, after: 3 days, becomes: major, sentence: S}", "2:30 `after` is no duration"),
        ("{severity: minor, becomes: major, sentence: S}", "2:5 `after` is missing"),
        ("{severity: minor, after: 3d, becomes: major}", "2:5 `sentence` is missing"),
        ("{severity: small, after: 3d, becomes: major, sentence: S}", "2:16 wrong value for `severity`"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told(tmp_path, row, problem):
    assert said(refused(tmp_path, f"ages:\n  - {row}\n")) == [problem]


def test_a_severity_ages_in_one_way(tmp_path):
    text = (
        "ages:\n"
        "  - {severity: minor, after: 3d, becomes: major, sentence: One}\n"
        "  - {severity: minor, after: 7d, becomes: critical, sentence: Two}\n"
    )

    assert said(refused(tmp_path, text)) == ["3:16 line 2 says what becomes of minor"]
