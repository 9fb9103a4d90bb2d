"""What a story's world does, in one line: "ok for 10m, errors 38% seed 7 for 103m, ok".

    ok                       right
    503, 429, 401 …          an answer with this status; the check's own probe says what that means
    timeout, refused, flags… a look that ends with this reason (docs/reference/probes.md lists them)
    inconclusive             could not tell
    slow 4s                  right, after so long
    lag 30s..400s            of a pipeline: how far it is behind, from the piece's begin to its end
    errors 38% seed 7 as 504 so many of the looks, picked by the seed, end as said ("as 500" if nothing is)

Each piece lasts `for 10m` (or `over 10m`), or `x10`: ten steps. The last may go on to the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from checker.config import durations
from checker.config.problems import did_you_mean
from probes.contract import Reason

SEED = 1  # of errors that name none
SHAPES = {
    "slow": "'slow 4s'",
    "lag": "'lag 30s..400s'",
    "errors": "'errors 38%', 'errors 38% seed 7' or 'errors 38% seed 7 as 504'",
}
WORDS = ("ok", "inconclusive", *SHAPES, *(reason.value for reason in Reason))


@dataclass(frozen=True, slots=True)
class Ends:
    """Looks end with this reason; None: they pass."""

    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """Looks meet an answer with this HTTP status."""

    status: int


@dataclass(frozen=True, slots=True)
class Slow:
    """Looks are right after so many seconds."""

    takes_s: float


@dataclass(frozen=True, slots=True)
class Lag:
    """A pipeline is so many seconds behind, from the piece's begin to its end."""

    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Errors:
    """Looks end as `end` with this probability, which the seed decides."""

    share: float
    seed: int
    end: Ends | Answers


State = Ends | Answers | Slow | Lag | Errors


@dataclass(frozen=True, slots=True)
class Piece:
    """A state and when it begins and ends: seconds since the story's begin."""

    state: State
    begins: float
    ends: float
    text: str = "ok"  # as written


class Misspelt(ValueError):
    """A piece cannot be read. `offset`: where it begins in the text, in characters."""

    def __init__(self, message: str, expected: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.expected, self.hint, self.offset = message, expected, hint, 0


_LENGTH = re.compile(r"\s+(?:(?:for|over)\s+(?P<duration>\S+)|x(?P<steps>\d{1,6}))$")
_SLOW = re.compile(r"slow\s+(?P<takes>\S+)")
_STATUS = re.compile(r"[1-5]\d\d")
_LAG = re.compile(r"lag\s+(?P<from>[0-9][^\s.]*)(?:\.\.(?P<to>\S+))?")
_ERRORS = re.compile(
    r"errors\s+(?P<percent>\d{1,3}(?:\.\d+)?)%(?:\s+seed\s+(?P<seed>\d{1,9}))?(?:\s+as\s+(?P<end>\S+))?"
)


def pieces(text: str, step_s: float, lasts_s: float) -> tuple[Piece, ...]:
    """The series as pieces without a gap, from 0 to `lasts_s` at least. Raises Misspelt."""
    written = list(_written(text))
    begins, made = 0.0, []
    for number, (piece, offset) in enumerate(written, 1):
        try:
            state, length_s = _read(piece, step_s, is_last=number == len(written))
        except Misspelt as problem:
            problem.offset = offset
            raise
        ends = max(begins, lasts_s) if length_s is None else begins + length_s
        made.append(Piece(state, begins, ends, piece))
        begins = ends
    # What is not said is as it was before the story: right.
    return (*made, Piece(Ends(), begins, lasts_s)) if begins < lasts_s else tuple(made)


def _written(text: str) -> Iterator[tuple[str, int]]:
    """The pieces as they are written, each with its offset."""
    cuts = [-1, *(found.start() for found in re.finditer(",", text)), len(text)]
    for begin, end in pairwise(cuts):
        piece = text[begin + 1 : end]
        yield " ".join(piece.split()), begin + 1 + len(piece) - len(piece.lstrip())


def _read(piece: str, step_s: float, is_last: bool) -> tuple[State, float | None]:
    """A piece's state, and its length in seconds if it has one."""
    found = _LENGTH.search(piece)
    if found is None and not is_last:
        raise Misspelt(f"how long does '{piece[:60]}' last?", "'for 10m' or 'x10' behind it")
    if found is None:
        return _state(piece), None
    length_s = int(found["steps"]) * step_s if found["steps"] else _seconds(found["duration"])
    if length_s <= 0:
        raise Misspelt(f"'{piece[:60]}' lasts no time", "at least one step")
    return _state(piece[: found.start()]), length_s


def _state(words: str) -> State:
    if found := _LAG.fullmatch(words):
        start = _seconds(found["from"])
        return Lag(start, _seconds(found["to"]) if found["to"] else start)
    if found := _ERRORS.fullmatch(words):
        share = min(1.0, float(found["percent"]) / 100)
        return Errors(share, int(found["seed"] or SEED), _end(found["end"] or "500"))
    if found := _SLOW.fullmatch(words):
        return Slow(_seconds(found["takes"]))
    return _end(words)


def _end(word: str) -> Ends | Answers:
    if word == "ok":
        return Ends()
    if word == "inconclusive":
        return Ends(Reason.LOOK_UP)
    if _STATUS.fullmatch(word):
        return Answers(int(word))
    try:
        return Ends(Reason(word))
    except ValueError:
        first = word.partition(" ")[0]
        shape = SHAPES.get(first, "ok, a status such as 503, a reason such as timeout, slow, lag or errors")  # fmt: skip
        hint = "" if first in SHAPES else did_you_mean(first, WORDS)
        raise Misspelt(f"'{word[:60]}' is no state of the world", shape, hint) from None


def _seconds(text: str) -> float:
    try:
        return 0.0 if text in ("0", "0s") else durations.seconds(text)
    except ValueError as error:
        meant = durations.meant(text)
        hint = f"did you mean '{meant}'?" if meant else ""
        raise Misspelt(f"'{text[:60]}' is no duration", str(error), hint) from None
