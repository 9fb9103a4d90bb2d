"""Scores and vantage points, look by look."""

from checker.core.held import Standing, Vantage
from checker.core.model import Observation
from checker.core.rules import Thresholds
from checker.core.standing import listen, weigh
from probes.contract import Verdict
from tests.core.story import outcome

LIMITS = Thresholds()


def after(*verdicts: Verdict, start: Standing | None = None, every: float = 5.0) -> Standing:
    standing = start or Standing()
    for number, verdict in enumerate(verdicts, start=1):
        look = Observation("us/app", "l1", number * every, outcome(verdict))
        standing = weigh(standing, look, LIMITS)
    return standing


PASSED, FAILED, UNSURE = Verdict.PASSED, Verdict.FAILED, Verdict.INCONCLUSIVE


def test_a_good_look_leaves_a_clean_standing():
    standing = after(PASSED, PASSED)
    assert (standing.score, standing.failing.clean_since, standing.last_at) == (0, 5.0, 10.0)


def test_a_failed_look_adds_ten_and_starts_the_doubt():
    standing = after(PASSED, FAILED)
    assert (standing.score, standing.failing.since, standing.failing.clean_since) == (
        10,
        10.0,
        None,
    )


def test_a_good_look_takes_two_away():
    assert after(FAILED, PASSED).score == 8


def test_degraded_is_not_failed():
    assert after(FAILED, Verdict.DEGRADED).score == 8


def test_the_score_never_goes_over_sixty():
    assert after(*[FAILED] * 9).score == 60


def test_inconclusive_changes_nothing_but_when_it_was_looked_at():
    before = after(FAILED)
    standing = after(UNSURE, start=before, every=9.0)
    assert (standing.score, standing.failing.looks, standing.looked_at) == (10, 1, 9.0)


def test_a_location_sees_it_from_thirty_on():
    assert after(FAILED, FAILED).failing.sees_since is None
    assert after(FAILED, FAILED, FAILED, FAILED).failing.sees_since == 15.0


def test_a_score_back_at_zero_forgets_the_doubt():
    standing = after(FAILED, *[PASSED] * 5)
    assert (
        standing.score,
        standing.failing.since,
        standing.failing.looks,
        standing.failing.clean_since,
    ) == (
        0,
        None,
        0,
        30.0,
    )


def test_an_older_failed_look_that_comes_late_moves_the_start_of_the_doubt():
    standing = weigh(after(FAILED), Observation("us/app", "l1", 1.0, outcome(FAILED)), LIMITS)
    assert (standing.failing.since, standing.last_at, standing.score) == (1.0, 5.0, 20)


def test_an_older_good_look_that_comes_late_is_not_the_newest_word():
    standing = weigh(after(FAILED), Observation("us/app", "l1", 1.0, outcome(PASSED)), LIMITS)
    assert (standing.last_verdict, standing.failing.since) == (FAILED, 5.0)


def hear(vantage: Vantage, control: str, verdict: Verdict, at: float) -> Vantage:
    return listen(vantage, Observation(control, "l1", at, outcome(verdict)))


def test_a_location_is_blind_when_most_controls_fail():
    vantage = Vantage()
    for control in ("a", "b", "c"):
        vantage = hear(vantage, control, PASSED, 1.0)
    vantage = hear(vantage, "a", FAILED, 2.0)
    assert vantage.blind_since is None
    vantage = hear(vantage, "b", UNSURE, 3.0)
    assert vantage.blind_since == 3.0


def deaf() -> Vantage:
    vantage = Vantage()
    for at, control in enumerate(("a", "b", "c"), start=1):
        vantage = hear(vantage, control, FAILED, at)
    return vantage


def test_two_controls_are_too_few_to_be_blind_by():
    assert hear(hear(Vantage(), "a", FAILED, 1.0), "b", FAILED, 2.0).blind_since is None


def test_blindness_lasts_from_its_start_until_most_controls_answer():
    vantage = hear(deaf(), "a", FAILED, 4.0)
    assert vantage.blind_since == 3.0
    vantage = hear(hear(vantage, "a", PASSED, 5.0), "b", PASSED, 6.0)
    assert (vantage.blind_since, vantage.passed_at) == (None, 6.0)


def test_an_older_look_at_a_control_that_comes_late_is_ignored():
    vantage = hear(hear(Vantage(), "a", PASSED, 5.0), "a", FAILED, 2.0)
    assert vantage.controls == {"a": True}
