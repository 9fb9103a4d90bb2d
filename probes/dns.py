"""A name is resolved, quickly enough, and to no address but those that are known, if they are.

Asked of this machine's own resolver, uncached by us: an answer may come from a cache further on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field, IPvAnyAddress

from probes.contract import Io, Outcome, ProbeParams, Reason, Target
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.DNS: "the name has no address, or was not resolved in time",
        Reason.CONDITION: "the name leads to an address that is not among the expected ones",
        Reason.SLOW: "resolved, but later than its limit",
    }
)


class Params(ProbeParams):
    """Which name, and what it may stand for."""

    name: str = Field(description="the name", pattern=r"^[A-Za-z0-9._-]{1,253}$")
    addresses: tuple[IPvAnyAddress, ...] = Field(
        (), description="the only addresses that are right; not all must be there; none: any"
    )
    slow_s: float | None = Field(None, gt=0, description="seconds; over it the name is slow")


async def probe(params: Params, io: Io) -> Outcome:
    """Look the name up once."""
    return judge(params, await io.resolve(params.name))


def by_hand(params: Params, target: Target) -> str:
    """Asks this machine's own resolver, as the look does; dig would ask past it."""
    return f"getent ahosts {shell.quoted(params.name)}"


def judge(params: Params, looked_up: Exchange) -> Outcome:
    """What the look-up came to. Some of the expected may be absent: names answer in turns."""
    if looked_up.failure is not None:
        return looked_up.failed()
    values = {"dns_addresses": float(len(looked_up.addresses))}
    expected = {str(address) for address in params.addresses} or set(looked_up.addresses)
    strange = [address for address in looked_up.addresses if address not in expected]
    if strange:
        return looked_up.outcome(Reason.CONDITION, f"not expected: {strange[0]}", values=values)
    took_s = sum(looked_up.phases.values())
    if params.slow_s is not None and took_s > params.slow_s:
        detail = f"took {took_s:.2f} s, over {params.slow_s:g} s"
        return looked_up.outcome(Reason.SLOW, detail, values=values)
    return looked_up.outcome(values=values)
