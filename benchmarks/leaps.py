"""Years of noise in minutes: what is certain to come to nothing is leapt over.

Where nothing is in doubt, a look that passes moves a few time stamps and the counts of its minute,
and nothing else. And where one look fails and none after it, the doubt is settled by the fifth look
that passes. So the state after such a stretch can be written down without stepping through it;
`tests/simulation/test_leaps.py` holds it against the state after every single step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.weather import BAD, CHECK, GOOD, T0, Found, Noise, grid_offset, policy
from checker.clock import ROUNDING_S, Grid
from checker.core.events import Closed, Uneventful
from checker.core.held import Bucket, Standing, Track, Vantage
from checker.core.incident import has_recovered
from checker.core.model import State
from checker.core.partial import surprising
from checker.core.rules import Policy, Thresholds
from checker.core.standing import WINDOW_MINUTES
from checker.rehearsal.play import Play
from checker.rehearsal.timetable import Lane

SETTLE_S = 60.0  # a doubt of one look is over by then, and every location has been looked at again
STRIDE_S = 10.0  # how far it goes on before it is asked again whether all is still

# One control is enough to be live by, and at the schedule: in doubt they would be most of the looks.
# Evidence spans at least 30 s, in which each has answered.
POLICY = policy(controls=1, recheck_s=30.0)
LIMITS = Thresholds()


def live(weather: Noise, begins: float, ends: float) -> Play:
    """A play of that weather, to its end; a person closes each incident that has recovered."""
    play = Play(POLICY, weather, weather.locations, begins)
    play.run(begins + 2 * SETTLE_S)
    doubts: dict[str, Doubt] = {}
    while play.now < ends:
        settle(play, ends)
        _close(play)
        leap(play, min(weather.next_failure(play.now), ends))
        while play.now < ends and skip_doubt(play, weather, ends, doubts):
            pass
    return play


def settle(play: Play, ends: float) -> None:
    """Go on step by step until all is still."""
    while play.now < ends:
        play.run(min(play.now + STRIDE_S, ends))
        if is_still(play):
            break


def is_still(play: Play) -> bool:
    """Whether nothing can happen until a look fails."""
    return play.pendulum.quiet and not play.timetable.paced and not play.flights


def leap(play: Play, to: float) -> None:
    """Go on to that moment, as if all looks due before it had been made and had passed."""
    play.state = passed(play.policy, play.state, play.timetable.lanes, play.now, to)
    for lanes in play.timetable.lanes.values():
        for lane in lanes:
            lane.course.started_at = _last(lane.course.slot.grid, to)
    play.timetable.restart(to - 2 * ROUNDING_S)
    play.pendulum.due = max(play.pendulum.due, to)
    play.now = to


# ── a doubt of one look ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a failed look at one location leads to if nothing else fails; times are after it."""

    extras: tuple[tuple[str, float], ...]  # the extra looks at the check: where and when
    settled: float  # when the location is at 0 again


@dataclass(slots=True)
class _OneFailure:
    """A world in which a single look fails, and who looks how often in the doubt that follows."""

    where: str
    at: float
    seen: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, check: str, location: str, at: float) -> Found:
        if check == CHECK and self.at <= at < self.at + SETTLE_S:
            self.seen.append((location, at - self.at))
        is_it = (check, location) == (CHECK, self.where) and abs(at - self.at) < ROUNDING_S
        return BAD if is_it else GOOD, 0.0


def doubt_at(where: str, locations: Sequence[str]) -> Doubt:
    """Play it once."""
    offset_s = grid_offset(locations.index(where), locations)
    world = _OneFailure(where, Grid(30.0, offset_s).after(T0 + 2 * SETTLE_S))
    play = Play(POLICY, world, locations, T0)
    play.run(world.at + SETTLE_S)
    clean = play.state.standings[CHECK][where].failing.clean_since
    assert clean is not None, "one failed look is settled within a minute"
    grids = {where: grid_offset(rank, locations) for rank, where in enumerate(locations)}
    extras = [x for x in world.seen if Grid(30.0, grids[x[0]]).distance(world.at + x[1]) > 2 * ROUNDING_S]  # fmt: skip
    return Doubt(tuple(extras), clean - world.at)


