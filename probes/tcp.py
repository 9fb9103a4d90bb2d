"""A port is open: somebody takes our connection, quickly enough."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field

from probes.contract import Io, Outcome, ProbeParams, Reason, Target
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange

REASONS: Mapping[Reason, str] = MappingProxyType(
    {Reason.SLOW: "the connection is taken, but later than its limit"}
)


class Params(ProbeParams):
    """Which port."""

    host: str = Field(description="a name or an address", pattern=r"^[A-Za-z0-9._:-]{1,253}$")
    port: int = Field(description="from 1 to 65535", ge=1, le=65535)
    slow_s: float | None = Field(None, gt=0, description="seconds; over it the port is slow")


async def probe(params: Params, io: Io) -> Outcome:
    """Connect once, and hang up."""
    return judge(params, await io.dial(params.host, params.port))


def by_hand(params: Params, target: Target) -> str:
    """Connects by what bash has built in: not every machine has a netcat."""
    connect = shell.quoted('</dev/tcp/"$0"/"$1" && echo open')
    return f"timeout {shell.PATIENCE_S} bash -c {connect} {shell.quoted(params.host)} {params.port}"


def judge(params: Params, dialled: Exchange) -> Outcome:
    """What the connection came to."""
    if dialled.failure is not None:
        return dialled.failed()
    took_s = sum(dialled.phases.values())
    if params.slow_s is not None and took_s > params.slow_s:
        return dialled.outcome(Reason.SLOW, f"took {took_s:.2f} s, over {params.slow_s:g} s")
    return dialled.outcome()
