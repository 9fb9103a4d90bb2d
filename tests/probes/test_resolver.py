"""Name look-ups: apart from each other, and from everything else."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from probes.wire.resolver import Resolver, Settled, start_thread, system_look_up
from tests.probes.shortage import no_descriptors_left


class Hanging:
    """Look-ups that hang until they are let go; `asked` are the names they were for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._gone = threading.Event()

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        if host.startswith("hangs"):
            self._gone.wait()
        return ["127.0.0.1"]

    def let_go(self) -> None:
        self._gone.set()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    looks = Hanging()
    yield looks
    looks.let_go()
    join_look_ups()


def join_look_ups() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("resolve hangs"):
            thread.join()


async def test_localhost_is_here():
    assert "127.0.0.1" in await Resolver().addresses("localhost")


@pytest.mark.parametrize("literal", ["127.0.0.1", "::1"])
async def test_an_address_is_its_own_and_nobody_is_asked(literal, hanging):
    assert await Resolver(hanging).addresses(literal) == (literal,)
    assert hanging.asked == []


async def test_a_name_that_does_not_exist_is_an_error_of_the_resolver():
    with pytest.raises(socket.gaierror):
        await Resolver().addresses("nowhere.invalid")


async def test_a_name_that_stands_for_nothing_is_an_error_of_the_resolver():
    with pytest.raises(socket.gaierror):
        await Resolver(lambda host: []).addresses("empty.test")


async def test_nothing_is_remembered(hanging):
    resolver = Resolver(hanging)
    await resolver.addresses("a.test")
    await resolver.addresses("a.test")
    assert hanging.asked == ["a.test", "a.test"]


async def test_a_look_up_that_hangs_costs_only_that_name(hanging):
    resolver = Resolver(hanging)
    stuck = asyncio.ensure_future(resolver.addresses("hangs.test"))
    assert await resolver.addresses("other.test") == ("127.0.0.1",)
    assert not stuck.done()
    hanging.let_go()
    assert await stuck == ("127.0.0.1",)


async def test_who_asks_for_a_name_in_flight_joins_that_look_up(hanging):
    resolver = Resolver(hanging)
    asking = [asyncio.ensure_future(resolver.addresses("hangs.test")) for _ in range(3)]
    await resolver.addresses("other.test")
    hanging.let_go()
    assert await asyncio.gather(*asking) == [("127.0.0.1",)] * 3
    assert hanging.asked.count("hangs.test") == 1


async def test_who_gives_up_waiting_does_not_end_the_look_up_of_the_others(hanging):
    resolver = Resolver(hanging)
    impatient = asyncio.ensure_future(resolver.addresses("hangs.test"))
    patient = asyncio.ensure_future(resolver.addresses("hangs.test"))
    await resolver.addresses("other.test")
    impatient.cancel()
    await asyncio.wait([impatient])
    hanging.let_go()
    assert await patient == ("127.0.0.1",)


async def test_a_failure_that_nobody_waits_for_any_more_is_dropped():
    may_fail = threading.Event()

    def look_up(host: str) -> list[str]:
        may_fail.wait()
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    resolver = Resolver(look_up)
    asking = asyncio.ensure_future(resolver.addresses("gone.test"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    may_fail.set()
    with pytest.raises(socket.gaierror):
        await resolver.addresses("gone.test")


async def test_look_ups_in_flight_are_bounded_and_reaching_the_bound_is_our_own_shortage(hanging):
    resolver = Resolver(hanging, threads_max=1)
    stuck = asyncio.ensure_future(resolver.addresses("hangs.test"))
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="in flight") as raised:
        await resolver.addresses("other.test")
    assert raised.value.errno == errno.ENOBUFS
    hanging.let_go()
    await stuck


async def test_a_machine_without_a_thread_left_is_our_own_shortage():
    def no_thread(name: str, work: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    with pytest.raises(OSError, match="no thread") as raised:
        await Resolver(start=no_thread).addresses("other.test")
    assert raised.value.errno == errno.ENOBUFS


def test_an_answer_that_comes_after_the_loop_has_gone_is_dropped(hanging):
    async def give_up() -> None:
        asking = asyncio.ensure_future(Resolver(hanging).addresses("hangs.test"))
        await asyncio.sleep(0)
        asking.cancel()

    asyncio.run(give_up())
    hanging.let_go()
    join_look_ups()


def test_a_look_up_holds_up_no_exit(hanging):
    start_thread("resolve hangs.test", partial(hanging, "hangs.test"))
    assert [t.daemon for t in threading.enumerate() if t.name == "resolve hangs.test"] == [True]


def no_such_name(*_: object, **__: object) -> list[object]:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


def test_the_system_says_when_there_is_no_such_name():
    with pytest.raises(socket.gaierror):
        system_look_up("nowhere.invalid", no_such_name)


def test_without_a_descriptor_left_the_shortage_is_said_and_not_no_such_name():
    with no_descriptors_left(), pytest.raises(OSError, match="Too many") as raised:
        system_look_up("nowhere.invalid", no_such_name)
    assert raised.value.errno == errno.EMFILE


async def test_aiohttp_gets_the_one_address_that_was_chosen():
    settled = Settled("::1")
    assert [(a["host"], a["port"], a["family"]) for a in await settled.resolve("x", 443)] == [
        ("::1", 443, socket.AF_INET6)
    ]
    await settled.close()
