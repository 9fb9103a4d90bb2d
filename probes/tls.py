"""A certificate is trusted, is that of its name, and is good for some days yet.

Asked for with a HEAD request, of which only the handshake counts: whatever is said afterwards is
somebody else's business. How many days are left is told of a certificate that is not trusted too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pydantic import Field

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Timing
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange, Request
from probes.wire.resolver import is_address

DAY_S = 86_400.0
HANDSHAKE = (Timing.RESOLVE, Timing.CONNECT, Timing.TLS)

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.TLS: "no handshake, or a certificate that is expired, of another name, or not trusted",
        Reason.EXPIRY: "trusted, but it ends within `warn_days`",
        Reason.SLOW: "trusted, but the handshake took longer than its limit",
    }
)


class Params(ProbeParams):
    """Whose certificate, and how long it must be good."""

    host: str = Field(description="a name or an address", pattern=r"^[A-Za-z0-9._:-]{1,253}$")
    port: int = Field(443, description="from 1 to 65535", ge=1, le=65535)
    warn_days: float = Field(14.0, ge=0, description="days; with fewer left it is degraded")
    slow_s: float | None = Field(None, gt=0, description="seconds; over it the handshake is slow")


async def probe(params: Params, io: Io) -> Outcome:
    """Shake hands once."""
    shaken = await io.fetch(Request(f"https://{_place(params)}/", method="HEAD"))
    return judge(params, shaken, io.now())


def by_hand(params: Params, target: Target) -> str:
    """Whose certificate it is and until when; whether it is trusted stands in the lines before."""
    host = shell.quoted(params.host)
    named = (
        f"-verify_ip {host}"
        if is_address(params.host)
        else f"-servername {host} -verify_hostname {host}"
    )
    shaken = f"timeout {shell.PATIENCE_S} openssl s_client -connect {shell.quoted(_place(params))} {named}"
    return f"{shaken} </dev/null | openssl x509 -noout -subject -issuer -dates"


def _place(params: Params) -> str:
    host = f"[{params.host}]" if ":" in params.host else params.host
    return f"{host}:{params.port}"


def judge(params: Params, shaken: Exchange, now: datetime) -> Outcome:
    """What the certificate says. A failure after the handshake is none of TLS."""
    shown = shaken.certificate
    if shown is None:
        return shaken.failed() if shaken.failure else shaken.outcome(Reason.TLS, "no certificate")
    days = (shown.expires_at - now.timestamp()) / DAY_S
    values = {"days_left": days}
    if not shown.trusted:
        return shaken.outcome(Reason.TLS, shown.problem, values=values)
    if days < params.warn_days:
        return shaken.outcome(Reason.EXPIRY, f"ends in {days:.1f} days", values=values)
    took_s = sum(shaken.phases.get(timing, 0.0) for timing in HANDSHAKE)
    if params.slow_s is not None and took_s > params.slow_s:
        detail = f"took {took_s:.2f} s, over {params.slow_s:g} s"
        return shaken.outcome(Reason.SLOW, detail, values=values)
    return shaken.outcome(values=values)
