"""The `targets`: who is watched, and under which addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from checker.config.entries import NAME, NAME_IN_WORDS, TargetEntry
from checker.config.form import branch_of, fill
from checker.config.kinds import CONTROL
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.tree import Branch, Entry, Scalar, Sequence, plain
from probes.contract import Target

OPTIONAL = ("project_id", "project_key", "personal_key")  # None where a reference has no value

_HOST = re.compile(
    r"(?:[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
)
_BARE = "a host name, such as app.posthog.com or localhost:8000"


@dataclass(frozen=True, slots=True)
class Known:
    """A target that the config names. `target` is None if its entry is wrong, which was told.

    `unset`: attribute → why it has no value.
    """

    target: Target | None
    unset: Mapping[str, str]
    public_name: str = ""  # what customers call it; empty: nobody said


def targets(section: Branch, report: Report) -> dict[str, Known]:
    """Every target by name, in the order of the config."""
    return {name: _known(name, entry, report) for name, entry in section.entries.items()}


def named_targets(branch: Branch, known: Collection[str] | None, report: Report) -> Iterator[str]:
    """Those that a `targets` list names and that there are. `known`: None where nobody can tell."""
    entry = branch.entries.get("targets")
    seen: set[str] = set()
    for item in entry.value.items if entry and isinstance(entry.value, Sequence) else ():
        name = str(plain(item))
        if name in seen:
            report.refuse(item.place, f"`{name}` is named twice", "each target once")
        elif known is not None and name not in known:
            expected = f"one of {', '.join(known)}"
            report.refuse(
                item.place, "there is no such target", expected, did_you_mean(name, known)
            )
        elif known is not None:
            yield name
        seen.add(name)


def _known(name: str, entry: Entry, report: Report) -> Known:
    if not re.fullmatch(NAME, name) or name == CONTROL:
        report.refuse(entry.place, f"`{name[:60]}` cannot name a target", NAME_IN_WORDS)
        return Known(None, {})
    branch = branch_of(entry, name, report)
    if branch is None:
        return Known(None, {})
    unset = _unset(branch, report)
    kept = Branch(branch.place, {k: e for k, e in branch.entries.items() if k not in unset})
    hosts_are_right = _check_hosts(kept, report)
    filled = fill(TargetEntry, entry, kept, report)
    if filled is None or not hosts_are_right:
        return Known(None, unset)
    return Known(_target(name, filled), unset, filled.public_name)


def _unset(branch: Branch, report: Report) -> dict[str, str]:
    """The keys that may be left without a value, and are. Elsewhere that is a problem."""
    unset = {}
    for key, entry in branch.entries.items():
        for scalar in _scalars_of(entry):
            if scalar.unset and key in OPTIONAL:
                unset[key] = scalar.unset
            elif scalar.unset:
                report.refuse(scalar.place, scalar.unset, "a value")
    return unset


def _scalars_of(entry: Entry) -> list[Scalar]:
    items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
    return [item for item in items if isinstance(item, Scalar)]


def _check_hosts(branch: Branch, report: Report) -> bool:
    """Whether every host is written as one; what is not is told."""
    http = branch.entries.get("plain_http")
    plain_http = http is not None and plain(http.value) is True
    found = report.count
    for key in ("app_host", "ingest_host", "aliases"):
        for scalar in _scalars_of(branch.entries[key]) if key in branch.entries else ():
            if scalar.text and not scalar.unset:
                problem = _wrong(scalar.text, plain_http, with_port=key != "aliases")
                if problem:
                    report.refuse(scalar.place, f"`{key}`: {problem}", _BARE)
    return report.count == found


def _target(name: str, entry: TargetEntry) -> Target:
    return Target(
        name=name,
        app_origin=_origin(entry.app_host, entry.plain_http),
        ingest_origin=_origin(entry.ingest_host or entry.app_host, entry.plain_http),
        aliases=entry.aliases,
        project_id=entry.project_id,
        project_key=entry.project_key,
        personal_key=entry.personal_key,
    )


def _wrong(written: str, plain_http: bool, with_port: bool) -> str:
    """What is wrong with a host as written; empty if nothing is."""
    scheme, _, rest = written.rpartition("://")
    if scheme == "http" and not plain_http:
        return "http is used only where the target says `plain_http: true`"
    if scheme and not (scheme == "http" and plain_http and with_port):
        return "the host alone, without a scheme"
    found = _HOST.fullmatch(rest)
    if not found:
        return "not a host"
    if found["port"] and not with_port:
        return "a host without a port"
    return "" if 0 < int(found["port"] or 443) < 65536 else "a port is from 1 to 65535"


def _origin(written: str, plain_http: bool) -> str:
    return f"{'http' if plain_http else 'https'}://{written.removeprefix('http://')}"
