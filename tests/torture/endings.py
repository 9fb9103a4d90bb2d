"""SIGTERM in every state: it ends within ten seconds, and says that all was well.

Whoever hangs would hang for longer than that, and is seen to have been asked.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import Own, own_server, tool
from tests.torture import load
from tests.torture.case import Case, Seen, Skipped
from tests.torture.disk import locked
from tests.torture.lives import EXIT_S
from tests.torture.names import name_server
from tests.torture.stage import Stage, rewrite, stage
from tests.torture.watch import Bell, Lookout
from tests.world.faults import hang, status

CONNECTED = 50
LOOK_S = 20.0  # a look may take: longer than an end
CALL_S = 60.0  # a request to those who are told may take, by the config
UNHEARD = "timeout:30 attempts:2"  # seconds until a look-up of a name gives up, twice

Bring = Callable[[Stage, AsyncExitStack], Awaitable[None]]
"""Brings the daemon into some state, which lasts until the stack is closed."""


async def cases(_: int | None = None) -> list[Case]:
    return list(_cases())


def _cases() -> Iterator[Case]:
    ends = partial(Case, "endings", is_alone=True)
    within = f"ends in order within {EXIT_S:.0f} s, exit 0"
    states: dict[str, Bring] = {
        "idle": idle,
        "while PagerDuty and Slack hang over an incident": responders_hang,
        "while the store is locked": store_is_locked,
        f"with {CONNECTED} slow clients": slow_clients,
        f"with {CONNECTED} clients that read nothing": deaf_clients,
        "while it reloads": reloading,
        "in a flood": flooded,
    }
    for name, bring in states.items():
        yield ends(f"SIGTERM {name}", within, partial(ended, bring))
    yield ends("SIGTERM while every look hangs", within, ended_while_looks_hang)
    yield ends("SIGTERM while the name server is silent", within, ended_without_names)
    cut_off = "while PostgreSQL is frozen, and PagerDuty and Slack hang over an incident"
    in_time = f"ends within {EXIT_S:.0f} s, exit 0"
    yield ends(f"SIGTERM {cut_off}", in_time, ended_when_cut_off)
    yield ends("SIGTERM while it starts", f"ends within {EXIT_S:.0f} s", ended_at_the_start)


async def ended(bring: Bring, folder: Path) -> Seen:
    async with stage(folder) as here, AsyncExitStack() as lasting:
        rewrite(folder, let_them_take_long)
        await here.daemon.start()
        await bring(here, lasting)
        return await timed(here)


def let_them_take_long(told: dict[str, Any]) -> None:
    for settings in told["responders"].values():
        settings["timeout"] = f"{CALL_S:.0f}s"


async def timed(here: Stage, *, may_be_cut: bool = False) -> Seen:
    """`may_be_cut`: whether it may have to leave something as in a crash, to end in time."""
    begun = time.monotonic()
    code = await asyncio.wait_for(here.daemon.stop(), 60)
    took = time.monotonic() - begun
    was_cut = "not ended in time" in here.daemon.log.read_text(encoding="utf-8")
    text = f"{took:.1f} s, exit {code}{', cut short' if was_cut else ''}"
    return Seen(text, took <= EXIT_S and code == 0 and (may_be_cut or not was_cut))


async def idle(here: Stage, lasting: AsyncExitStack) -> None:
    await asyncio.sleep(1)


async def responders_hang(here: Stage, lasting: AsyncExitStack) -> None:
    bell = Bell(here.world)
    for place in ("pagerduty", "slack", "uptimerobot", "customers"):
        await here.world.hurt(place, "*", hang())
    await here.world.hurt("us", "signup", status(503))
    await asyncio.wait_for(bell.asked.wait(), 30)
    await here.until(lambda: bell.seen["slack conversations.create"] > 0, 30, "Slack to be asked")


async def store_is_locked(here: Stage, lasting: AsyncExitStack) -> None:
    lasting.enter_context(locked(here.store))
    await here.world.hurt("us", "signup", status(503))
    await asyncio.sleep(4)


async def slow_clients(here: Stage, lasting: AsyncExitStack) -> None:
    for _ in range(CONNECTED):
        _, writer = await asyncio.open_connection("127.0.0.1", here.daemon.port)
        lasting.callback(writer.close)
        writer.write(b"POST /webhooks/alertmanager HTTP/1.1\r\n")
    await asyncio.sleep(1)


async def deaf_clients(here: Stage, lasting: AsyncExitStack) -> None:
    """They ask for more than fits into the sockets between us, and read nothing of it."""
    for _ in range(CONNECTED):
        sock = lasting.enter_context(socket.socket())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.connect(("127.0.0.1", here.daemon.port))
        sock.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 10)
    await asyncio.sleep(2)


async def reloading(here: Stage, lasting: AsyncExitStack) -> None:
    here.daemon.signal(signal.SIGHUP)


async def flooded(here: Stage, lasting: AsyncExitStack) -> None:
    flood = load.flood(here.daemon.port, load.PER_S, load.SLOW)
    await lasting.enter_async_context(flood)
    await asyncio.sleep(4)


async def ended_while_looks_hang(folder: Path) -> Seen:
    async with stage(folder) as here:
        rewrite(folder, let_looks_take_long)
        lookout = Lookout(here.world)
        await here.daemon.start()
        for cloud in ("us", "eu"):
            await here.world.hurt(cloud, "*", hang())
        lookout.asked.clear()
        await asyncio.wait_for(lookout.asked.wait(), 2 * LOOK_S)
        return await timed(here)


def let_looks_take_long(told: dict[str, Any]) -> None:
    for check in told["checks"].values():
        check |= {"every": f"{LOOK_S:.0f}s", "timeout": f"{LOOK_S:.0f}s"}


async def ended_without_names(folder: Path) -> Seen:
    """Those who are told have names, which nobody resolves any more; a look-up takes a minute to give up."""
    async with (
        name_server(folder, UNHEARD) as names,
        stage(folder, entry=names.entry) as here,
    ):
        rewrite(folder, let_them_take_long)
        rewrite(folder, lambda told: by_name(told["responders"]))
        await here.daemon.start()
        names.mood, asked = "silent", names.asked
        await here.world.hurt("us", "signup", status(503))
        await here.until(lambda: names.asked > asked, 30, "a name to be asked for")
        return await timed(here)


def by_name(responders: dict[str, dict[str, str]]) -> None:
    """Have everybody called by a name: the only one to which a token goes in the clear."""
    for settings in responders.values():
        for key in ("base_url", "rest_url", "host"):
            if key in settings:
                settings[key] = settings[key].replace("127.0.0.1", "localhost")


async def ended_when_cut_off(folder: Path) -> Seen:
    """Its page is under way, and it has not given its store up yet: that is when it waits for most."""
    try:
        tool("postgres")
    except pytest.skip.Exception as missing:
        raise Skipped(str(missing)) from None
    async with (
        own_server() as server,
        stage(folder, config={"store": server.url}) as here,
        AsyncExitStack() as lasting,
    ):
        rewrite(folder, let_them_take_long)
        await here.daemon.start()
        await here.until(lambda: leads(here), 30, "it to lead")
        await responders_hang(here, lasting)
        lasting.callback(tell, server, signal.SIGCONT)
        tell(server, signal.SIGSTOP)
        await asyncio.sleep(1)
        return await timed(here, may_be_cut=True)


def leads(here: Stage) -> bool:
    said = here.daemon.log.read_text(encoding="utf-8")
    return '"event": "leads"' in said and '"event": "started"' in said


def tell(server: Own, what: signal.Signals) -> None:
    """To every process of it."""
    for pid in server.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, what)


async def ended_at_the_start(folder: Path) -> Seen:
    """It may not listen for the signal yet, and is then ended by it."""
    async with stage(folder) as here:
        await here.daemon.spawn()
        await asyncio.sleep(1.0)
        begun = time.monotonic()
        code = await asyncio.wait_for(here.daemon.stop(), 60)
        took = time.monotonic() - begun
    return Seen(f"{took:.1f} s, exit {code}", took <= EXIT_S and code in (0, -signal.SIGTERM))
