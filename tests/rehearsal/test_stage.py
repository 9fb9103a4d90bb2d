"""What each look of a story finds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.config import load
from checker.rehearsal.series import pieces
from checker.rehearsal.stage import FOREVER_S, QUICK_S, Scene, Stage, measures_lag
from probes.contract import Outcome, Reason, Verdict

CONFIG = Path(__file__).parents[2] / "config"
CHECKS = {c.name: c for c in load(CONFIG, os.environ, stand_in="rehearsal").checks}
T0 = 1_700_000_000.0


def stage(**series: str) -> Stage:
    """Series by pattern; `__` stands for "/", `_at_` for "@"."""
    scenes = []
    for name, text in series.items():
        check, _, where = name.replace("__", "/").partition("_at_")
        scenes.append(Scene(check, where or "*", pieces(text, 60.0, 3600.0)))
    return Stage(scenes, CHECKS, T0)


def found(world: Stage, check: str, after: float = 0.0, where: str = "ams") -> Outcome:
    return world(check, where, T0 + after)[0]


def test_what_no_series_names_is_right():
    assert stage()("us/app", "ams", T0) == (Outcome(Verdict.PASSED), QUICK_S)


def test_before_and_after_the_story_all_is_right():
    world = stage(us__app="timeout")
    assert found(world, "us/app", -1.0).verdict is Verdict.PASSED
    assert found(world, "us/app", 3600.0).verdict is Verdict.PASSED


def test_the_last_series_that_names_a_look_decides():
    world = stage(us__app="refused", us__app_at_ams="tls")
    assert found(world, "us/app").reason is Reason.TLS
    assert found(world, "us/app", where="iad").reason is Reason.REFUSED


def test_a_timeout_hangs():
    assert stage(us__app="timeout")("us/app", "ams", T0)[1] == FOREVER_S


def test_a_reason_has_its_own_verdict():
    world = stage(us__insight="save", us__flags="flags", us__capture="own_key")
    verdicts = [found(world, f"us/{name}").verdict for name in ("insight", "flags", "capture")]
    assert verdicts == [Verdict.DEGRADED, Verdict.FAILED, Verdict.INCONCLUSIVE]


@pytest.mark.parametrize(
    ("check", "status", "reason"),
    [
        ("us/app", 503, Reason.STATUS),
        ("us/health", 404, None),
        ("us/flags", 429, Reason.STATUS),
        ("us/flags", 401, Reason.OWN_KEY),
        ("us/insight", 429, Reason.OWN_LIMIT),
        ("us/insight", 503, Reason.STATUS),
        ("us/capture", 502, Reason.STATUS),
        ("us/capture", 401, Reason.OWN_KEY),
        ("us/signup", 500, Reason.STATUS),
        ("us/ingestion", 503, Reason.LOOK_UP),
        ("control/cloudflare", 404, None),
        ("control/cloudflare", 503, Reason.STATUS),
    ],
)
def test_what_a_status_means_is_said_by_the_checks_own_probe(check, status, reason):
    world = stage(**{"*": str(status)})
    assert found(world, check).reason is reason


def test_slow_is_over_the_checks_own_limit():
    world = stage(**{"*": "slow 4s"})
    assert world("us/flags", "ams", T0)[1] == 4.0
    assert found(world, "us/flags").reason is Reason.SLOW
    assert found(world, "us/app").verdict is Verdict.PASSED
    assert found(world, "us/health").verdict is Verdict.PASSED  # has no limit


def test_a_lag_becomes_growing_and_then_late_by_the_checks_own_limits():
    world = stage(us__ingestion="lag 30s..630s over 20m")
    seen = [found(world, "us/ingestion", minutes * 60).reason for minutes in (1, 5, 11)]
    assert seen == [None, Reason.GROWING, Reason.LATE]


def test_a_lag_that_shrinks_is_not_growing():
    world = stage(us__ingestion="lag 280s..30s over 20m")
    assert found(world, "us/ingestion", 60).verdict is Verdict.PASSED


def test_only_some_checks_measure_a_lag():
    assert measures_lag(CHECKS["us/ingestion"])
    assert not measures_lag(CHECKS["us/app"])


def test_errors_come_by_their_share_and_are_the_same_every_time():
    worlds = [stage(us__flags="errors 38% seed 7 as 504") for _ in range(2)]
    looks = [[found(w, "us/flags", 5.0 * n).verdict for n in range(700)] for w in worlds]
    assert looks[0] == looks[1]
    assert looks[0].count(Verdict.FAILED) / 700 == pytest.approx(0.38, abs=0.05)


def test_another_seed_picks_other_looks():
    one, other = stage(us__flags="errors 50% seed 1"), stage(us__flags="errors 50% seed 2")
    moments = [5.0 * n for n in range(100)]
    assert [found(one, "us/flags", m) for m in moments] != [
        found(other, "us/flags", m) for m in moments
    ]