def skip_doubt(play: Play, weather: Noise, ends: float, known: dict[str, Doubt]) -> bool:
    """From a look that fails to the next one that does, if none of the extra looks between them fails."""
    at = play.now
    where = weather.failing_at(at)
    to = min(weather.next_failure(at + 1.0), ends)
    if where is None or to < at + SETTLE_S or not is_thin(play.state):
        return False
    if where not in known:
        known[where] = doubt_at(where, weather.locations)
    doubt = known[where]
    if any(weather.fails(location, at + after) for location, after in doubt.extras):
        return False
    leap(play, to)
    play.state = doubted(play.state, where, at, at + doubt.settled)
    return True


def is_thin(state: State) -> bool:
    """Whether one more failed look cannot make the window of half an hour too surprising."""
    failed = sum(bad for held in state.standings[CHECK].values() for _, _, bad in held.window)
    return failed + 1 < surprising(LIMITS.partial_looks, LIMITS.partial_noise, LIMITS.partial_odds)


def doubted(state: State, where: str, failed: float, settled: float) -> State:
    """The state in which one look has failed instead of passed, and that is settled."""
    held = state.standings[CHECK]
    minute = int(failed // 60)
    window = tuple((m, looks, bad + (m == minute)) for m, looks, bad in held[where].window)
    here = replace(held[where], window=window, failing=Track(clean_since=settled))
    return replace(state, standings={**state.standings, CHECK: {**held, where: here}})


# ── all is still ──────────────────────────────────────────────────────────────────────────────


def passed(
    policy: Policy, state: State, lanes: Mapping[str, Sequence[Lane]], since: float, to: float
) -> State:
    """The state after all scheduled looks from `since` to before `to` have passed, none being in doubt."""
    standings = dict(state.standings)
    vantages = dict(state.vantages)
    for check, held in lanes.items():
        for lane in held:
            slots = _slots(lane.course.slot.grid, since, to)
            if not slots:
                continue
            if policy.watched[check].target is None:
                vantages[lane.location] = _heard(vantages[lane.location], check, slots[-1])
            else:
                here = standings.get(check, {})
                seen = _seen(here[lane.location], slots)
                standings[check] = {**here, lane.location: seen}
    return replace(state, standings=standings, vantages=vantages)


def _slots(grid: Grid, since: float, to: float) -> list[float]:
    """Those from `since` on and before `to`; of a long stretch, the ones that a window can still hold."""
    first = max(since, to - (WINDOW_MINUTES + 2) * 60) - 2 * ROUNDING_S
    numbers = range(_number(grid, grid.after(first)), _number(grid, _last(grid, to)) + 1)
    return [grid.offset_s + number * grid.every_s for number in numbers]


def _number(grid: Grid, at: float) -> int:
    return round((at - grid.offset_s) / grid.every_s)


def _last(grid: Grid, to: float) -> float:
    """The newest slot before that moment."""
    return grid.after(to - 2 * ROUNDING_S) - grid.every_s


def _seen(standing: Standing, slots: list[float]) -> Standing:
    return replace(
        standing, last_at=slots[-1], looked_at=slots[-1], window=_rolled(standing.window, slots)
    )


def _rolled(window: tuple[Bucket, ...], slots: list[float]) -> tuple[Bucket, ...]:
    """The window after so many looks that passed."""
    last = int(slots[-1] // 60)
    counts = {
        minute: (looks, bad) for minute, looks, bad in window if minute > last - WINDOW_MINUTES
    }
    for at in slots:
        minute = int(at // 60)
        if minute > last - WINDOW_MINUTES:
            looks, bad = counts.get(minute, (0, 0))
            counts[minute] = looks + 1, bad
    return tuple((minute, looks, bad) for minute, (looks, bad) in counts.items())


def _heard(vantage: Vantage, control: str, at: float) -> Vantage:
    passed_at = max(vantage.passed_at or at, at)
    looked_at = {**vantage.looked_at, control: at}
    return replace(vantage, looked_at=looked_at, passed_at=passed_at)


def _close(play: Play) -> None:
    for incident in play.state.incidents.values():
        if has_recovered(incident):
            play.tell(Closed(play.now, incident.id, "ada", "noise", "none"))
            play.tell(Uneventful(play.now, incident.id, "ada"))
