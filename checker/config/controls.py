"""What the controls must be to tell our own outage from somebody else's: several, unrelated, and seen often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from checker.config.durations import written
from checker.config.report import Report
from checker.config.settings import PlannedCheck
from checker.config.source import Place
from checker.config.targets import Known
from checker.config.tree import Branch
from checker.core.rules import Thresholds
from probes.contract import ProbeParams, Target

HOSTS_MIN = 3  # fewer cannot be outvoted when one of them fails by itself


def refuse_too_few(planned: Iterable[PlannedCheck], place: Place, report: Report) -> None:
    hosts = sorted({host_of(check.params) for check in planned})
    if len(hosts) < HOSTS_MIN:
        have = f"only {' and '.join(hosts)}" if hosts else "none"
        report.refuse(
            place,
            f"too few controls to tell our own outage from theirs: {have}",
            f"at least {HOSTS_MIN}, on distinct networks of others",
        )


def refuse_their_own(
    planned: Iterable[PlannedCheck], section: Branch, known: Mapping[str, Known], report: Report
) -> None:
    """A control that fails together with a target would excuse every outage of it."""
    watched = {host for k in known.values() if k.target for host in _hosts(k.target)}
    for check in planned:
        if host_of(check.params) in watched:
            place = section.entries[check.name.partition("/")[2]].place
            report.refuse(place, "this is a host of a target", "a host of somebody else")


def refuse_too_rare(
    planned: Iterable[PlannedCheck], place: Place, thresholds: Thresholds, report: Report
) -> None:
    """A location whose controls answer too seldom never counts, and nothing is ever declared."""
    soonest = min((check.every_s + check.timeout_s for check in planned), default=0.0)
    if soonest > thresholds.live_for_s:
        report.refuse(
            place,
            f"a control answers only every {written(soonest)} (`every` and `timeout`)",
            f"one that does within `live_for`, {written(thresholds.live_for_s)}",
        )


def host_of(params: ProbeParams) -> str:
    """The host in a control's settings, whichever way it is reached: a URL, host:port or a name."""
    texts = [value for value in params.model_dump().values() if isinstance(value, str)]
    return _host(texts[0]) if texts else ""


def _host(text: str) -> str:
    try:
        return urlsplit(text if "://" in text else f"//{text}").hostname or text
    except ValueError:  # brackets that do not belong there
        return text


def _hosts(target: Target) -> set[str]:
    origins = (target.app_origin, target.ingest_origin)
    return {_host(origin) for origin in origins} | set(target.aliases)
