"""What a responder is: it carries out one effect, once, and says how that went.

A kind of responder is a module of this package with two names in it:

    class Settings(ResponderSettings): ...   what this kind understands
    class Responder: ...                     built as Responder(settings), one for a daemon's life

Config names the kind, the kind is the module's name; nothing is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar, Protocol, runtime_checkable

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict

from checker.core.model import Duty, Effect, Person


def _guarded(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.scheme != "https" and not _is_here(url.host or ""):
        raise ValueError("https://, for a token goes there; http:// only to this machine")
    return url


def _is_here(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


ApiUrl = Annotated[AnyHttpUrl, AfterValidator(_guarded)]
"""Where an API is to which we send a token: never in the clear over a network."""


class ResponderSettings(BaseModel):
    """Base of every kind's settings: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    duties: ClassVar[frozenset[Duty]] = frozenset()  # what this kind does
    on_request: ClassVar[frozenset[Duty]] = frozenset()  # what it can do too, where config says so
    rings_at: ClassVar[str] = ""  # the setting by which two of this kind ring at one place

    @property
    def confirms(self) -> bool:
        """Whether one with these settings can look up what became of a page."""
        return False


@dataclass(frozen=True, slots=True)
class Done:
    """Confirmed by the other side. `receipt` is JSON that later effects of the incident may need."""

    receipt: Mapping[str, Any]
    note: str = ""  # one line for the timeline: "paged: PagerDuty took it as checker/us-42/1"


@dataclass(frozen=True, slots=True)
class Later:
    """Not done, and worth another try. `after_s`: the other side asked for that long (Retry-After).

    `unsure`: it may have been done all the same (the answer was lost).
    """

    why: str
    after_s: float | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Never:
    """Refused for good: trying again cannot help. `why` says what to mend."""

    why: str


Answer = Done | Later | Never


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the responder is told beside the effect itself."""

    effect: Effect
    receipts: Mapping[str, Mapping[str, Any]]  # earlier effects of this incident here: id → receipt
    unsure: bool = False  # an earlier try has an unknown fate: look first, then send
    first_tried_at: float | None = None  # seconds since the epoch, of the first try


class PageState(StrEnum):
    """What a page is, where it was sent to."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as the other side shows it. `who`: whom it rings, or who acknowledged or ended it."""

    state: PageState
    who: str = ""  # empty: no person


@dataclass(frozen=True, slots=True)
class Unread:
    """The other side did not say. `after_s`: no sense in asking sooner."""

    why: str
    after_s: float | None = None


class Responder(Protocol):
    """One way out. Never raises for what the other side does, never logs, never sleeps."""

    async def carry_out(self, attempt: Attempt) -> Answer: ...

    async def close(self) -> None: ...


@runtime_checkable
class ReadsBack(Protocol):
    """A responder that can be asked what became of a page."""

    @property
    def reads_every_s(self) -> float | None:
        """How often to ask, seconds. None: this one cannot be asked, for want of a token."""
        ...

    async def look_up(self, key: str) -> Shown | Unread | None:
        """The page of this key; None: it is not shown. Never raises for what the other side does."""
        ...


@runtime_checkable
class KnowsOnCall(Protocol):
    """A responder that can be asked who is on call now."""

    @property
    def knows_on_call(self) -> bool:
        """Whether it can be asked at all: it may lack a token or the service's id."""
        ...

    async def on_call(self) -> tuple[Person, ...] | Unread:
        """Who would be rung now, first level first; empty: nobody. Never raises for what the other side does."""
        ...


MakeResponder = Callable[[Any], Responder]
