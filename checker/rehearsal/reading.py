"""From a YAML file to a story: every problem at once, with file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from checker.config import folder
from checker.config.documents import merged
from checker.config.durations import LONGEST_S
from checker.config.entries import Block
from checker.config.form import branch_of, fill
from checker.config.needs import refuse_unset
from checker.config.problems import ConfigError, Problem, did_you_mean
from checker.config.report import Report
from checker.config.settings import Settings
from checker.config.source import Place, Source
from checker.config.tree import Branch, Entry, Scalar, Sequence
from checker.core.events import Event
from checker.rehearsal.expectations import EXPECTATIONS, Expectation
from checker.rehearsal.moments import Date, after
from checker.rehearsal.people import WORDS
from checker.rehearsal.series import Lag, Misspelt, Piece, pieces
from checker.rehearsal.stage import Scene, measures_lag
from checker.rehearsal.story import Story

One = TypeVar("One", bound=Block)

ASIDE = ("world", "people", "expect")  # what is more than a word or two
TARGETS = ("declared", "recovered", "declare", "maintenance")  # keys that name a target


class Head(Block):
    """Whose story it is, and where and when it plays."""

    story: str = Field(min_length=1)
    """What happens, in a line."""
    source: str = ""
    """Where it was told: a link, or the handbook's sentence."""
    about: str = ""
    """What is worth knowing about it."""
    begins: Date = 1767603600.0  # a Monday morning: 2026-01-05 09:00
    """Date and time of its begin, UTC."""
    lasts_s: float
    """How long it is played."""
    step_s: float = 60.0
    """What "x1" in a series stands for."""
    locations: tuple[str, ...] = Field(("ams", "iad", "sin"), min_length=1, max_length=10)
    """Where is looked from."""


def read(path: Path, settings: Settings) -> Story:
    """The story in a file, as told about what `settings` watch. Raises ConfigError with all that is wrong."""
    if path.is_dir():
        raise ConfigError([Problem(str(path), 0, 0, "this is a folder", "a file with a story")])
    files = folder.read(path)
    report = Report(file.name for file in files)
    top = merged(files, {}, (), report)
    for entry in top.values():
        refuse_unset(entry.value, report)
    report.check()
    story = _Reading(top, Place(Source(str(path), ()), 0, 0), settings, report).story()
    report.check()
    return story


