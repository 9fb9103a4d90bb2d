"""Who is there, and whose turn it is."""

from __future__ import annotations

import pytest

from checker.several.roster import AWAY_S, HERE_S, Place, Roster, turn_of
from checker.store.faults import StoreUnreachable
from checker.store.presence import Presence
from tests.several.stand_ins import Store, Time


def there(location: str, ago_s: float = 1.0) -> Presence:
    return Presence(f"{location}-x", location, "1", ago_s=ago_s)


class Book:
    def __init__(self) -> None:
        self.time = Time()
        self.store = Store(self.time)
        self.moves: list[Place] = []
        self.refuse = False
        self.roster = Roster(
            self.store,
            lambda looking: Presence("l2-x", "l2", "1", looking),
            self._move,
            monotonic=self.time,
            locations=lambda: 2,
        )

    async def _move(self, place: Place) -> None:
        if self.refuse:
            raise StoreUnreachable("no memories")
        self.moves.append(place)


@pytest.fixture
def book() -> Book:
    return Book()


def test_locations_have_their_turns_by_name():
    assert turn_of("l2", [there("l3"), there("l1"), there("l2")]) == (1, 3)


def test_two_in_one_location_have_one_turn():
    assert turn_of("l2", [there("l1"), there("l1"), there("l2")]) == (1, 2)


def test_whoever_is_gone_has_no_turn():
    assert turn_of("l2", [there("l1", HERE_S)]) == (0, 1)


async def test_the_one_that_has_the_lease_looks_from_its_place(book):
    book.store.present = [there("l1"), there("l2"), there("l3")]
    await book.roster.turn()
    assert book.moves == [Place(True, 1, 3)]


async def test_there_are_never_fewer_locations_than_there_are_to_be(book):
    await book.roster.turn()
    assert book.moves == [Place(True, 0, 2)]


async def test_while_another_looks_from_here_it_stands_by_in_the_same_place(book):
    book.store.holder = "l2-y"
    book.store.present = [there("l1"), there("l2")]
    await book.roster.turn()
    assert book.moves == [Place(False, 1, 2)]
    book.store.holder = ""
    await book.roster.turn()
    assert book.moves[-1] == Place(True, 1, 2)


async def test_what_does_not_change_is_not_told_again(book):
    await book.roster.turn()
    await book.roster.turn()
    assert len(book.moves) == 1


async def test_a_move_that_failed_is_made_the_next_time(book):
    book.refuse = True
    await book.roster.turn()
    assert not book.roster.place.is_looking
    book.refuse = False
    await book.roster.turn()
    assert book.roster.place.is_looking


async def test_a_store_that_fails_for_long_is_away_until_it_answers(book):
    await book.roster.turn()
    book.store.away = True
    await book.roster.turn()
    book.time.now += AWAY_S - 1
    await book.roster.turn()
    assert not book.roster.is_away
    book.time.now += 1
    assert book.roster.is_away
    assert book.roster.place.is_looking  # as before
    book.store.away = False
    await book.roster.turn()
    assert not book.roster.is_away


async def test_a_freeze_of_our_own_is_no_absence_of_the_store(book):
    await book.roster.turn()
    book.time.now += 3600
    assert not book.roster.is_away


async def test_whoever_leaves_lets_another_look(book):
    await book.roster.turn()
    await book.roster.leave()
    assert book.store.holder == ""
