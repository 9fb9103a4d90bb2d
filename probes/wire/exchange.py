"""What goes out and what came of it, as values: nothing here touches a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from probes.contract import BODY_MAX, Outcome, Reason, Timing, Verdict

_NOTHING: Mapping[Any, Any] = MappingProxyType({})

# What is ours, or could be: no word about the one we looked at.
NOT_THEIRS = frozenset(
    {
        Reason.CHALLENGE,
        Reason.LOOK_UP,
        Reason.OWN_NETWORK,
        Reason.OWN_RESOURCES,
        Reason.OWN_STALL,
        Reason.OWN_KEY,
        Reason.OWN_LIMIT,
        Reason.OWN_QUOTA,
        Reason.OWN_FAULT,
    }
)
# The answer is right, and still there is something to be said.
RIGHT_ALL_THE_SAME = frozenset(
    {Reason.SLOW, Reason.INCOMPLETE, Reason.SAVE, Reason.GROWING, Reason.EXPIRY}
)


def verdict_of(reason: Reason | None) -> Verdict:
    """The verdict that goes with a reason, which alone says whose fault it can be."""
    if reason is None:
        return Verdict.PASSED
    if reason in NOT_THEIRS:
        return Verdict.INCONCLUSIVE
    return Verdict.DEGRADED if reason in RIGHT_ALL_THE_SAME else Verdict.FAILED


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `headers` and `body` may hold keys: they are never printed."""

    url: str  # http or https; what is printed of it is scheme, host and path
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    body: bytes | None = field(default=None, repr=False)
    max_body: int = BODY_MAX  # bytes of the answer, after decompression


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the other side showed. A certificate that was not trusted is worth reporting too."""

    expires_at: float  # seconds since the epoch
    trusted: bool = True
    problem: str = ""  # why not, in OpenSSL's words


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer to judge."""

    reason: Reason
    detail: str = ""

    @property
    def verdict(self) -> Verdict:
        return verdict_of(self.reason)


@dataclass(frozen=True, slots=True)
class Json:
    """A body read as JSON: the `value`, or the `problem` that kept it from being one."""

    value: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one request, connection or look-up came to. Judge the answer only if `failure` is None.

    A failed exchange keeps all that was learnt before it failed: phases, values, status, and
    the part of the body that had come.
    """

    failure: Failure | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(
        default_factory=lambda: _NOTHING
    )  # lower-case names; repeated ones joined by ", "
    body: bytes = b""  # at most Request.max_body
    phases: Mapping[Timing, float] = field(
        default_factory=lambda: _NOTHING
    )  # seconds; only what was reached to its end
    values: Mapping[str, float] = field(
        default_factory=lambda: _NOTHING
    )  # named as blackbox_exporter does, without its prefix: http_status_code, …
    certificate: Certificate | None = None
    addresses: tuple[str, ...] = ()  # of a look-up: what the name stands for

    @property
    def text(self) -> str:
        """The body as UTF-8; what is not UTF-8 becomes the replacement character."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Json:
        """The body as JSON. Never raises: an empty, cut or absurdly deep body is a problem."""
        try:
            return Json(value=json.loads(self.body))
        except (ValueError, RecursionError) as error:
            return Json(problem=f"not JSON ({type(error).__name__})")

    def failed(self) -> Outcome:
        """The Outcome of an exchange that failed. ValueError if it did not."""
        if self.failure is None:
            raise ValueError("this exchange has an answer: judge it")
        return self.outcome(self.failure.reason, self.failure.detail)

    def outcome(
        self,
        reason: Reason | None = None,
        detail: str = "",
        *,
        verdict: Verdict | None = None,
        values: Mapping[str, float] = _NOTHING,
        memory: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """What was measured, as an Outcome: a pass without a `reason`, else what the reason says.

        `verdict` is for the kinds where the reason does not say it. `values` are the caller's own
        measurements, beside those of the exchange.
        """
        return Outcome(
            verdict=verdict or verdict_of(reason),
            reason=reason,
            detail=detail,
            phases=self.phases,
            values=MappingProxyType({**self.values, **values}),
            memory=memory,
        )
