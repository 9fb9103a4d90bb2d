"""What to do with the banner: decided from what is there now and what we know to have put there. Pure.

Others may use the same flag. So what was there before is remembered and put back at the end, and what is neither of us
nor there before us is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checker.core.model import Duty
from checker.responders.banner_flag import Mode, Part, face, off, with_words
from checker.responders.contract import Attempt, Done, Never
from probes.contract import one_line

QUOTED_MAX = 120  # characters of foreign words in a note
LEFT_ALONE = "left alone: somebody has changed it"

Record = Mapping[str, Any]  # {"at": float, "before": Part | None (not known), "said": Part}


@dataclass(frozen=True, slots=True)
class Known:
    """What we have put there for this incident. `meant` may not have arrived; other incidents' `theirs` did."""

    receipt: Record | None  # of the newest effect that was confirmed
    meant: Record | None  # of the newest that was sent since we run
    theirs: Mapping[str, str]  # what the banner says → for which other incident we had it say so

    @property
    def record(self) -> Record | None:
        return self.receipt or self.meant

    def is_ours(self, here: Part) -> bool:
        return face(here) in {face(one["said"]) for one in (self.receipt, self.meant) if one}


@dataclass(frozen=True, slots=True)
class Change:
    """Make it so; then that is done. Nothing need be sent where it is so already."""

    to: Part
    then: Done


def newest(receipts: Iterable[Record]) -> Record | None:
    """The newest receipt, if it is of words that are still up for all we know."""
    kept = [receipt for receipt in receipts if "at" in receipt]
    last = max(kept, key=lambda receipt: float(receipt["at"]), default=None)
    return last if last and "said" in last else None


def next_step(attempt: Attempt, mode: Mode, here: Part, known: Known) -> Change | Done | Never:
    """`here` is the flag's part as it is now."""
    if attempt.effect.duty is Duty.WITHDRAW:
        return _withdraw(attempt, here, known)
    return _publish(attempt, mode, here, known)


def _publish(attempt: Attempt, mode: Mode, here: Part, known: Known) -> Change | Never:
    payload = attempt.effect.payload
    to = with_words(mode, payload["text"] or payload["title"])
    arrived = face(here) == face(to)
    if known.is_ours(here) and known.record is not None:
        before = known.record["before"]
    elif known.receipt is not None:
        return Never(f"the banner is {LEFT_ALONE}; {_says(here)}")
    elif other := known.theirs.get(face(here)):
        return Never(f"the banner speaks for {other}: have it say both there")
    elif attempt.unsure and arrived:
        # It was us, before we were restarted: what was there before went with the answer.
        before = None
    else:
        before = here
    record = {"at": attempt.effect.at, "before": before, "said": to}
    note = "" if mode is not Mode.TOGGLE else " (switched on, with the app's own words)"
    return Change(here if arrived else to, Done(record, f"customers see the banner{note}"))


def _withdraw(attempt: Attempt, here: Part, known: Known) -> Change | Done:
    receipt = {"at": attempt.effect.at}
    if known.record is None:
        return Done(receipt, "the banner: nothing of ours is up")
    before = known.record["before"]
    ended = off(here) if before is None else before
    if before is None:
        note = "the banner is off; what was there before, its history at PostHog shows"
    else:
        note = f"the banner is as it was before: {_says(before)}"
    if known.is_ours(here):
        return Change(ended, Done(receipt, note))
    if face(here) == face(ended):
        return Done(receipt, note)
    return Done(receipt, f"the banner is {LEFT_ALONE}; {_says(here)}")


def _says(here: Part) -> str:
    """In a person's words, what customers see."""
    return f"it says “{one_line(said, QUOTED_MAX)}”" if (said := face(here)) else "it is off"
