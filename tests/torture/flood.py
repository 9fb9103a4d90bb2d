"""Strangers at the daemon's door, from a process of their own: `python -m tests.torture.flood PORT PER_SECOND SECONDS SLOW`.

So many requests a second at the webhooks, each on a connection of its own and without a right signature, and so many
clients that send a letter a second. Prints what became of them, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from contextlib import suppress

WEBHOOKS = ("/webhooks/alertmanager", "/webhooks/slack", "/webhooks/pagerduty")
BODY = b'{"version": "4", "groupKey": "x", "alerts": []}'
TICK_S = 0.01
ANSWER_S = 5.0
OPEN_MAX = 3000  # of our own connections at a time


def request(path: str) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(BODY)}",
        "X-Slack-Signature: v0=00",
        "X-Slack-Request-Timestamp: 0",
        "X-PagerDuty-Signature: v1=00",
        "Authorization: Bearer guessed",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + BODY


async def knock(port: int, said: bytes, seen: Counter[str]) -> None:
    """One request; what came of it: a status, or "closed"."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(said)
                line = await reader.readline()
            finally:
                writer.close()
        seen[line.split()[1].decode() if line else "closed"] += 1
    except (OSError, IndexError):
        seen["closed"] += 1
    except TimeoutError:
        seen["no answer"] += 1


async def dawdle(port: int, seen: Counter[str]) -> None:
    """A letter a second, for as long as it is let; and once more."""
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            seen["slow ones let in"] += 1
            for letter in request(WEBHOOKS[0]):
                writer.write(bytes([letter]))
                await writer.drain()
                await asyncio.sleep(1)
        await asyncio.sleep(1)


async def flood(port: int, per_second: int, seconds: float, slow: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    dawdlers = [asyncio.create_task(dawdle(port, seen)) for _ in range(slow)]
    said = [request(path) for path in WEBHOOKS]
    loop, under_way, sent = asyncio.get_running_loop(), set[asyncio.Task[None]](), 0
    begun = loop.time()
    while (gone := loop.time() - begun) < seconds:
        while sent < gone * per_second and len(under_way) < OPEN_MAX:
            task = asyncio.create_task(knock(port, said[sent % len(said)], seen))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            sent += 1
        await asyncio.sleep(TICK_S)
    await asyncio.gather(*under_way)
    for dawdler in dawdlers:
        dawdler.cancel()
    await asyncio.gather(*dawdlers, return_exceptions=True)
    seen["sent"] = sent
    return seen


if __name__ == "__main__":
    port, per_second, seconds, slow = map(int, sys.argv[1:])
    sys.stdout.write(json.dumps(asyncio.run(flood(port, per_second, seconds, slow))))
