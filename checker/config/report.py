"""What one reading of the config turns up: problems to mend, and what is off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checker.config.problems import ConfigError, Problem
from checker.config.settings import Off
from checker.config.source import Place

PROBLEMS_MAX = 200  # after so many, the rest of the config is not looked at
SECRET_MIN = 6  # characters: shorter ones would blank out words that are no secrets
HIDDEN = "***"


class Report:
    """Collects, in whatever order things are found; hands out in the order of files and places."""

    def __init__(self, files: Iterable[str]) -> None:
        self.off: list[Off] = []
        self.incomplete = False  # a file could not be read: what is missing may stand there
        self._rank = {name: rank for rank, name in enumerate(files)}
        self._problems: list[Problem] = []
        self._doubts: list[Problem] = []
        self._secrets: set[str] = set()

    @property
    def count(self) -> int:
        """How many problems there are so far."""
        return len(self._problems)

    @property
    def is_clean(self) -> bool:
        return not self._problems

    def refuse(self, place: Place, message: str, expected: str = "", hint: str = "") -> None:
        """A problem at a place. Raises ConfigError once there are more than anybody would read."""
        self.add(place.problem(message, expected, hint))

    def wonder(self, place: Place, message: str, hint: str) -> None:
        """What is no problem by itself, and may explain those that there are: told with them only."""
        self._doubts.append(place.problem(message, hint=hint))

    def add(self, problem: Problem) -> None:
        self._problems.append(problem)
        if len(self._problems) >= PROBLEMS_MAX:
            raise self.error()

    def switch_off(self, what: str, why: str) -> None:
        self.off.append(Off(what, self._scrubbed(why)))

    def keep_secret(self, value: str) -> None:
        """What a reference stands for is not to be in any message."""
        if len(value) >= SECRET_MIN:
            self._secrets.add(value)

    def check(self) -> None:
        """Raises ConfigError if there is any problem."""
        if self._problems:
            raise self.error()

    def error(self) -> ConfigError:
        ordered = sorted(
            [*self._problems, *self._doubts],
            key=lambda p: (self._rank.get(p.file, -1), p.line, p.column),
        )
        return ConfigError(
            replace(p, message=self._scrubbed(p.message), expected=self._scrubbed(p.expected))
            for p in ordered
        )

    def _scrubbed(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text
