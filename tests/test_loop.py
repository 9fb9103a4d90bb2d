"""The daemon's loop: names that nobody answers for hold up nobody."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from checker.loop import Loop
from probes.wire.resolver import THREADS_MAX

FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
MORE_THAN_THREADS = 40  # asyncio has 32 for all that blocks, and fewer on a small machine


class Silent:
    """A look-up that hangs until it is let go."""

    def __init__(self) -> None:
        self._gone = threading.Event()

    def __call__(self, *_: Any) -> list[Any]:
        self._gone.wait()
        return FOUND

    def let_go(self) -> None:
        self._gone.set()
        for thread in threading.enumerate():
            if thread.name.startswith("resolve silent"):
                thread.join()


@pytest.fixture
def silent() -> Iterator[Silent]:
    look_up = Silent()
    yield look_up
    look_up.let_go()


def test_a_name_is_looked_up_as_the_system_does():
    async def ask() -> Any:
        loop = asyncio.get_running_loop()
        return await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert ("127.0.0.1", 80) in [address for *_, address in runner.run(ask())]


def test_names_that_hang_take_no_thread_from_whoever_needs_one(silent):
    async def work() -> str:
        asking = begin(MORE_THAN_THREADS)
        await asyncio.sleep(0)
        done = await asyncio.to_thread(lambda: "done")
        await given_up(asking)
        return done

    with asyncio.Runner(loop_factory=lambda: Loop(silent)) as runner:
        assert runner.run(work()) == "done"


def test_a_name_that_hangs_holds_up_no_exit(silent):
    async def give_up() -> None:
        asking = begin(1)
        await asyncio.sleep(0)
        await given_up(asking)

    with asyncio.Runner(loop_factory=lambda: Loop(silent)) as runner:
        runner.run(give_up())
    assert [t.daemon for t in threading.enumerate() if t.name == "resolve silent-0.test"] == [True]


def test_names_that_are_looked_up_are_bounded(silent):
    async def one_too_many() -> None:
        asking = begin(THREADS_MAX)
        await asyncio.sleep(0)
        with pytest.raises(OSError, match="in flight") as raised:
            await asyncio.get_running_loop().getaddrinfo("other.test", 80)
        assert raised.value.errno == errno.ENOBUFS
        await given_up(asking)

    with asyncio.Runner(loop_factory=lambda: Loop(silent)) as runner:
        runner.run(one_too_many())


def begin(times: int) -> list[asyncio.Task[Any]]:
    loop = asyncio.get_running_loop()
    return [asyncio.create_task(loop.getaddrinfo(f"silent-{n}.test", 80)) for n in range(times)]


async def given_up(asking: list[asyncio.Task[Any]]) -> None:
    for one in asking:
        one.cancel()
    await asyncio.wait(asking)
