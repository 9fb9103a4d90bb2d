"""What a probe is: a look at something, once, and the Outcome of it.

A kind of probe is a module of this package with two names in it:

    class Params(ProbeParams): ...          the settings that this kind understands
    async def probe(params, io) -> Outcome  one look: one attempt, no retry, no judgement of severity

and, if there is more to say, two others:

    REASONS                                 the reasons it can give, each with its meaning here
    def by_hand(params, target) -> str      a line for a shell that looks by hand at the same thing; no secret in it

Config names the kind, the kind is the module's name; nothing is registered.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, SecretStr

if TYPE_CHECKING:
    from probes.wire.exchange import Exchange, Request

DETAIL_MAX = 200  # characters of an Outcome's detail: one line in a message
BODY_MAX = 256 * 1024  # bytes of a body that a probe reads, after decompression
RUN = uuid4().hex  # names this run of the program


class Verdict(StrEnum):
    """What one look found. INCONCLUSIVE (could not tell) is an answer, and changes nothing."""

    PASSED = "passed"
    DEGRADED = "degraded"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Reason(StrEnum):
    """Why a look did not simply pass: one word of a closed set, safe as a metric label."""

    DNS = "dns"  # the name was not resolved
    REFUSED = "refused"  # the connection was refused
    RESET = "reset"  # the connection was cut
    UNREACHABLE = "unreachable"  # no route to that host
    TIMEOUT = "timeout"  # the deadline passed
    TLS = "tls"  # the handshake or the certificate's check failed
    STATUS = "status"  # not the status that was expected
    REDIRECT = "redirect"  # off the host, too many, or one where none was expected
    BODY = "body"  # the answer does not hold what it must, or is cut or too long
    PROTOCOL = "protocol"  # what came back is not HTTP as we know it
    SLOW = "slow"  # right, but over its limit
    FLAGS = "flags"  # flags are not returned: the canary flag is missing
    INCOMPLETE = "incomplete"  # the answer holds what it must, but not all that it should
    SAVE = "save"  # what was computed could not be saved
    EVENT = "event"  # capture refused an event
    LATE = "late"  # canaries arrive later than is allowed
    GROWING = "growing"  # each canary takes longer than the one before
    STALLED = "stalled"  # nothing arrives at all
    LOST = "lost"  # canaries are gone while later ones arrived
    CREATED = "created"  # a look that must change nothing has made something
    CONDITION = "condition"  # a condition on a measurement does not hold
    EXPIRY = "expiry"  # the certificate ends soon
    CHALLENGE = "challenge"  # a bot challenge or a block of our address
    LOOK_UP = "look_up"  # the way to see what happened is broken itself
    OWN_NETWORK = "own_network"  # this machine has no way out
    OWN_RESOURCES = "own_resources"  # no descriptors, no memory
    OWN_STALL = "own_stall"  # our own loop stood still during the look
    OWN_KEY = "own_key"  # our key is refused
    OWN_LIMIT = "own_limit"  # our rate limit, on an API that has one
    OWN_QUOTA = "own_quota"  # our bill: the project is over its quota
    OWN_FAULT = "own_fault"  # the probe itself broke: a bug of ours


class Timing(StrEnum):
    """A part of one request. A part that was not reached is absent, never 0."""

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    PROCESSING = "processing"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look found. Holds no time and no identity: those belong to the Observation.

    `phases` are seconds; `values` are measurements by name (`http_status_code`, `lag_seconds` …);
    `detail` is one line for people, free of secrets, at most DETAIL_MAX characters;
    `memory` is a JSON merge patch (RFC 7386) to what the probe remembers: keys are added or replaced,
    None removes one. Looks overlap, so a patch names only what this look has changed.
    """

    verdict: Verdict
    reason: Reason | None = None
    detail: str = ""
    phases: Mapping[Timing, float] = field(default_factory=lambda: MappingProxyType({}))
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    memory: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if (self.verdict is Verdict.PASSED) != (self.reason is None):
            raise ValueError(f"{self.verdict} does not go with reason {self.reason}")
        object.__setattr__(self, "detail", one_line(self.detail))


def one_line(text: str, limit: int = DETAIL_MAX) -> str:
    """`text` as one printable line of at most `limit` characters: foreign text can forge no line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class Target:
    """A PostHog to watch. `app_origin` and `ingest_origin` are `scheme://host[:port]`."""

    name: str
    app_origin: str
    ingest_origin: str
    aliases: tuple[
        str, ...
    ] = ()  # other host names of the same app: a redirect to them stays at home
    project_id: str | None = None
    project_key: SecretStr | None = None  # phc_…: public keys, hidden all the same
    personal_key: SecretStr | None = None  # phx_…


class Fetch(Protocol):
    """One HTTP request on a connection of its own; never raises for what the network does."""

    def __call__(self, request: Request) -> Awaitable[Exchange]: ...


@dataclass(frozen=True, slots=True)
class Io:
    """All that a probe may touch. The caller owns the deadline; `fetch` and `dial` keep to it."""

    target: Target | None
    timeout_s: float
    fetch: Fetch
    dial: Callable[
        [str, int], Awaitable[Exchange]
    ]  # (host, port): opens and closes a TCP connection
    resolve: Callable[[str], Awaitable[Exchange]]  # (name): looks it up, uncached
    now: Callable[[], datetime]  # wall clock, UTC
    memory: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    monotonic: Callable[[], float] = time.monotonic  # seconds; nobody sets this clock …
    run: str = RUN  # … but two of its times can be compared only within one run


class ProbeParams(BaseModel):
    """Base of every kind's settings: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    fastest_s: ClassVar[float] = 5.0  # never looked at more often than this, whatever the doubt
    needs: ClassVar[tuple[str, ...]] = ()  # attributes of Target without which the check is off
    remembers: ClassVar[str] = ""  # name of the memory, shared by the target's probes that name it
    spends: ClassVar[Mapping[str, int]] = MappingProxyType(
        {}
    )  # limit of the target → requests a look


Probe = Callable[[Any, Io], Awaitable[Outcome]]
ByHand = Callable[[Any, Target], str]
