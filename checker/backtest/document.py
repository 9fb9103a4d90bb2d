"""What a backtest found, for programs: values that are JSON. Times are ISO 8601 in UTC, durations seconds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from checker.backtest.difference import Pair
from checker.backtest.found import Found, Page, Replayed
from checker.backtest.report import Report

Json = dict[str, Any]


def document(report: Report) -> Json:
    """The whole report. `difference` and `plan` are null with one config."""
    tested = report.tested
    return {
        "begins": _time(tested.begins),
        "ends": _time(tested.ends),
        "looks": tested.looks,
        "replays": [
            {"config": trial.name, **_replayed(replayed)}
            for trial, replayed in zip(report.trials, tested.replays, strict=True)
        ],
        "difference": None if report.plan is None else [_pair(pair) for pair in report.pairs],
        "plan": None if report.plan is None else asdict(report.plan),
        "budgets": [asdict(one) for one in report.held],
        "exceeded": report.is_exceeded,
        "cannot_know": list(report.limits),
    }


def _replayed(replayed: Replayed) -> Json:
    return {
        "pages": len(replayed.pages),
        "incidents": [_found(found) for found in replayed.incidents],
    }


def _found(found: Found) -> Json:
    now = found.incident
    return {
        "id": now.id,
        "target": now.target,
        "severity": now.severity.word,
        "sentence": now.sentence,
        "checks": list(now.seen),
        "since": _time(now.since),
        "declared": _time(now.declared_at),
        "declared_after_s": round(found.waited_s, 3),
        "recovered": _time(found.over_at),
        "pages": [_page(page) for page in found.pages],
        "turns": [
            {
                "at": _time(turn.at),
                "what": turn.what,
                "severity": turn.severity.word,
                "text": turn.text,
            }
            for turn in found.turns
        ],
    }


def _page(page: Page) -> Json:
    return {
        "at": _time(page.at),
        "severity": page.severity.word,
        "summary": page.summary,
        "after_s": round(page.waited_s, 3),
    }


def _pair(pair: Pair) -> Json:
    """The incidents' ids with the first and the second config."""
    both = pair.here is not None and pair.there is not None
    return {
        "first": pair.here.incident.id if pair.here else None,
        "second": pair.there.incident.id if pair.there else None,
        "later_s": round(pair.later_s, 3) if both else None,
    }


def _time(at: float | None) -> str | None:
    return (
        None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    )
