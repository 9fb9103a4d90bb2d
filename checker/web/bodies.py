"""What may stand in the body of a request, and the word of a person's that it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from checker.core.events import (
    Cancelled,
    Closed,
    Dismissed,
    Joined,
    Led,
    Noted,
    Published,
    SeveritySet,
    StatusSaid,
    SyncTaken,
    Uneventful,
)
from checker.core.model import Maintenance, Severity
from checker.core.words import About
from probes.contract import one_line

TOLD_MAX = 3  # mistakes that are told at a time

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
SeverityWord = Literal["minor", "major", "critical"]
Read = TypeVar("Read", bound=BaseModel)


class Misread(ValueError):
    """The body is not what is asked for; the message says what is wrong, and holds nothing of it."""


def read(model: type[Read], body: bytes) -> Read:
    """The model that the JSON of `body` holds, or Misread."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Misread("; ".join(_mistakes(error))) from None


def _mistakes(error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    told = [_mistake(".".join(str(step) for step in one["loc"]), one["msg"]) for one in found]
    more = len(told) - TOLD_MAX
    return told[:TOLD_MAX] + ([f"and {more} more"] if more > 0 else [])


def _mistake(where: str, what: str) -> str:
    return one_line(f"{where}: {what}" if where else what)


class Body(BaseModel):
    """Unknown keys are refused: a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    by: Name  # whoever says so


class DeclareBody(Body):
    target: Name
    what: Text
    severity: SeverityWord = "major"


class MaintenanceBody(Body):
    target: Name
    begins: AwareDatetime
    ends: AwareDatetime
    why: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""

    def maintenance(self) -> Maintenance:
        span = self.begins.timestamp(), self.ends.timestamp()
        return Maintenance(self.target, *span, self.by, one_line(self.why))


class WordBody(Body):
    """About an incident."""

    def word(self, at: float, incident: str) -> About:
        """The event that it comes to."""
        raise NotImplementedError


class NoteBody(WordBody):
    text: Text

    def word(self, at: float, incident: str) -> About:
        return Noted(at, incident, self.by, self.text)


class StatusBody(WordBody):
    text: Text

    def word(self, at: float, incident: str) -> About:
        return StatusSaid(at, incident, self.by, self.text)


class LeadBody(WordBody):
    to: Name | None = Field(None)  # whom it is handed to; nobody: whoever says so takes it

    def word(self, at: float, incident: str) -> About:
        return Led(at, incident, self.by, self.to or self.by)


class SeverityBody(WordBody):
    severity: SeverityWord

    def word(self, at: float, incident: str) -> About:
        return SeveritySet(at, incident, self.by, Severity[self.severity.upper()])


class CloseBody(WordBody):
    cause: Text
    fix: Text
    anyway: bool = False  # though checks still fail

    def word(self, at: float, incident: str) -> About:
        return Closed(at, incident, self.by, self.cause, self.fix)


class CancelBody(WordBody):
    why: Text

    def word(self, at: float, incident: str) -> About:
        return Cancelled(at, incident, self.by, self.why)


class JoinBody(WordBody):
    def word(self, at: float, incident: str) -> About:
        return Joined(at, incident, self.by)


class PublishBody(WordBody):
    outlet: Name
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""

    def word(self, at: float, incident: str) -> About:
        return Published(at, incident, self.by, self.outlet, self.text)


class DismissBody(WordBody):
    outlet: Name

    def word(self, at: float, incident: str) -> About:
        return Dismissed(at, incident, self.by, self.outlet)


class SyncBody(WordBody):
    def word(self, at: float, incident: str) -> About:
        return SyncTaken(at, incident, self.by)


class UneventfulBody(WordBody):
    def word(self, at: float, incident: str) -> About:
        return Uneventful(at, incident, self.by)


WORDS: Mapping[str, type[WordBody]] = {
    "note": NoteBody,
    "status": StatusBody,
    "lead": LeadBody,
    "severity": SeverityBody,
    "close": CloseBody,
    "cancel": CancelBody,
    "uneventful": UneventfulBody,
    "join": JoinBody,
    "publish": PublishBody,
    "dismiss": DismissBody,
    "sync": SyncBody,
}
