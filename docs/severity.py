"""The page about severity: the shipped table, and what no probe can see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from checker.core.model import Kind
from checker.core.rules import Thresholds

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "config" / "severity.yaml"
EXAMPLES = ROOT / "tests" / "core" / "handbook.yaml"

Row = Mapping[str, Any]

LIMITS = Thresholds()
KINDS: Mapping[Kind, str] = {
    Kind.LOST: "events are gone: later ones of the same lane arrived, or what was there is not",
    Kind.STALLED: "no event arrives at all, though our quota and key are fine",
    Kind.DOWN: (
        f"at least {LIMITS.down_share:.0%} of the looks since the first failure failed, or"
        f" {LIMITS.down_streak} in a row; by every check of the surface"
    ),
    Kind.LATE: "events arrive later than is allowed",
    Kind.FAILING: "enough looks fail to be sure; what is down is failing too",
    Kind.PARTIAL: (
        f"among the scheduled looks of half an hour more fail than {LIMITS.partial_noise:.0%} of"
        f" noise explains once in {1 / LIMITS.partial_odds:,.0f} windows"
    ),
    Kind.GROWING: "each event takes longer than the one before",
    Kind.INCOMPLETE: "right, but not whole",
    Kind.SLOW: "right, but over its limit",
    Kind.UNSAVED: "what was computed could not be saved",
    Kind.EXPIRING: "a certificate ends soon",
    Kind.FIRING: "an alert of Alertmanager's that a row matches, until it is resolved or expires",
}

INTRO = """\
# How bad it is

Severity is PostHog's own: each row is a sentence of the handbook page "Handling an incident", word for word, and
what a probe sees when it is true. Of the rows that hold for a target the most severe decides, and of equal ones the
first. Severity never falls by itself. A person's word stands until evidence of a higher class arrives.

Critical and major page somebody. Minor never does.
"""


def page() -> str:
    """The page, without the line that says where it comes from."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    examples = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    return "\n".join(
        [
            INTRO,
            *grid(
                ("symptom", "severity", "the handbook's sentence"),
                ((symptom(row), row["severity"], row["sentence"]) for row in table["rules"]),
            ),
            "## What is wrong\n",
            *grid(("kind", "when"), KINDS.items()),
            "## What is no incident\n",
            *grid(
                ("never", "the handbook's sentence"),
                ((row["symptom"], row["sentence"]) for row in table["never"]),
            ),
            "## What grows\n",
            "Proposed to whoever has taken the page, done if nobody has, and never over a person's own word.\n",
            *grid(
                ("still failing as", "after", "becomes", "the handbook's sentence"),
                (tuple(row[k] for k in ("severity", "after", "becomes", "sentence")) for row in table["ages"]),
            ),
            "## What no probe can see\n",
            *grid(
                ("the handbook's sentence", "why, and what then"),
                ((e["sentence"], e["unseen"]) for e in examples if "unseen" in e),
            ),
        ]
    )  # fmt: skip


def symptom(row: Row) -> str:
    """A row's symptom with what else it says: "any partial, from 20%"."""
    more = [
        f"at {row['scope']}" if "scope" in row else "",
        f"from {row['share']}" if "share" in row else "",
        f"for {row['for']}" if "for" in row else "",
        "" if row.get("critical", True) else "not critical",
    ]
    return ", ".join([row.get("symptom") or f"alert {row['alert']}", *filter(None, more)])


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table, with an empty line after it."""
    heads = list(heads)
    return [line(heads), line(["---"] * len(heads)), *map(line, rows), ""]


def line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
