"""The page about reasons: for each kind of probe, what each of them means and whose fault it is."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module

from checker.config.kinds import installed
from checker.core.suspicion import FAILED_AS, STRAINED_AS
from docs.severity import grid
from probes.contract import Reason, Verdict
from probes.wire.causes import REASONS as OF_ANY
from probes.wire.exchange import verdict_of

INTRO = """\
# Why a look did not simply pass

A look says why in one word, the same in messages, on the status page, in logs and as a metric's label. The word
alone says what the look counts as, and whose fault it can be: *theirs* is whoever was looked at; *ours* is this
machine, this program or our account; *nobody's* is all that could not be told. Only what is theirs can become a
symptom, and so an incident. What controls see becomes none: while most of them fail, the location is blind.
"""
NETWORK = """\
## What any request can come to

Whichever kind of probe asked. A kind's own meaning of the same word stands above.
"""
HEADS = ("reason", "means", "counts as", "can become", "whose fault")


def page() -> str:
    """The page, without the line that says where it comes from."""
    lines = [INTRO]
    for name, kind in sorted(installed().probes.items()):
        first = inspect.getdoc(import_module(f"probes.{name}")) or ""
        lines += [
            f"## {name}\n",
            first.partition("\n\n")[0] + "\n",
            *grid(HEADS, rows(kind.reasons or {})),
        ]
    return "\n".join([*lines, NETWORK, *grid(HEADS, rows(OF_ANY))])


def rows(reasons: Mapping[Reason, str]) -> Iterator[tuple[str, ...]]:
    for reason, meaning in reasons.items():
        verdict = verdict_of(reason)
        yield (
            f"`{reason}`",
            meaning,
            COUNTS_AS[verdict],
            becomes(reason, verdict),
            fault(reason, verdict),
        )


COUNTS_AS = {
    Verdict.FAILED: "failed",
    Verdict.DEGRADED: "degraded",
    Verdict.INCONCLUSIVE: "could not tell",
}


def becomes(reason: Reason, verdict: Verdict) -> str:
    """The kinds of symptom that looks with this reason make."""
    if verdict is Verdict.INCONCLUSIVE:
        return "–"
    if verdict is Verdict.DEGRADED:
        return STRAINED_AS[reason].value if reason in STRAINED_AS else "slow"
    return FAILED_AS[reason].value if reason in FAILED_AS else "down, failing, partial"


def fault(reason: Reason, verdict: Verdict) -> str:
    if verdict is not Verdict.INCONCLUSIVE:
        return "theirs"
    return "ours" if reason.startswith("own_") else "nobody's"
