"""An outage as a story: a world, people, what is expected; and how it was played."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.config.settings import PlannedCheck, Settings
from checker.core.events import Event
from checker.rehearsal.expectations import Expectation, Finding
from checker.rehearsal.log import Log, log_of
from checker.rehearsal.play import Play
from checker.rehearsal.stage import Scene, Stage

BEFORE_S = 1860.0  # played before the begin, all being right: windows of half an hour are full then


@dataclass(frozen=True, slots=True)
class Story:
    """All that a story file says. Times are seconds; `begins` since the epoch."""

    title: str
    source: str
    about: str
    begins: float
    lasts_s: float
    locations: tuple[str, ...]
    scenes: tuple[Scene, ...]
    people: tuple[Event, ...]  # in order
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it went."""

    story: Story
    log: Log
    findings: tuple[tuple[Expectation, Finding], ...]
    looks: int

    @property
    def met(self) -> bool:
        """Whether all went as expected."""
        return all(finding.met for _, finding in self.findings)

    def missed(self) -> Iterator[tuple[Expectation, Finding]]:
        return ((e, f) for e, f in self.findings if not f.met)


def tell(story: Story, settings: Settings) -> Told:
    """The story, played with these settings."""
    checks: dict[str, PlannedCheck] = {check.name: check for check in settings.checks}
    stage = Stage(story.scenes, checks, story.begins)
    play = Play(settings.policy, stage, story.locations, story.begins - BEFORE_S)
    for word in story.people:
        play.run(word.at)
        play.tell(word)
    play.run(story.begins + story.lasts_s)
    log = log_of(play.happened, story.begins)
    findings = tuple((expected, expected.find(log)) for expected in story.expectations)
    return Told(story, log, findings, play.looks)
