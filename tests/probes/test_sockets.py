"""A socket that says when bytes came, and when they went."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from probes.wire.sockets import SO_TIMESTAMPNS, STAMP, MeteredSocket, open_socket, waited_s

Pair = tuple[MeteredSocket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """One of ours, and the other end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        mine = open_socket(socket.AF_INET, None, 1000)
        mine.setblocking(True)
        mine.connect(listening.getsockname())
        other, _ = listening.accept()
        with mine, other:
            yield mine, other


def noted(*stamp: int) -> list[tuple[int, int, bytes]]:
    return [(socket.SOL_SOCKET, SO_TIMESTAMPNS, STAMP.pack(*stamp))]


def test_bytes_are_told_of_with_how_long_they_waited_for_us(pair: Pair):
    mine, other = pair
    told: list[float] = []
    mine.received = told.append
    other.sendall(b"here")
    assert mine.recv(100) == b"here"
    other.sendall(b"again")
    into = bytearray(100)
    assert mine.recv_into(into) == 5
    assert bytes(into[:5]) == b"again"
    assert [wait >= 0.0 for wait in told] == [True, True]


def test_the_kernel_is_asked_when_they_came(pair: Pair):
    mine, other = pair
    assert mine.getsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS) == 1
    seen = set()
    for _ in range(10_000):  # the kernel begins to stamp a moment after it was first asked
        other.sendall(b"here")
        _, notes, _, _ = socket.socket.recvmsg(mine, 100, 100)
        seen |= {note[:2] for note in notes}
        if seen:
            break
    assert seen == {(socket.SOL_SOCKET, SO_TIMESTAMPNS)}


def test_the_end_of_what_is_sent_is_no_bytes(pair: Pair):
    mine, other = pair
    told: list[float] = []
    mine.received = told.append
    other.shutdown(socket.SHUT_WR)
    assert mine.recv(100) == b""
    assert told == []


def test_bytes_that_go_out_are_told_of(pair: Pair):
    mine, other = pair
    told: list[str] = []
    mine.sent = lambda: told.append("sent")
    assert mine.send(b"one") == 3
    assert mine.sendmsg([b"two", b"three"]) == 8
    assert other.recv(11, socket.MSG_WAITALL) == b"onetwothree"
    assert told == ["sent", "sent"]


def test_bytes_over_the_budget_are_not_taken(pair: Pair):
    mine, other = pair
    mine.budget = 3
    other.sendall(b"four")
    with pytest.raises(OSError, match="longer than we read"):
        mine.recv(100)


def test_the_wait_is_from_the_kernel_s_receipt_until_now():
    assert waited_s(noted(100, 500_000_000), now=101.0) == 0.5


def test_a_wall_clock_that_was_set_back_makes_no_wait_negative():
    assert waited_s(noted(100, 0), now=50.0) == 0.0


@pytest.mark.parametrize("notes", [[], [(socket.SOL_SOCKET, 99, b"")]])
def test_a_kernel_that_does_not_say_makes_no_wait(notes):
    assert waited_s(notes, now=50.0) == 0.0
