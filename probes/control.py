"""Somebody who has nothing to do with PostHog can be reached: so this location has a network.

"Not just for you": when most of the controls cannot be reached, the trouble is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from probes.contract import Io, Outcome, ProbeParams, Reason
from probes.wire.exchange import Request

REASONS: Mapping[Reason, str] = MappingProxyType(
    {Reason.STATUS: "it answers with a 5xx, so it has trouble of its own"}
)


class Params(ProbeParams):
    """Exactly one of three ways to reach them."""

    https: str | None = Field(None, description="a URL: any answer under 500 will do")
    tcp: str | None = Field(None, description="host:port: a connection will do")
    dns: str | None = Field(None, description="a name: any address will do", min_length=1)

    @field_validator("https")
    @classmethod
    def _is_https(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme != "https" or not urlsplit(url).hostname):
            raise ValueError("must be a https:// URL")
        return url

    @field_validator("tcp")
    @classmethod
    def _is_host_and_port(cls, place: str | None) -> str | None:
        if place is not None:
            host_and_port(place)
        return place

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        ways = [way for way in (self.https, self.tcp, self.dns) if way is not None]
        if len(ways) != 1:
            raise ValueError("needs exactly one of https, tcp and dns")
        return self


async def probe(params: Params, io: Io) -> Outcome:
    """Reach them once."""
    if params.tcp is not None:
        reached = await io.dial(*host_and_port(params.tcp))
    elif params.dns is not None:
        reached = await io.resolve(params.dns)
    else:
        # The head alone: what they say does not matter, and it is their bandwidth.
        reached = await io.fetch(Request(str(params.https), method="HEAD"))
        if reached.status is not None and reached.status < 500:
            return reached.outcome()
    if reached.failure is not None:
        return reached.failed()
    if reached.status is not None:
        return reached.outcome(Reason.STATUS, f"status {reached.status}")
    return reached.outcome()


def host_and_port(place: str) -> tuple[str, int]:
    """`host:port` or `[v6]:port` in its parts. ValueError if it is not that."""
    parts = urlsplit(f"//{place}")
    if not parts.hostname or not parts.port or parts.netloc != place or "@" in place:
        raise ValueError("must be host:port")
    return parts.hostname, parts.port
