"""What is wrong with the config, said so that the person who reads it can mend it at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

SHOWN_MAX = 50  # problems that are shown; the rest is counted
LINE_MAX = 160  # characters of the offending line that are shown


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. Line and column count from 1; line 0 means the file or folder as a whole.

    `source_line` is as written in the file, never with a reference expanded, secrets masked.
    """

    file: str
    line: int
    column: int
    message: str
    expected: str = ""
    source_line: str = ""
    hint: str = ""  # "did you mean 'timeout'?"

    def __str__(self) -> str:
        return render(self)


class ConfigError(Exception):
    """The config cannot be used. `problems` are all of them, in order of file and position."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        shown = [render(problem) for problem in self.problems[:SHOWN_MAX]]
        left = len(self.problems) - len(shown)
        return "\n".join([*shown, f"… and {left} more"] if left else shown)


def render(problem: Problem) -> str:
    """The problem as text: place and message, the line with a caret, what to write instead."""
    place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
    lines = [f"{place}: {problem.message}"]
    if problem.source_line.strip():
        lines += _pointed_at(problem.source_line, problem.column)
    if problem.expected:
        lines.append(f"    expected: {problem.expected}")
    if problem.hint:
        lines.append(f"    {problem.hint}")
    return "\n".join(lines)


def _pointed_at(line: str, column: int) -> list[str]:
    """The line, cut to what is near the column, and a caret below it."""
    start = max(0, column - 1 - LINE_MAX // 2) if len(line) > LINE_MAX else 0
    shown = "".join(c if c.isprintable() else " " for c in line[start : start + LINE_MAX])
    caret = min(column - 1 - start, len(shown))
    return [f"    {shown}", f"    {' ' * caret}^"]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest of the known words, or nothing."""
    known = sorted(set(known))
    near = get_close_matches(word[:64], known, n=1, cutoff=0.6)
    longer = [name for name in known if word and name.startswith(word)]
    if not near and len(longer) == 1:
        near = longer
    return f"did you mean '{near[0]}'?" if near else ""
