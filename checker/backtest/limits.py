"""What a replay cannot know, said beside what it found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.backtest.changes import Change, Part
from checker.backtest.replay import OVER_AFTER_S
from checker.config.durations import written
from checker.config.settings import Settings
from checker.core.pace import FORGET_AFTER_S
from checker.core.wording import stamp
from checker.store.history import Span

NAMED_MAX = 5  # checks that are named in one line; the rest is counted
UNEVEN = 1.1  # a pace this much apart from another is another pace

ALWAYS = (
    "What people said is not replayed: somebody leads, acknowledges each page as it rings, and closes what has been "
    f"well for {written(OVER_AFTER_S)}. A word on severity, a cancelling or maintenance announced that day would have "
    "made a difference.",
    "Alerts of Alertmanager's are not replayed.",
    "What failed already when the looks begin is found anew.",
    "Extra looks were made when the daemon of that day was in doubt. Where another config would have doubted there may "
    "be none: with its own looks it would have found the same sooner.",
)


def limits(
    name: str, settings: Settings, spans: Mapping[str, Span], begins: float
) -> tuple[str, ...]:
    """Of the config of that name, against what was looked at since `begins`."""
    checks = [check.name for check in settings.checks]
    foreign = [one for one in spans if one not in checks]
    passed_over = [f"{named(foreign)}: looked at, but not in {name}, and so passed over."]
    return (
        *_of_looks(checks, spans, begins),
        *(passed_over if foreign else []),
        *_of_pace(settings, spans),
        *ALWAYS,
    )


def limits_of_changes(changed: Sequence[Change]) -> tuple[str, ...]:
    """Of a second config: where it would have looked in another way."""
    return tuple(
        f"{named(change.checks)}: {change.what} {change.before} → {change.after}, but the looks are those of the first "
        "config; what others would have found is not known."
        for change in changed
        if change.part is Part.LOOK
    )


def named(checks: Sequence[str]) -> str:
    """ "us/app, us/flags and 3 more"."""
    shown = ", ".join(checks[:NAMED_MAX])
    left = len(checks) - NAMED_MAX
    return f"{shown} and {left} more" if left > 0 else shown


def _of_looks(names: Sequence[str], spans: Mapping[str, Span], begins: float) -> Iterator[str]:
    never = [name for name in names if name not in spans]
    if never:
        yield (
            f"{named(never)}: never looked at in this time. What they would have found is not known, and a surface "
            "counts as down without them."
        )
    for name in names:
        if name in spans and spans[name].first > begins + FORGET_AFTER_S:
            yield f"{name}: looked at from {stamp(spans[name].first)} on only."


def _of_pace(settings: Settings, spans: Mapping[str, Span]) -> Iterator[str]:
    """At which other pace the checks were looked at, those that have it in common together."""
    paces: dict[tuple[str, str, bool], list[str]] = {}
    for check in settings.checks:
        was_s = spans[check.name].every_s if check.name in spans else None
        if was_s and not 1 / UNEVEN < was_s / check.every_s < UNEVEN:
            key = (written(check.every_s), written(round(was_s)), check.every_s < was_s)
            paces.setdefault(key, []).append(check.name)
    for (every, was, faster), checks in paces.items():
        if faster:
            more = (
                "the looks between were never made; with them it would have found the same sooner."
            )
        else:
            more = "all of these are replayed; with fewer it would have found the same later."
        yield f"{named(checks)}: every {every}, but the looks were made every {was}: {more}"
