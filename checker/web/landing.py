"""The page at `/`: what is watched and how it stands, for a person with a phone at 3 am.

No scripts; the one style sheet is allowed by its hash, everything else is refused to the browser.
Whatever came from elsewhere is escaped by the template engine.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from checker.core.assessment import because
from checker.roll import Daemon, Location
from checker.web.status import CheckStatus, Status

_CALM = {"well": "well", "not looked yet": "soft"}


def landing(status: Status) -> str:
    """The page as HTML."""
    title = f"{status.location}: {status.headline}"
    groups = list(_groups(status.checks))
    return _TEMPLATE.render(status=status, groups=groups, title=title)


def _groups(checks: Iterable[CheckStatus]) -> Iterable[tuple[str, list[CheckStatus]]]:
    """Checks by target, in the config's order, controls last."""
    groups: dict[str | None, list[CheckStatus]] = {}
    for check in checks:
        groups.setdefault(check.target, []).append(check)
    controls = groups.pop(None, [])
    yield from ((name or "", found) for name, found in groups.items())
    if controls:
        yield "Controls: others, to tell their trouble from ours", controls


def _clock(moment: str) -> str:
    """ "2026-11-23T14:02:10Z" as people read it."""
    return moment.replace("T", " ").replace("Z", " UTC")


def _age(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _seen(check: CheckStatus) -> str:
    """What the newest look saw, and why we think what we think: one line."""
    parts = [because(check.reason, check.detail)]
    if check.local:
        parts.append(f"only at {check.local}")
    if check.evidence:
        parts.append(check.evidence)
    elif check.since:
        parts.append(f"since {_clock(check.since)}")
    if check.symptom and check.blind:
        parts.append("from before we were blind; nobody can tell now")
    return " · ".join(filter(None, parts))


def _mood_of_check(check: CheckStatus) -> str:
    if check.symptom:
        return "care" if check.blind else "bad"
    return _CALM.get(check.now, "care")


def _mood(status: Status) -> str:
    if any(incident.phase == "open" for incident in status.incidents):
        return "bad"
    calm = all(check.now == "well" for check in status.checks)
    troubled = status.incidents or status.blind or status.wrong
    return "" if calm and not troubled else "care"


def _does(daemon: Daemon) -> str:
    """What that daemon does now."""
    if daemon.gone:
        return "gone"
    looks = "blind" if daemon.blind else "looks" if daemon.looks else "stands by"
    return f"{looks}, leads" if daemon.leads else looks


def _mood_of_daemon(daemon: Daemon) -> str:
    if daemon.gone or daemon.blind:
        return "care"
    return "well" if daemon.looks else "soft"


def _is_worth_telling(locations: Sequence[Location]) -> bool:
    """Where one daemon is all there is, and well, the rest of the page has said so."""
    return len(locations) > 1 or any(one.troubles or len(one.daemons) > 1 for one in locations)


def _is_link(address: str | None) -> bool:
    return (address or "").startswith(("https://", "http://"))  # and never javascript:


def _template_world() -> Environment:
    world = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    world.filters |= {
        "age": _age,
        "clock": _clock,
        "does": _does,
        "is_link": _is_link,
        "is_worth_telling": _is_worth_telling,
        "mood": _mood,
        "mood_of_check": _mood_of_check,
        "mood_of_daemon": _mood_of_daemon,
        "seen": _seen,
        "took": _took,
    }
    return world


def _hash_of(style: str) -> str:
    return "sha256-" + b64encode(sha256(style.encode()).digest()).decode()


_WORLD = _template_world()
_TEMPLATE = _WORLD.get_template("landing.html")

STYLE_HASH = _hash_of(_WORLD.get_template("landing.css").render())
