"""What the wiring allows its own end."""

from __future__ import annotations

from checker import app, cli

WITHIN_S = 10.0  # promised; whoever runs it kills it some time after that
CLOSED_S = 1.0  # left to what is closed last: sockets, the store, the process


def test_the_parts_of_an_end_leave_a_second_of_the_ten_that_are_promised():
    parts = app.LOOKS_END_S, app.EVENTS_END_S, app.STORE_END_S, app.SENDS_END_S
    assert sum(parts) <= WITHIN_S - CLOSED_S


def test_so_does_whatever_bounds_them_all_together():
    assert max(app.LOOKS_END_S, app.SENDS_END_S) < cli.ENDS_S <= WITHIN_S - CLOSED_S
