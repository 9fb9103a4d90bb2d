"""The `responders`: which are on, and which duties each of them carries out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import SecretStr

from checker.config import ways
from checker.config.entries import NAME, NAME_IN_WORDS, ResponderEntry
from checker.config.form import branch_of, fill, written_keys
from checker.config.kinds import Kinds, ResponderKind
from checker.config.needs import has_values
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.settings import PlannedResponder
from checker.config.tree import Branch, Entry, Scalar
from checker.core.model import Duty, Severity

FALLBACK = "console"  # where nothing else is on, what would be sent is printed


def responders(section: Branch, kinds: Kinds, report: Report) -> tuple[PlannedResponder, ...]:
    """Every responder that is on, in the order of the config; and the console if none is on in earnest."""
    read = [_responder(name, entry, kinds, report) for name, entry in section.entries.items()]
    planned = tuple(responder for responder in read if responder)
    ways.refuse_one_for_two(planned, section, report)
    if any(not responder.drill for responder in planned):
        return planned
    console = PlannedResponder(FALLBACK, FALLBACK, kinds.responders[FALLBACK].settings())
    return (*planned, console)


def routes(planned: Iterable[PlannedResponder]) -> Mapping[Duty, tuple[str, ...]]:
    """Duty → the names of those that carry it out, in the order of the config."""
    planned = tuple(planned)
    return {
        duty: names
        for duty in Duty
        if (names := tuple(p.name for p in planned if duty in p.duties))
    }


def confirming(planned: Iterable[PlannedResponder]) -> frozenset[str]:
    """The names of those that page and can look up what became of it."""
    return frozenset(p.name for p in planned if Duty.PAGE in p.duties and p.settings.confirms)


def by_itself(planned: Iterable[PlannedResponder]) -> Mapping[str, Severity]:
    """Outlet → from which severity on it tells customers without being told to."""
    return {p.name: p.auto_from for p in planned if p.auto_from}


def _responder(name: str, entry: Entry, kinds: Kinds, report: Report) -> PlannedResponder | None:
    if not re.fullmatch(NAME, name):
        report.refuse(entry.place, f"`{name[:60]}` cannot be a name", NAME_IN_WORDS)
        return None
    branch = branch_of(entry, name, report)
    if branch is None:
        return None
    common = written_keys(ResponderEntry)
    given = fill(ResponderEntry, entry, branch, report, keys=common)
    if given is None:
        return None
    kind = _kind(given.kind or name, entry, branch, kinds, report)
    if kind is None:
        return None
    branch = _without_spare(name, branch, kind, report)
    has_all = has_values(branch, f"responder {name}", report)
    own = branch.entries.keys() - common.keys()
    settings = fill(kind.settings, entry, branch, report, keys=own, also=common)
    if not has_all or settings is None or _refuses(given.duties, kind, branch, report):
        return None
    auto = Severity[given.auto_from.upper()] if given.auto_from else None
    planned = PlannedResponder(
        name, given.kind or name, settings, frozenset(given.duties), auto, given.drill
    )
    if auto and Duty.PUBLISH not in planned.duties:
        place = branch.entries["auto_from"].place
        report.refuse(place, f"`auto_from`: {planned.kind} tells customers nothing")
    return planned


def _without_spare(name: str, branch: Branch, kind: ResponderKind, report: Report) -> Branch:
    """The entry without tokens that it can do without and that have no value: no reason to page nobody."""
    kept = {}
    for key, entry in branch.entries.items():
        field = kind.settings.model_fields.get(key)
        spare = field is not None and field.annotation == SecretStr | None
        if spare and isinstance(entry.value, Scalar) and entry.value.unset:
            report.switch_off(f"{key} of responder {name}", entry.value.unset)
        else:
            kept[key] = entry
    return Branch(branch.place, kept)


def _refuses(duties: Iterable[Duty], kind: ResponderKind, branch: Branch, report: Report) -> bool:
    """Whether something is asked that this kind cannot do."""
    can = kind.settings.duties | kind.settings.on_request
    beyond = [duty for duty in duties if duty not in can]
    for duty in beyond:
        place = branch.entries["duties"].value.place
        report.refuse(place, f"it cannot do `{duty}`", ", ".join(sorted(can)))
    return bool(beyond)


def _kind(
    named: str, entry: Entry, branch: Branch, kinds: Kinds, report: Report
) -> ResponderKind | None:
    if named in kinds.responders:
        return kinds.responders[named]
    written = branch.entries.get("kind")
    known = sorted(kinds.responders)
    report.refuse(
        written.value.place if written else entry.place,
        f"there is no responder of the kind '{named[:60]}'",
        f"`kind:` one of {', '.join(known)}",
        did_you_mean(named, known),
    )
    return None
