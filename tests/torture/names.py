"""A name server on loopback for one daemon, which can answer, refuse, fail or be silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, cast

from tests.torture.case import Skipped
from tests.world.daemon import ENTRY

Mood = Literal["well", "nxdomain", "servfail", "silent"]
RCODES = {"well": 0, "servfail": 2, "nxdomain": 3}
PLACES = [f"127.0.0.{n}" for n in range(53, 100)]
A = b"\x00\x01"  # the question for an address
LOOPBACK = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04\x7f\x00\x00\x01"
SOON = "timeout:5 attempts:2"  # ten seconds until a look-up gives up
NEEDS = "it needs port 53 on loopback and a mount namespace: root"


class Names(asyncio.DatagramProtocol):
    """Every name is 127.0.0.1, as long as it is well. `entry` is the command `checker` that asks here.

    `asked` counts the questions.
    """

    def __init__(self) -> None:
        self.mood: Mood = "well"
        self.asked = 0
        self.entry: tuple[str, ...] = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own is not of that class before Python 3.12.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if self.mood != "silent":
            self._transport.sendto(self._answer(data), addr)

    def _answer(self, asked: bytes) -> bytes:
        """RFC 1035, section 4: the question again, and one address if that was asked for."""
        end = asked.index(b"\x00", 12) + 5
        question = asked[12:end]
        known = self.mood == "well" and question[-4:-2] == A
        head = asked[:2] + bytes([0x81, 0x80 | RCODES[self.mood], 0, 1, 0, known, 0, 0, 0, 0])
        return head + question + (LOOPBACK if known else b"")


@asynccontextmanager
async def name_server(folder: Path, patience: str = SOON) -> AsyncIterator[Names]:
    """`patience`: of who asks, as resolv.conf(5) has it. Skipped where there can be none."""
    loop = asyncio.get_running_loop()
    for place in PLACES:
        try:
            transport, names = await loop.create_datagram_endpoint(Names, local_addr=(place, 53))
        except PermissionError:
            raise Skipped(NEEDS) from None
        except OSError:
            continue  # another case has it
        file = folder.with_suffix(".resolv")
        _write(file, place, patience)
        # Without /etc/hosts even localhost is asked for here.
        mount = (
            f"mount --bind '{file}' /etc/resolv.conf && mount --bind /dev/null /etc/hosts"
            ' && exec "$@"'
        )
        names.entry = ("unshare", "--mount", "sh", "-c", mount, "sh", *ENTRY)
        try:
            yield names
        finally:
            transport.close()
        return
    raise Skipped(NEEDS)


def _write(file: Path, place: str, patience: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"nameserver {place}\noptions {patience}\n", encoding="ascii")
