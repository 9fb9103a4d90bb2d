"""What the parts of an exchange took, when we were busy at the wrong moment."""

from __future__ import annotations

import pytest

from probes.contract import Timing
from probes.wire.draft import Draft


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def draft(clock: Clock) -> Draft:
    """Connected, and about to ask."""
    begun = Draft(clock)
    begun.begin(Timing.CONNECT)
    begun.begin(Timing.PROCESSING)
    return begun


def took(draft: Draft) -> dict[Timing, float]:
    return {
        timing: seconds
        for timing, seconds in draft.exchange().phases.items()
        if timing in (Timing.PROCESSING, Timing.TRANSFER)
    }


def test_processing_is_from_the_request_to_the_answer(draft: Draft, clock: Clock):
    draft.sent()
    clock.passes(3.0)
    draft.received_answer(0.0)
    draft.begin(Timing.TRANSFER)
    clock.passes(1.0)
    draft.received(0.0)
    draft.end()
    assert took(draft) == {Timing.PROCESSING: 3.0, Timing.TRANSFER: 1.0}


def test_what_we_took_to_send_is_not_counted(draft: Draft, clock: Clock):
    clock.passes(5.0)
    draft.sent()
    clock.passes(3.0)
    draft.received_answer(0.0)
    draft.begin(Timing.TRANSFER)
    assert took(draft) == {Timing.PROCESSING: 3.0}


def test_what_we_took_to_read_is_not_counted(draft: Draft, clock: Clock):
    draft.sent()
    clock.passes(10.0)
    draft.received_answer(7.0)  # it had been here for so long
    clock.passes(5.0)
    draft.begin(Timing.TRANSFER)
    draft.end()
    assert took(draft) == {Timing.PROCESSING: 3.0, Timing.TRANSFER: 0.0}


def test_the_first_bytes_of_the_answer_count_and_not_those_before(draft: Draft, clock: Clock):
    draft.sent()
    clock.passes(1.0)
    draft.received(0.0)  # TLS has something to say
    clock.passes(2.0)
    draft.received(0.0)
    draft.answered()
    clock.passes(4.0)
    draft.received(0.0)
    draft.answered()
    draft.begin(Timing.TRANSFER)
    draft.end()
    assert took(draft) == {Timing.PROCESSING: 3.0, Timing.TRANSFER: 4.0}


def test_what_is_sent_after_the_answer_has_begun_changes_nothing(draft: Draft, clock: Clock):
    draft.sent()
    clock.passes(3.0)
    draft.received_answer(0.0)
    clock.passes(1.0)
    draft.sent()
    draft.begin(Timing.TRANSFER)
    assert took(draft) == {Timing.PROCESSING: 3.0}


def test_what_is_sent_before_there_is_an_answer_to_wait_for_changes_nothing(clock: Clock):
    draft = Draft(clock)
    draft.begin(Timing.TLS)
    clock.passes(2.0)
    draft.sent()
    draft.begin(Timing.PROCESSING)
    assert draft.exchange().phases[Timing.TLS] == 2.0


def test_no_part_ends_before_it_began(draft: Draft, clock: Clock):
    draft.sent()
    clock.passes(3.0)
    draft.received_answer(1000.0)  # the wall clock was set meanwhile
    draft.begin(Timing.TRANSFER)
    assert took(draft) == {Timing.PROCESSING: 0.0}


def test_an_answer_of_which_nobody_saw_bytes_has_begun_when_we_say_so(draft: Draft, clock: Clock):
    clock.passes(3.0)
    draft.begin(Timing.TRANSFER)
    clock.passes(1.0)
    draft.end()
    assert took(draft) == {Timing.PROCESSING: 3.0, Timing.TRANSFER: 1.0}
