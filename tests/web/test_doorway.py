"""Who has a place at the door, and who has to go when one more comes."""

import asyncio
from types import SimpleNamespace

import pytest

from checker.web.doorway import Doorway
from checker.web.server import Limits
from tests.web.site import BEARER, Clock, Daemon, site


class Line:
    """A connection that nobody is at the other end of."""

    def __init__(self) -> None:
        self.descriptor = 7
        self.is_cut = False

    def get_extra_info(self, _name):
        return SimpleNamespace(fileno=lambda: self.descriptor)

    def abort(self):
        self.is_cut = True


@pytest.fixture
def bounds():
    return []


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def doorway(bounds, clock):
    """Two places, and a second's patience."""
    return Doorway(Limits(connections=2, patience_s=1), bounds.append, clock)


def test_all_come_in_while_there_are_places(doorway, bounds):
    assert [doorway.admits(Line()) for _ in range(2)] == [True, True]
    assert bounds == []


def test_who_has_waited_for_longest_makes_room(doorway, bounds, clock):
    first, second, third = Line(), Line(), Line()
    doorway.admits(first)
    doorway.admits(second)
    clock.now = 1.0
    assert doorway.admits(third)
    assert [line.is_cut for line in (first, second, third)] == [True, False, False]
    assert bounds == ["web_waiting"]


def test_who_has_just_come_is_not_pushed_out(doorway, bounds, clock):
    there = [Line(), Line()]
    for line in there:
        doorway.admits(line)
    clock.now = 0.9
    assert not doorway.admits(Line())
    assert (bounds, [line.is_cut for line in there]) == (["web_connections"], [False, False])


def test_who_is_answered_keeps_the_place(doorway, bounds, clock):
    there = [Line(), Line()]
    for line in there:
        doorway.admits(line)
    clock.now = 60.0
    with doorway.answering(there[0]), doorway.answering(there[1]):
        assert not doorway.admits(Line())
    assert (bounds, [line.is_cut for line in there]) == (["web_connections"], [False, False])


def test_who_was_answered_has_waited_the_least(doorway, clock):
    first, second = Line(), Line()
    doorway.admits(first)
    doorway.admits(second)
    clock.now = 1.0
    with doorway.answering(first):
        pass
    clock.now = 2.0
    doorway.admits(Line())
    assert (first.is_cut, second.is_cut) == (False, True)


def test_an_answer_within_an_answer_ends_with_the_outer_one(doorway, clock):
    line = Line()
    doorway.admits(line)
    doorway.admits(Line())
    clock.now = 60.0
    with doorway.answering(line):
        with doorway.answering(line):
            pass
        doorway.admits(Line())
        assert not doorway.admits(Line())
    assert not line.is_cut


def test_the_place_of_who_left_is_free(doorway, bounds):
    gone = Line()
    doorway.admits(gone)
    doorway.admits(Line())
    gone.descriptor = -1
    assert doorway.admits(Line())
    assert (bounds, gone.is_cut) == ([], False)


def test_who_left_in_an_answer_takes_no_place(doorway, bounds):
    gone = Line()
    doorway.admits(gone)
    doorway.admits(Line())
    with doorway.answering(gone):
        gone.descriptor = -1
    assert doorway.admits(Line())
    assert bounds == []


def test_an_answer_to_nobody_is_no_error(doorway):
    with doorway.answering(None):
        pass
    assert doorway.admits(Line())


# ── on real sockets ───────────────────────────────────────────────────────────────────────────

FULL = Limits(connections=2, patience_s=0)
SLOW = b"POST /webhooks/alertmanager HTTP/1.1\r\nX-Slow: "


async def test_slow_clients_keep_nobody_out():
    daemon = Daemon(limits=FULL)
    async with site(daemon) as s:
        slow = [await asyncio.open_connection("127.0.0.1", s.port) for _ in range(5)]
        for _, writer in slow:
            writer.write(SLOW)
        assert await s.get("/-/healthy") == (200, "Healthy.\n")
        for _, writer in slow:
            writer.close()
    assert set(daemon.bounds) == {"web_waiting"}


async def test_who_makes_room_is_hung_up_on():
    async with site(Daemon(limits=FULL)) as s:
        slow = [await asyncio.open_connection("127.0.0.1", s.port) for _ in range(3)]
        assert await slow[0][0].read() == b""
        for _, writer in slow:
            writer.close()


async def test_a_body_that_comes_with_the_token_is_waited_for():
    daemon = Daemon(limits=FULL)
    async with site(daemon) as s:
        reader, writer = await asyncio.open_connection("127.0.0.1", s.port)
        head = [
            "POST /-/reload HTTP/1.1",
            "Host: x",
            "Expect: 100-continue",
            "Content-Length: 1",
            *(f"{name}: {value}" for name, value in BEARER.items()),
        ]
        writer.write("\r\n".join([*head, "", ""]).encode())
        await reader.readuntil(b"100 Continue\r\n\r\n")
        others = [await asyncio.open_connection("127.0.0.1", s.port) for _ in range(3)]
        assert await others[0][0].read() == b""
        writer.write(b"x")
        assert (await reader.readline()).split()[1] == b"200"
        for _, other in [*others, (reader, writer)]:
            other.close()
    assert daemon.reloads == 1
