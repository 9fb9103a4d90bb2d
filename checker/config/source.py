"""A config file as people see it: its name, its lines with secrets masked, and places in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.config.problems import Problem

HIDDEN = "‹hidden›"
KEY_MAX = 100  # characters of a key behind the word that tells

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what YAML 1.1 takes for the end of a line
_TELLING_WORDS = "token|secret|passw|credential|key|dsn|heartbeat"
_SECRET_SHAPES = re.compile(r"ph[cx]_\w+|xox\w-[\w-]+|xapp-[\w-]+|(?<=://)[^/\s@]+(?=@)")
_REFERENCE = re.compile(
    r"""["']?\$\{(?:env|file):[^}]*\}["']?[ \t]*(?=$|[,}#])"""
)  # names a secret, is none


@dataclass(frozen=True, slots=True)
class Source:
    """One file. Its lines are masked when it is made, so that nothing else has to remember to."""

    name: str  # as shown: "config/checks.yaml"
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands. Line and column count from 1."""

    source: Source
    line: int
    column: int

    def problem(self, message: str, expected: str = "", hint: str = "") -> Problem:
        """A problem at this place, with the line as written."""
        lines = self.source.lines
        shown = lines[self.line - 1] if 0 < self.line <= len(lines) else ""
        return Problem(self.source.name, self.line, self.column, message, expected, shown, hint)


def read(name: str, text: str, secret_keys: Iterable[str] = ()) -> Source:
    """The file's lines, with the values of secrets masked.

    Secret is what stands at a key that sounds like one or is in `secret_keys`, and what looks like a token.
    """
    words = "|".join([_TELLING_WORDS, *(re.escape(key) for key in secret_keys)])
    # From the telling word on, and no further than a key goes: a line of a megabyte is read in a moment.
    rest = rf"""[\w-]{{0,{KEY_MAX}}}["']?\s*[:=]\s*(?P<value>.*)$"""
    pattern = re.compile(rf"(?:{words}){rest}", re.IGNORECASE)
    return Source(name, tuple(_masked(split(text), pattern)))


def split(text: str) -> list[str]:
    """The lines of a text, broken where YAML breaks them."""
    return _BREAK.split(text)


def _masked(lines: Iterable[str], pattern: re.Pattern[str]) -> Iterator[str]:
    """Each line with its secrets masked; a value that goes on below its key is masked there too."""
    key_at: int | None = None  # the column of the secret's key, while its value may go on
    for line in lines:
        if key_at is not None and _goes_on(line, key_at):
            yield HIDDEN if line.strip() else line
            continue
        masked, key_at = _mask_line(line, pattern)
        yield masked


def _goes_on(line: str, key_at: int) -> bool:
    text = line.lstrip()
    indent = len(line) - len(text)
    return not text or indent > key_at or (indent == key_at and text.startswith("- "))


def _mask_line(line: str, pattern: re.Pattern[str]) -> tuple[str, int | None]:
    """The line masked, and the column of the secret key in it whose value may go on below."""
    start = 0
    while found := pattern.search(line, start):
        reference = _REFERENCE.match(line, found.start("value"))
        if not reference:
            bare = not found["value"] or found["value"].startswith("#")
            shown = _mask_shapes(line if bare else line[: found.start("value")])
            return shown + ("" if bare else HIDDEN), _beginning(line, found.start())
        start = reference.end()
    return _mask_shapes(line), None


def _beginning(line: str, inside: int) -> int:
    """The column of the key of which a part stands at `inside`."""
    while inside and (line[inside - 1].isalnum() or line[inside - 1] in "_-\"'"):
        inside -= 1
    return inside


def _mask_shapes(text: str) -> str:
    return _SECRET_SHAPES.sub(HIDDEN, text)
