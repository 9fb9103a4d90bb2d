"""Two replays of one history, outage by outage."""

from __future__ import annotations

from checker.backtest.difference import Pair, headline, pairs, told
from checker.core.model import Severity
from tests.backtest.outages import found, replayed


def test_what_overlaps_at_one_target_is_the_same_outage():
    here, there = found(100, 900), found(120, 700)
    assert pairs(replayed(here), replayed(there)) == (Pair(here, there),)


def test_what_came_after_the_other_had_recovered_is_another_outage():
    here, there = found(100, 900), found(1000, 1200)
    assert pairs(replayed(here), replayed(there)) == (Pair(here, None), Pair(None, there))


def test_what_fails_at_another_target_is_another_outage():
    here, there = found(100, 900, target="us"), found(100, 900, target="eu")
    assert len(pairs(replayed(here), replayed(there))) == 2


def test_an_outage_that_still_goes_on_is_the_same_as_any_later_one():
    here, there = found(100, None), found(5000, 6000)
    assert pairs(replayed(here), replayed(there)) == (Pair(here, there),)


def test_one_that_was_told_in_two_is_paired_once():
    whole, first, second = found(100, 9000), found(100, 500, 1), found(8000, 9000, 2)
    assert pairs(replayed(whole), replayed(first, second)) == (
        Pair(whole, first),
        Pair(None, second),
    )


def test_the_headline_counts_pages_and_incidents():
    here = replayed(found(0, 60, 1, rings=(45, 50, 55)), found(900, 960, 2))
    assert headline(here, replayed(found(0, 60))) == "1 page instead of 4, 1 incident instead of 2"
    assert headline(here, here) == "4 pages as before, 2 incidents as before"


def test_what_is_found_later_is_told_with_how_much():
    pair = Pair(found(0, 600, after=45), found(0, 600, after=83))
    said = "the incident of 2023-11-14 22:13:20 UTC at us (major) is found 38 s later"
    assert told(pair) == said
    assert told(Pair(pair.there, pair.here)).endswith("is found 38 s sooner")


def test_another_severity_and_other_pages_are_told():
    pair = Pair(
        found(0, 600, rings=(45, 60)),
        found(0, 600, severity=Severity.MINOR, rings=()),
    )
    assert told(pair).endswith("at us (major) is minor, rings nobody instead of twice")


def test_what_only_one_declares_is_told():
    assert told(Pair(found(0, 600), None)).endswith("is not declared")
    assert told(Pair(None, found(0, 600))).endswith("is declared too")


def test_of_what_is_the_same_nothing_is_told():
    assert told(Pair(found(0, 600), found(0, 600))) == ""
