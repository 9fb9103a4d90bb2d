"""What a row of the table may speak of: "app down" is a surface, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from checker.config.kinds import Kinds, ProbeKind
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.tree import Branch, Scalar, plain
from checker.core.model import Kind
from checker.core.policy import ANY
from checker.core.suspicion import FAILED_AS, STRAINED_AS
from probes.contract import Reason

SURFACES = ("app", "flags", "insights", "capture", "ingestion", "signup")
KINDS = tuple(kind for kind in Kind if kind is not Kind.FIRING)  # of a check; alerts are no check's
EVERY_KIND = frozenset(KINDS)
# Whatever can fail can do so always, often or now and then. For the rest a probe needs a word.
_NO_WORD = frozenset({Kind.DOWN, Kind.FAILING, Kind.PARTIAL})
_BY_WORD: Mapping[Reason | None, Kind] = {**FAILED_AS, **STRAINED_AS, Reason.SLOW: Kind.SLOW}

Symptom = tuple[str, Kind]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the checks of this config can find. `sure`: every file could be read, so nothing is missing."""

    found: Mapping[str, frozenset[Kind]]  # surface that checks have → what can be wrong with it
    sure: bool = True

    @property
    def surfaces(self) -> set[str]:
        """Whoever looks at none of the handbook's surfaces may keep their rows."""
        return {*SURFACES, *self.found, ANY}

    def has(self, symptom: Symptom) -> bool:
        """Whether a check of that surface could ever find this; true where nobody looks at it.

        The handbook's table is good for a config with few checks too.
        """
        surface, kind = symptom
        return kind in self.found.get(surface, EVERY_KIND)


def vocabulary(section: Branch, kinds: Kinds, sure: bool) -> Vocabulary:
    """What the `checks` section speaks of, whether its entries are right otherwise or not."""
    found: dict[str, frozenset[Kind]] = {}
    for entry in section.entries.values():
        keys = entry.value.entries if isinstance(entry.value, Branch) else {}
        if "surface" in keys:
            surface = str(plain(keys["surface"].value))
            probe = kinds.probes.get(str(plain(keys["probe"].value))) if "probe" in keys else None
            found[surface] = found.get(surface, frozenset()) | possible(probe)
    return Vocabulary(found, sure)


def possible(probe: ProbeKind | None) -> frozenset[Kind]:
    """What can be wrong with a check of this kind of probe."""
    if probe is None or probe.reasons is None:
        return EVERY_KIND
    return _NO_WORD | {_BY_WORD[reason] for reason in probe.reasons if reason in _BY_WORD}


def is_symptom(text: str, surfaces: Iterable[str]) -> bool:
    """Whether somebody who wrote this meant a surface and a kind, rightly spelt or not."""
    surface, _, kind = text.partition(" ")
    return bool(kind) and " " not in kind and (surface in surfaces or kind in EVERY_KIND)


def symptom_of(branch: Branch, words: Vocabulary, report: Report) -> Symptom | None:
    """A row's "app down" as surface and kind; None if it is not that, which is told."""
    entry = branch.entries.get("symptom")
    if entry is None or not isinstance(entry.value, Scalar) or entry.value.unset:
        return None  # that is told elsewhere
    place = entry.value.place
    surface, _, kind = entry.value.text.partition(" ")
    kinds = [k.value for k in KINDS]
    if kind not in kinds:
        expected = f"a surface (or '{ANY}') and one of {', '.join(kinds)}: 'app down'"
        report.refuse(place, "not a symptom", expected, did_you_mean(kind, kinds))
        return None
    if words.sure and surface not in words.surfaces:
        expected = f"one of {', '.join(sorted(words.surfaces))}"
        hint = did_you_mean(surface, words.surfaces)
        report.refuse(place, "no check has this surface", expected, hint)
        return None
    found = surface, Kind(kind)
    if words.sure and not words.has(found):
        message = f"this row can never hold: no probe of {surface} can find that it is {kind}"
        report.refuse(place, message)
        return None
    return found
