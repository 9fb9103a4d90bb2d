"""How much is said in a room: at most 20 messages in its first ten minutes, 12 an hour after, one a second.

The last places of each are kept for what must be seen: that it got worse or came back, or that people are asked. Other
news that has no place of its own is added to the newest such message by an edit, which rings nobody and is no new
message. So nothing is held back, in wait for a time that a crash might never let come, and the message tells all. That
it ended, and whoever is called by name, always has a message.

What is told long after it happened, because Slack was away, is added to the first message since Slack is back: people
who come back to the room find one that tells the story. What they are asked has a message beside it.

The count rests on the receipts of what was said, so that a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from checker.core.assessment import clock as time_of_day
from checker.core.model import Effect
from checker.responders.contract import Attempt
from probes.contract import one_line

FIRST_S, FIRST_MAX = 600.0, 20  # from the first message on
HOUR_S, HOUR_MAX = 3600.0, 12  # after that, in any hour
SPARE = 6  # of these places are kept for what must be seen
GAP_S = 1.0  # "1 per second per channel" (docs.slack.dev/apis/web-api/rate-limits)
# What is said so long after it happened had to wait. More than our clock and Slack's may differ, and bursts last.
LATE_S = 120.0
CHANNELS_MAX = 1000  # whose newest message is remembered

LOUD = frozenset({"open", "worse", "relapsed", "closed", "cancelled"})  # moods of what must be seen
ALWAYS = frozenset({"open", "closed", "cancelled"})  # moods of what has a message whatever was said
TOLD_MAX = 110  # characters of what is told again in a line
TOLD_IN_ROW = 15  # lines; a row takes 1900 characters
EARLIER_MAX = 60  # lines told again in one message; older ones are counted

Receipts = Mapping[str, Mapping[str, Any]]


class Gap:
    """When something was last said in each channel. `clock`: seconds, of any beginning."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._said_at: dict[str, float] = {}

    def left_s(self, channel: str) -> float:
        """Seconds until it may be spoken in again; 0: now."""
        said_at = self._said_at.get(channel)
        return 0.0 if said_at is None else max(0.0, said_at + GAP_S - self._clock())

    def said(self, channel: str) -> None:
        self._said_at.pop(channel, None)
        self._said_at[channel] = self._clock()
        if len(self._said_at) > CHANNELS_MAX:
            del self._said_at[next(iter(self._said_at))]


def receipt_of(effect: Effect, channel: str, ts: str) -> dict[str, Any]:
    """Of a post that stands in the message `ts`, with its words: they may have to be told again."""
    notice = effect.payload["notice"]
    told = one_line(notice["title"], TOLD_MAX)
    return {
        "channel": channel,
        "ts": ts,
        "told": told,
        "told_at": effect.at,
        "kept": must_be_seen(notice),
        "kind": kind_of(notice),
    }


def must_be_seen(notice: Mapping[str, Any]) -> bool:
    """Whether places are kept for it: an edit calls nobody, and would take away what was asked."""
    return kind_of(notice) != "news" or notice["mood"] in LOUD


def kind_of(notice: Mapping[str, Any]) -> str:
    """What shares a message with what: "news", what "asks" people, and what "stands" by itself."""
    if notice["mood"] in ALWAYS or notice.get("attention"):
        return "stands"
    return "asks" if notice["mood"] == "said" and notice.get("actions") else "news"


def gathered(attempt: Attempt, channel: str) -> tuple[str, Mapping[str, Any]] | None:
    """The ts of the message to add this one to, and what it says then; None: it has a place of its own."""
    notice = attempt.effect.payload["notice"]
    spare = 1 if must_be_seen(notice) else SPARE  # one, for the end
    if kind_of(notice) == "stands":
        return None
    ours = [one for one in _in(attempt.receipts, channel) if "told" in one]
    ts = _since_it_is_back(ours, kind_of(notice), attempt.effect.at)
    if ts is None and not has_place(attempt.receipts, channel, attempt.effect.at, spare):
        ts = _newest(attempt.receipts, ours, channel)
    if ts is None:
        return None
    earlier = sorted((one["told_at"], one["told"]) for one in ours if one["ts"] == ts)
    return ts, {**notice, "lines": [*_earlier(earlier), *notice["lines"]]}


def _since_it_is_back(ours: Sequence[Mapping[str, Any]], kind: str, at: float) -> str | None:
    """The newest message of that kind alone, if it was said so long after `at` that we must have been kept waiting."""
    others = {one["ts"] for one in ours if one.get("kind") != kind}
    late = [str(one["ts"]) for one in ours if float(one["ts"]) > at + LATE_S]
    return max((ts for ts in late if ts not in others), key=float, default=None)


def _newest(receipts: Receipts, ours: Sequence[Mapping[str, Any]], channel: str) -> str | None:
    """The newest message, of usual news if there is any."""
    seen = {one["ts"] for one in _in(receipts, channel) if one.get("kept", True)}
    usual = [str(one["ts"]) for one in ours if one["ts"] not in seen]
    return max(usual or [str(one["ts"]) for one in ours], key=float, default=None)


def has_place(receipts: Receipts, channel: str, at: float, spare: int = 0) -> bool:
    """Whether one more message at `at` is within the numbers, with `spare` places left free."""
    said = sorted({float(one["ts"]) for one in _in(receipts, channel)})
    if not said or at < said[0] + FIRST_S:
        return len(said) < FIRST_MAX - spare
    since = max(said[0] + FIRST_S, at - HOUR_S)
    return sum(ts >= since for ts in said) < HOUR_MAX - spare


def _in(receipts: Receipts, channel: str) -> Iterator[Mapping[str, Any]]:
    return (one for one in receipts.values() if one.get("channel") == channel and "ts" in one)


def _earlier(told: Sequence[tuple[float, str]]) -> Iterator[dict[str, str]]:
    """Rows of what the message said before, oldest first."""
    newest = [f"{time_of_day(at)} {text}" for at, text in told[-EARLIER_MAX:]]
    if left_out := len(told) - len(newest):
        yield {"label": "Earlier", "text": f"{left_out} more, which are in the timeline"}
    for start in range(0, len(newest), TOLD_IN_ROW):
        yield {"label": "Before this", "text": "\n".join(newest[start : start + TOLD_IN_ROW])}
