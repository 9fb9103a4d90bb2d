"""Worlds and policies for plays."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from checker.core.model import Severity
from checker.core.rules import Age, Policy
from checker.rehearsal.play import World
from probes.contract import Outcome, Reason, Verdict
from tests.core.story import CHECKS, make_policy

T0 = 1_700_000_010.0
THREE = ("l1", "l2", "l3")

GOOD = Outcome(Verdict.PASSED)
BAD = Outcome(Verdict.FAILED, Reason.STATUS)
STRAINED = Outcome(Verdict.DEGRADED, Reason.SLOW)
UNCLEAR = Outcome(Verdict.INCONCLUSIVE, Reason.LOOK_UP)

AGES = (Age(Severity.MAJOR, Severity.CRITICAL, 7200.0, "Major incidents often become critical"),)


def policy(**more: object) -> Policy:
    return make_policy(CHECKS, ages=AGES, **more)


def ours(base: Policy, check: str, **limits: object) -> Policy:
    """With other thresholds for one check."""
    watched = base.watched[check]
    own = replace(watched, thresholds=replace(watched.thresholds, **limits))  # type: ignore[arg-type]
    return replace(base, watched={**base.watched, check: own})


def broken(check: str, since: float = 0.0, until: float = 1e9, takes: float = 0.2) -> World:
    """All is right, but this check fails from `since` to `until` after T0."""

    def world(name: str, location: str, at: float) -> tuple[Outcome, float]:
        hit = name == check and since <= at - T0 < until
        return (BAD, takes) if hit else (GOOD, 0.2)

    return world


def stormy(seed: int) -> World:
    """A few hours with a bit of everything, and 1 % of noise."""

    def world(name: str, location: str, at: float) -> tuple[Outcome, float]:
        now, dice = at - T0, Random(f"{seed} {name} {location} {at:.3f}")
        if location == "l2" and 9000 < now < 9600:
            return BAD, 0.5  # the network of one location
        if name == "us/app" and 6000 < now < 7200:
            return BAD, 60.0
        if name == "us/flags" and 600 < now < 3000:
            return (BAD if dice.random() < 0.38 else GOOD), 0.2
        if name == "eu/app" and 4000 < now < 5000:
            return STRAINED, 4.0
        if name == "eu/app" and 7000 < now < 7400:
            return UNCLEAR, 0.2
        return (BAD if dice.random() < 0.01 else GOOD), 0.2

    return world
