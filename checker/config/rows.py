"""What may be written in the rows of a list: `rules`, `never`, `ages` and `maintenance`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator

from checker.config.amounts import moment, share_of
from checker.config.entries import Block
from checker.config.form import branch_of
from checker.config.needs import refuse_unset
from checker.config.report import Report
from checker.config.tree import Branch, Entry, Scalar, Sequence, plain
from checker.core.matchers import matchers
from checker.core.rules import Scope

SeverityWord = Literal["minor", "major", "critical"]


class RuleEntry(Block):
    """A row of the handbook's table."""

    symptom: str
    """A surface (or "any") and what is wrong with it: "app down", "any failing"."""
    severity: SeverityWord
    """How bad, in the handbook's three words."""
    sentence: str = Field(min_length=1)
    """The handbook's own words."""
    scope: Scope = Scope.ONE
    """Whether it must hold at one target or at every target."""
    critical: bool = True
    """False: a row for checks that are marked `critical: false`."""
    share: str | None = None
    """Of what is partial: from this share of failed looks on, such as 20%."""
    for_s: float | None = None
    """How long it must have held."""

    @field_validator("share")
    @classmethod
    def _is_a_share(cls, text: str | None) -> str | None:
        if text is not None:
            share_of(text)
        return text


class AlertRuleEntry(Block):
    """A row about alerts of Alertmanager's."""

    alert: str = Field(min_length=1)
    """Which ones, as Alertmanager writes it: severity="critical", alertname=~"Kafka.*"."""
    severity: SeverityWord
    """How bad, in the handbook's three words."""
    sentence: str = Field(min_length=1)
    """The handbook's own words."""
    scope: Scope = Scope.ONE
    """Whether one must fire at one target or at every target."""
    for_s: float | None = None
    """How long it must have fired."""

    @field_validator("alert")
    @classmethod
    def _are_matchers(cls, text: str) -> str:
        matchers(text)
        return text


class NeverEntry(Block):
    """What the handbook says is no incident. No rule may rest on its sentence."""

    symptom: str = Field(min_length=1)
    """As in a rule, if a probe can see it: then it counts for nothing. Else in words, for people."""
    sentence: str = Field(min_length=1)
    """The handbook's own words."""


class AgeEntry(Block):
    """What is not dealt with becomes more severe."""

    severity: SeverityWord
    """Of an incident that is still failing."""
    after_s: float
    """How long it has had that severity."""
    becomes: SeverityWord
    """What it then is: proposed to whoever has taken the page, done if nobody has."""
    sentence: str = Field(min_length=1)
    """The handbook's own words."""


class MaintenanceEntry(Block):
    """Planned work. What fails is looked at all the while, and declared at the end if it still fails."""

    targets: tuple[str, ...] = Field(min_length=1)
    """The targets that are worked on."""
    begins: str
    """A time with its zone: 2026-11-23T22:00:00Z."""
    ends: str
    """The same."""
    by: str = Field(min_length=1)
    """Whom to ask."""
    why: str = ""
    """What is done."""

    @field_validator("begins", "ends")
    @classmethod
    def _is_a_moment(cls, text: str) -> str:
        moment(text)
        return text


def rows(name: str, entry: Entry, report: Report) -> Iterator[Branch]:
    """Each row of a list that is a mapping; what is not is told."""
    refuse_unset(entry.value, report)
    match entry.value:
        case Sequence(items=items):
            for item in items:
                if branch := branch_of(Entry(item.place, item), name, report):
                    yield branch
        case Scalar() as scalar if plain(scalar) is None:
            return
        case node:
            report.refuse(node.place, f"wrong value for `{name}`", "a list of rows")
