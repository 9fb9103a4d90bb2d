"""Random histories for the core: stretches of weather, with people speaking in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from checker.core.engine import step
from checker.core.events import (
    Acknowledged,
    Cancelled,
    Closed,
    Declared,
    Event,
    Led,
    Looked,
    Noted,
    PageResolved,
    Planned,
    SeveritySet,
    Ticked,
)
from checker.core.incident import IllegalMove
from checker.core.model import Kind, Maintenance, Observation, Severity, State, Step
from checker.core.rules import Age, Policy, Rule
from checker.core.words import UnknownIncident
from probes.contract import Outcome, Reason, Verdict
from tests.core.story import CONTROLS, RULES, make_policy

T0 = 1_700_000_000.0
LOCATIONS = ("l1", "l2", "l3")
CHECKS = ("us/app", "us/flags", "eu/app")
EVERY_S = 10.0  # between two looks of a location at a check

OUTCOMES = (
    Outcome(Verdict.PASSED),
    Outcome(Verdict.FAILED, Reason.STATUS),
    Outcome(Verdict.FAILED, Reason.TIMEOUT),
    Outcome(Verdict.FAILED, Reason.LATE),
    Outcome(Verdict.DEGRADED, Reason.SLOW),
    Outcome(Verdict.DEGRADED, Reason.SAVE),
    Outcome(Verdict.INCONCLUSIVE, Reason.OWN_KEY),
)
PASSED, FAILED, UNCLEAR = OUTCOMES[0], OUTCOMES[1], OUTCOMES[-1]

POLICY: Policy = make_policy(
    [*CHECKS, *CONTROLS],
    rules=(
        *RULES,
        Rule("any", Kind.PARTIAL, Severity.MINOR, "Performance degradation."),
        Rule("any", Kind.SLOW, Severity.MINOR, "Performance degradation."),
        Rule("app", Kind.LATE, Severity.MAJOR, ">5 minute ingestion lag"),
    ),
    ages=(Age(Severity.MAJOR, Severity.CRITICAL, 600.0, "Major incidents often become critical"),),
)
AGELESS = replace(POLICY, ages=())


@dataclass(frozen=True)
class Stretch:
    """For so many rounds of looks, this is what each location finds at each check."""

    rounds: int
    finds: dict[tuple[str, str], Outcome]
    cut_off: frozenset[str] = frozenset()  # locations whose controls fail


def stretches(outcomes: tuple[Outcome, ...] = OUTCOMES) -> st.SearchStrategy[Stretch]:
    lanes = [(check, where) for check in CHECKS for where in LOCATIONS]
    return st.builds(
        Stretch,
        st.integers(1, 45),
        st.fixed_dictionaries({lane: st.sampled_from(outcomes) for lane in lanes}),
        st.frozensets(st.sampled_from(LOCATIONS), max_size=2),
    )


def looks(stretch: Stretch, begins: float) -> Iterator[Event]:
    """Everybody looks at everything in turn, and time passes."""
    lanes = [*stretch.finds, *((control, where) for control in CONTROLS for where in LOCATIONS)]
    for number in range(stretch.rounds):
        for turn, (check, where) in enumerate(lanes):
            at = begins + EVERY_S * (number + turn / len(lanes))
            bad = FAILED if where in stretch.cut_off else PASSED
            found = stretch.finds.get((check, where), bad)
            yield Looked(Observation(check, where, at, found, duration_s=0.2))
        yield Ticked(begins + EVERY_S * (number + 1))


IDS = st.sampled_from(("us-1", "us-2", "eu-1"))
SEVERITIES = st.sampled_from(Severity)

MACHINES = st.one_of(
    st.builds(Acknowledged, st.just(0.0), IDS, st.just("ada")),
    st.builds(PageResolved, st.just(0.0), IDS, st.sampled_from(("", "ada")), st.integers(1, 3)),
    st.builds(Noted, st.just(0.0), IDS, st.just("ada"), st.just("odd")),
    st.builds(Led, st.just(0.0), IDS, st.just("ada"), st.just("bob")),
    st.builds(
        Declared, st.just(0.0), st.sampled_from(("us", "eu")), st.just("ada"), st.just("odd")
    ),
)
"""Words that neither end an incident nor say how severe it is."""

ENDS = st.one_of(
    st.builds(Closed, st.just(0.0), IDS, st.just("ada"), st.just("known"), st.just("fixed")),
    st.builds(Cancelled, st.just(0.0), IDS, st.just("ada"), st.just("in error")),
)
SETS = st.builds(SeveritySet, st.just(0.0), IDS, st.just("ada"), SEVERITIES)
PLANS = st.builds(
    Planned, st.just(0.0), st.just(Maintenance("us", T0 + 300, T0 + 900, "ada", "an upgrade"))
)
WORDS = st.one_of(MACHINES, ENDS, SETS, PLANS)

Item = Stretch | Event


def histories(
    weather: st.SearchStrategy[Stretch],
    words: st.SearchStrategy[Event] | None = None,
    begins: float = T0,
) -> st.SearchStrategy[list[Event]]:
    """Events in the order of their times."""
    items: st.SearchStrategy[Item] = weather if words is None else st.one_of(weather, words)
    return st.lists(items, min_size=1, max_size=9).map(lambda made: laid_out(made, begins))


def laid_out(items: Sequence[Item], begins: float = T0) -> list[Event]:
    events: list[Event] = []
    now = begins
    for item in items:
        if isinstance(item, Stretch):
            events += looks(item, now)
            now += EVERY_S * item.rounds
        else:
            events.append(replace(item, at=now))
    return events


def live(policy: Policy, events: list[Event], state: State | None = None) -> Iterator[Step]:
    """A step for each event; what a person cannot do changes nothing."""
    state = State() if state is None else state
    for event in events:
        try:
            taken = step(policy, state, event)
        except (IllegalMove, UnknownIncident):
            taken = Step(state)
        state = taken.state
        yield taken


def all_find(outcome: Outcome, rounds: int, cut_off: frozenset[str] = frozenset()) -> Stretch:
    """Everybody finds the same."""
    return Stretch(rounds, {(c, w): outcome for c in CHECKS for w in LOCATIONS}, cut_off)


WEATHER = st.one_of(
    stretches(),
    st.just(all_find(FAILED, 20)),
    st.just(all_find(PASSED, 70)),  # long enough to recover in
)
