"""Pages: each way in which the ledger and the pager can differ, and each in which they only seem to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.events import Cancelled, Closed, PagedAlone
from checker.core.model import Duty, Severity
from checker.reconcile.ledger import Ledger
from checker.reconcile.pages import showing, wanted, worth_asking
from checker.responders.contract import PageState, Shown
from checker.store.rows import Fate
from tests.core.story import T0, Story
from tests.reconcile.books import KEY, NOW, POLICY, ended_story, ledger_of, open_story, tracked

RINGS = Shown(PageState.TRIGGERED, "Grace Hopper")
TAKEN = Shown(PageState.ACKNOWLEDGED, "Ada Lovelace")
ENDED = Shown(PageState.RESOLVED, "Ada Lovelace")


def found(ledger: Ledger, seen, at: float = NOW) -> list:
    return list(wanted(ledger, "pager", seen, at))


def shown(ledger: Ledger | None, open_, at: float = NOW) -> list:
    known = {} if ledger is None else {ledger.incident.id: ledger}
    return list(showing("pager", open_, known, POLICY, at))


# ── of what is open ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seen", [RINGS, TAKEN])
def test_a_page_that_rings_or_was_taken_is_as_it_should_be(seen: Shown):
    ledger = ledger_of(open_story())
    assert found(ledger, {KEY: seen}) == shown(ledger, {KEY: seen}) == []


def test_a_page_that_was_taken_and_does_not_show_is_sent_again_under_the_same_key():
    (one,) = found(ledger_of(open_story()), {KEY: None})
    assert one.says.startswith("page 1 was taken by pager at 2023-11-14 ")
    assert one.says.endswith("which does not show it: perhaps nobody was rung.")
    assert one.to_do == "`checker incident reconcile --repair` sends it again."
    (sent,) = one.effects
    assert (sent.id, sent.duty, sent.payload["key"]) == ("us-1/page/1~1@pager", Duty.PAGE, KEY)


def test_what_was_sent_again_before_gets_the_next_id():
    ledger = ledger_of(open_story())
    (first,) = found(ledger, {KEY: None})
    more = replace(ledger, effects=(*ledger.effects, tracked(first.effects[0])))
    (second,) = found(more, {KEY: None}, NOW + 600)
    assert second.effects[0].id == "us-1/page/1~2@pager"


def test_a_page_is_given_two_minutes_to_show():
    ledger = ledger_of(open_story())
    page = next(one for one in ledger.effects if one.effect.duty is Duty.PAGE)
    assert found(ledger, {KEY: None}, page.settled_at + 119) == []
    assert found(ledger, {KEY: None}, page.settled_at + 120) != []


@pytest.mark.parametrize("fate", [Fate.PENDING, Fate.SENDING])
def test_a_page_that_is_on_its_way_is_waited_for(fate: Fate):
    ledger = ledger_of(open_story(), page=fate)
    assert worth_asking(ledger, "pager") == set()
    assert found(ledger, {KEY: None}) == []


def test_a_page_that_a_person_ended_is_said_and_left_alone():
    (one,) = found(ledger_of(open_story()), {KEY: ENDED})
    assert one.says == (
        "page 1 was ended at pager by Ada Lovelace, and us-1 is open: it rings again by itself while it fails."
    )
    assert (one.to_do, one.can_be_mended) == ("", False)


def test_an_older_page_that_does_not_show_wakes_nobody():
    ledger = ledger_of(open_story())
    newer = replace(ledger, incident=replace(ledger.incident, page=2))
    assert worth_asking(newer, "pager") == set()
    assert found(newer, {KEY: None}) == []


def test_what_has_recovered_wakes_nobody():
    ledger = ledger_of(open_story())
    recovered = replace(ledger.incident, phase="recovered", recovered_at=T0 + 500)
    assert found(replace(ledger, incident=recovered), {KEY: None}) == []


# ── of what is over ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("how", "phase"), [(Closed, "closed"), (Cancelled, "cancelled")])
def test_a_page_of_what_is_over_is_ended(how: type, phase: str):
    (one,) = shown(ledger_of(ended_story(how)), {KEY: RINGS})
    assert one.says == (
        f"us-1 is {phase}, and its page 1 is still open at pager and rings Grace Hopper."
    )
    (end,) = one.effects
    assert (end.id, end.duty) == ("us-1/resolve/1-shown~1@pager", Duty.RESOLVE)
    assert end.payload == {"key": KEY, "why": f"us-1 {phase}"}


def test_what_was_ended_in_vain_is_ended_under_the_next_id():
    ledger = ledger_of(ended_story())
    (first,) = shown(ledger, {KEY: RINGS})
    more = replace(ledger, effects=(*ledger.effects, tracked(first.effects[0])))
    (second,) = shown(more, {KEY: RINGS})
    assert second.effects[0].id == "us-1/resolve/1-shown~2@pager"


def test_an_end_that_is_on_its_way_is_waited_for():
    assert shown(ledger_of(ended_story(), resolve=Fate.PENDING), {KEY: RINGS}) == []


def test_an_end_is_given_two_minutes_to_be_heard():
    assert shown(ledger_of(ended_story()), {KEY: RINGS}, T0 + 600 + 119) == []


def test_what_is_over_and_shows_nothing_is_as_it_should_be():
    assert shown(ledger_of(ended_story()), {}) == []


# ── of what nobody knows ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["posthog-checker/us-7/1", "posthog-checker.k3x9qz/us-1/1"])
def test_a_page_of_which_the_store_knows_nothing_is_for_a_person_to_end(key: str):
    """Another installation of that name may need it."""
    (one,) = shown(ledger_of(ended_story()), {key: RINGS})
    assert one.incident == ""
    assert one.says.startswith(f"pager shows a page {key} as open, of which this store knows")
    assert one.to_do == "End it there, by hand, if nobody needs it."
    assert not one.can_be_mended


def test_a_page_that_a_location_sent_alone_is_known():
    alone = PagedAlone(
        T0 + 100, "us-1", "us", "l2", KEY, Severity.CRITICAL, "us/app is down", T0 + 20
    )
    story = Story(policy=POLICY)
    story.tell(alone)
    assert not story.asked(Duty.PAGE)
    assert shown(ledger_of(story), {KEY: RINGS}) == []
    story.tell(Closed(T0 + 600, "us-1", "ada", "a disk", "a bigger one"))
    (one,) = shown(ledger_of(story), {KEY: RINGS})
    assert one.can_be_mended