class _Reading:
    """One file on its way to a story."""

    def __init__(
        self, top: Mapping[str, Entry], whole: Place, settings: Settings, report: Report
    ) -> None:
        self.top = top
        self.whole = whole
        self.settings = settings
        self.report = report

    def story(self) -> Story:
        """The story, worth something only if the report has no problem."""
        entries = {key: entry for key, entry in self.top.items() if key not in ASIDE}
        branch = Branch(self.whole, entries)
        head = fill(Head, Entry(self.whole, branch), branch, self.report, also=ASIDE)
        for name in ("world", "expect"):
            if name not in self.top:
                self.report.refuse(self.whole, f"`{name}` is missing")
        known = head or Head(story="of which the head is wrong", lasts_s=LONGEST_S)
        return Story(
            title=known.story,
            source=known.source,
            about=known.about,
            begins=known.begins,
            lasts_s=known.lasts_s,
            locations=known.locations,
            scenes=tuple(self._scenes(known)),
            people=tuple(sorted(self._people(known), key=lambda event: event.at)),
            expectations=tuple(expected for _, expected in self._rows("expect", EXPECTATIONS)),
        )

    def _people(self, head: Head) -> Iterator[Event]:
        for branch, word in self._rows("people", WORDS):
            if word.at > head.lasts_s:
                place = branch.entries["at"].value.place
                self.report.refuse(place, "the story is over by then", f"at most {after(head.lasts_s)}")  # fmt: skip
            yield word.event(head.begins)

    # ── rows of several shapes ────────────────────────────────────────────────────────────────

    def _rows(self, name: str, shapes: Mapping[str, type[One]]) -> Iterator[tuple[Branch, One]]:
        """Each row of a list, in the shape that one of its keys names."""
        for branch in self._branches(name):
            shape = next((shapes[key] for key in shapes if key in branch.entries), None)
            if shape is None:
                self._unknown(branch, shapes)
                continue
            row = fill(shape, Entry(branch.place, branch), branch, self.report)
            if row is not None and self._has_known_targets(branch, shape):
                yield branch, row

    def _branches(self, name: str) -> Iterator[Branch]:
        entry = self.top.get(name)
        if entry is None:
            return
        if not isinstance(entry.value, Sequence):
            self.report.refuse(entry.value.place, f"wrong value for `{name}`", "a list of rows")
            return
        for item in entry.value.items:
            if branch := branch_of(Entry(item.place, item), name, self.report):
                yield branch

    def _unknown(self, branch: Branch, shapes: Mapping[str, type[One]]) -> None:
        hints = (did_you_mean(key, shapes) for key in branch.entries)
        hint = next(filter(None, hints), "")
        self.report.refuse(branch.place, "a row of no known kind", f"one of {', '.join(shapes)}", hint)  # fmt: skip

    def _has_known_targets(self, branch: Branch, shape: type[Block]) -> bool:
        """Whether every target that the row names is one; what is not is told."""
        of = ("of",) if issubclass(shape, Expectation) else ()
        named = {key: branch.entries[key].value for key in (*TARGETS, *of) if key in branch.entries}
        wrong = [v for v in named.values() if isinstance(v, Scalar) and not self._knows(v.text)]
        for scalar in wrong:
            targets = self.settings.policy.targets
            hint = did_you_mean(scalar.text, targets)
            self.report.refuse(scalar.place, "there is no such target", f"one of {', '.join(targets)}", hint)  # fmt: skip
        return not wrong

    def _knows(self, target: str) -> bool:
        return target in self.settings.policy.targets

    # ── the world ─────────────────────────────────────────────────────────────────────────────

    def _scenes(self, head: Head) -> Iterator[Scene]:
        entry = self.top.get("world")
        branch = branch_of(entry, "world", self.report) if entry else None
        for pattern, written in branch.entries.items() if branch else ():
            if not isinstance(written.value, Scalar):
                self.report.refuse(written.value.place, f"wrong value for `{pattern}`", "a series such as 'ok for 10m, 503'")  # fmt: skip
                continue
            made = self._pieces(written.value, head)
            check, _, location = pattern.partition("@")
            scene = Scene(check, location or "*", made)
            self._refuse_nowhere(scene, written.place, head.locations)
            self._refuse_unfit(scene, written.value.place)
            yield scene

    def _pieces(self, scalar: Scalar, head: Head) -> tuple[Piece, ...]:
        try:
            return pieces(scalar.text, head.step_s, head.lasts_s)
        except Misspelt as problem:
            place = _within(scalar, problem.offset)
            self.report.refuse(place, problem.message, problem.expected, problem.hint)
            return ()

    def _refuse_nowhere(self, scene: Scene, place: Place, locations: tuple[str, ...]) -> None:
        """A pattern that names nothing would be a story about nothing."""
        names = [check.name for check in self.settings.checks]
        if not any(scene.shows(name, where) for name in names for where in locations):
            known = f"one of {', '.join(names)}, or a pattern such as 'us/*'"
            seen = any(scene.shows(name, scene.location) for name in names)
            expected = f"one of the locations {', '.join(locations)}" if seen else known
            hint = "" if seen else did_you_mean(scene.check, names)
            self.report.refuse(place, "nothing is looked at that this names", expected, hint)

    def _refuse_unfit(self, scene: Scene, place: Place) -> None:
        if any(isinstance(piece.state, Lag) for piece in scene.pieces):
            for check in self.settings.checks:
                if scene.shows(check.name, scene.location) and not measures_lag(check):
                    message = f"{check.name} measures no lag"
                    self.report.refuse(place, message, "lag for checks of the kind 'ingestion'")


def _within(scalar: Scalar, offset: int) -> Place:
    """The place of what stands so many characters into a text, where the file shows it as it is."""
    place = scalar.place
    line = place.source.lines[place.line - 1] if place.line else ""
    quoted = int(not scalar.plain)
    start = place.column - 1 + quoted
    if line[start:].startswith(scalar.raw):
        return Place(place.source, place.line, place.column + quoted + offset)
    return place
