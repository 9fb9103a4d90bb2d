"""Asking a Stranger over the wire, and what came of it."""

from __future__ import annotations

from probes.contract import Reason
from probes.wire.exchange import Exchange, Request
from probes.wire.fetch import Wire
from tests.world.hostile import Act, Stranger

LONG_S = 10.0  # for looks that end by themselves
SHORT_S = 0.3  # for looks that nothing but the deadline ends


async def fetched(act: Act, wire: Wire, timeout_s: float = LONG_S) -> Exchange:
    async with Stranger(act) as stranger:
        return await wire.line(timeout_s).fetch(Request(stranger.origin + "/"))


def reason_of(exchange: Exchange) -> Reason | None:
    return exchange.failure and exchange.failure.reason
