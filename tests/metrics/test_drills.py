"""What drills came to, as metrics: absent until there is something to tell."""

from __future__ import annotations

from tests.metrics.rig import make

NAMES = (
    "checker_drill_ok",
    "checker_last_successful_drill_timestamp_seconds",
    "checker_drill_interval_seconds",
)


def told(*known: float | None) -> list[float | None]:
    metrics = make()
    metrics.drilled(*known)  # type: ignore[arg-type]
    return [metrics.registry.get_sample_value(name) for name in NAMES]


def test_the_newest_drill_the_newest_good_one_and_how_often_one_is_wanted():
    assert told(True, 1_700_000_000.0, 86400.0) == [1, 1_700_000_000, 86400]
    assert told(False, 1_700_000_000.0, None) == [0, 1_700_000_000, None]


def test_what_is_not_known_is_not_told():
    assert told(None, None, None) == [None, None, None]
