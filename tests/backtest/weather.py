"""Histories made by dice: what some locations could have seen in a few hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from checker.core.model import Kind, Maintenance, Observation, Severity
from checker.core.rules import Age, Policy, Rule, Thresholds, Watched
from probes.contract import Verdict
from tests.core.story import CHECKS, CONTROLS, RULES, T0, make_policy, outcome

HOURS = 4
VERDICTS = (Verdict.PASSED, Verdict.FAILED, Verdict.DEGRADED, Verdict.INCONCLUSIVE)
STORMS = ((1, 9, 0, 0), (6, 4, 0, 0), (9, 1, 0, 0), (3, 0, 7, 0), (3, 2, 2, 3), (0, 0, 0, 1))

POLICY = make_policy(
    rules=(
        *RULES,
        Rule("any", Kind.PARTIAL, Severity.MAJOR, "Significantly elevated error rate", share=0.2),
        Rule("any", Kind.PARTIAL, Severity.MINOR, "Performance degradation"),
        Rule("flags", Kind.SLOW, Severity.MINOR, "Performance degradation", for_s=200.0),
    ),
    ages=(
        Age(Severity.MINOR, Severity.MAJOR, 900.0, "they become major"),
        Age(Severity.MAJOR, Severity.CRITICAL, 600.0, "they become critical"),
    ),
    maintenance=(Maintenance("eu", T0 + 3000.5, T0 + 5000.0, "ada"),),
)


def policy_of(dice: Random) -> Policy:
    """Thresholds that differ from the defaults, so that much happens in little time."""
    limits = Thresholds(
        declare_after_s=dice.choice((10.0, 30.0)),
        recover_after_s=dice.choice((60.0, 300.0)),
        passed=dice.choice((2, 10)),
        repage_after_s=400.0,
        redeclare_after_s=300.0,
    )

    def under(watched: Watched) -> Watched:
        return replace(watched, thresholds=limits)

    watched = {name: under(w) for name, w in POLICY.watched.items()}
    return replace(POLICY, watched=watched, thresholds=limits)


@dataclass(frozen=True)
class Spell:
    """For a while something is wrong: some verdicts become likely, or nobody looks."""

    begins: float
    ends: float
    checks: frozenset[str]
    locations: frozenset[str]
    odds: tuple[int, ...]  # of each verdict; none: no looks at all

    def holds(self, check: str, location: str, at: float) -> bool:
        return self.begins <= at < self.ends and check in self.checks and location in self.locations


def spells(dice: Random, locations: tuple[str, ...]) -> list[Spell]:
    return [_spell(dice, locations) for _ in range(dice.randrange(2, 9))]


def _spell(dice: Random, locations: tuple[str, ...]) -> Spell:
    begins = dice.uniform(0, HOURS * 3600)
    kind = dice.random()
    checks = dice.sample(CHECKS, dice.randrange(1, len(CHECKS)))
    if kind < 0.2:
        checks = list(CONTROLS)
    return Spell(
        begins,
        begins + dice.choice((20.0, 90.0, 400.0, 1100.0, 4000.0)),
        frozenset(CHECKS if kind > 0.7 else checks),
        frozenset(dice.sample(locations, dice.randrange(1, len(locations) + 1))),
        () if kind > 0.7 else dice.choice(STORMS),
    )


def history(seed: int) -> list[Observation]:
    """What was seen from T0 on, in no order."""
    dice = Random(seed)
    locations = ("l1", "l2", "l3")[: dice.randrange(1, 4)]
    told = spells(dice, locations)
    return [
        look for check in CHECKS for where in locations for look in _lane(dice, told, check, where)
    ]


def _lane(dice: Random, told: list[Spell], check: str, where: str) -> Iterator[Observation]:
    at = dice.choice((0.0, dice.uniform(0, 30)))
    while at < HOURS * 3600:
        held = [spell for spell in told if spell.holds(check, where, at)]
        scheduled = True
        if all(spell.odds for spell in held):
            odds = held[0].odds if held else (400, 1, 1, 1)
            verdict = dice.choices(VERDICTS, odds)[0]
            took_s = 10.0 if verdict is Verdict.FAILED else dice.choice((0.0, dice.uniform(0, 3)))
            scheduled = dice.random() < 0.7
            yield Observation(check, where, T0 + at, outcome(verdict), took_s, scheduled)
        doubted = held and dice.random() < 0.8
        at += (
            dice.choice((5.0, 5.2)) if doubted else dice.choice((30.0, 30.0, dice.uniform(20, 40)))
        )
