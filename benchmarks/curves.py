"""The detection rule's curves, for docs/explanation/detection.md: `make curves`, some minutes.

Seeded, and free of dates: the same picture comes out each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat
from pathlib import Path

from benchmarks import trials
from benchmarks.drawing import BLUE, GREEN, GREY, RED, VIOLET, Chart, Drawing, Point, Scale
from benchmarks.trials import Case, Count, percentile
from benchmarks.usual import USUAL, false_pages
from benchmarks.weather import BAD, CHECK, GOOD, T0, THREE, Found, Outage, policy
from checker.core.events import Event
from checker.rehearsal.play import Play, World

PICTURE = Path(__file__).parents[1] / "docs" / "explanation" / "detection.svg"

SHARES = (0.06, 0.08, 0.10, 0.12, 0.15, 0.2, 0.3, 0.38, 0.5, 0.65, 0.78, 0.9, 1.0)
HALF_HOUR_S = 1800.0
TRIALS = 400
BESIDE = ((0, BLUE), (1, VIOLET), (4, GREEN))  # the usual rules that are shown, by their number
NOISE = (0.01, 0.02)
YEARS, PIECE_YEARS = 4.0, 0.25
BEGINS = T0 + 601.0
SHOWN_S = 120.0


def main() -> None:
    """Draw all three panels."""
    drawing = Drawing(980, 740)
    with ProcessPoolExecutor() as pool:
        draw_detection(drawing, pool)
        draw_false(drawing, pool)
    draw_score(drawing)
    PICTURE.write_text(drawing.svg(), encoding="utf-8")


# ── how soon ──────────────────────────────────────────────────────────────────────────────────


def draw_detection(drawing: Drawing, pool: ProcessPoolExecutor) -> None:
    """Seconds to the declaration over the share that fails, of our rule and of some others."""
    scales = Scale(0.055, 1.0, 90, 560, log=True), Scale(10, HALF_HOUR_S, 340, 70, log=True)
    chart = Chart(drawing, *scales)
    chart.title(
        "How soon it is declared, by the share of requests that fail",
        "half of the outages; dashed: 95 in 100, ours. A curve ends where they are not, within 30 min",
    )
    chart.up([(10, "10 s"), (30, "30 s"), (60, "1 min"), (300, "5 min"), (HALF_HOUR_S, "30 min")])
    chart.across([(share, f"{share:.0%}") for share in (0.06, 0.1, 0.15, 0.2, 0.38, 0.78, 1.0)])
    for number, colour in BESIDE:
        chart.curve([(share, usual_at(pool, number, share)) for share in SHARES], colour)
    ours = [(share, *ours_at(pool, share)) for share in SHARES]
    chart.curve([(share, late) for share, _, late in ours], RED, dashed=True)
    chart.curve([(share, median) for share, median, _ in ours], RED)
    names = [("ours", RED), *((USUAL[number].name, colour) for number, colour in BESIDE)]
    chart.legend(names, (104, 268))


def ours_at(pool: ProcessPoolExecutor, share: float) -> tuple[float, float]:
    """Seconds until half, and until 95 in 100, are declared."""
    declared = partial(trials.declared_after, thin(share))
    times = list(pool.map(declared, range(TRIALS), chunksize=10))
    return percentile(times, 0.5), percentile(times, 0.95)


def usual_at(pool: ProcessPoolExecutor, rule: int, share: float) -> float:
    """The same until half are paged, by one of the usual rules."""
    paged = partial(trials.paged_after, rule, thin(share))
    return percentile(list(pool.map(paged, range(TRIALS), chunksize=10)), 0.5)


def thin(share: float) -> Case:
    return Case(f"{share}", share, patience_s=HALF_HOUR_S)


# ── how often for nothing ─────────────────────────────────────────────────────────────────────


def draw_false(drawing: Drawing, pool: ProcessPoolExecutor) -> None:
    """A pair of bars for each rule, by the two noises."""
    wide = Scale(0.5, 3000, 0, 250, log=True)
    chart = Chart(drawing, Scale(0, 1, 680, 930), Scale(0, 1, 340, 70))
    chart.title("Pages a year for nothing", "while 1 % (upper bar) or 2 % of all looks fail")
    for number, (name, rates) in enumerate(false_rates(pool)):
        y = 84 + 33 * number
        drawing.text((630, y), name, size=11)
        for bar, rate in enumerate(rates):
            at, width = (630, y + 5 + 9 * bar), wide(rate) if rate else 1.0
            drawing.box(at, width, 7, RED if number == 0 else GREY)
            drawing.text((636 + width, at[1] + 7), said(rate), size=10)


def said(rate: float) -> str:
    return f"{rate:,.0f}" if rate == 0 or rate >= 100 else f"{rate:.1f}"


def false_rates(pool: ProcessPoolExecutor) -> Iterator[tuple[str, list[float]]]:
    """Each rule, and its pages a year at each noise; ours first."""
    pieces = range(round(YEARS / PIECE_YEARS))
    usual, ours = [], []
    for share in NOISE:
        given = repeat(share), repeat(PIECE_YEARS), pieces
        usual.append(list(pool.map(false_pages, *given, repeat(THREE))))
        ours.append(sum(pool.map(trials.noise, *given), Count()).pages / YEARS)
    yield "ours", ours
    for rule in USUAL:
        yield rule.name, [sum(lived[rule.name] for lived in lives) / YEARS for lives in usual]


# ── why ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class OneFailure:
    """A world in which a single look fails, at whoever looks first after a moment."""

    begins: float
    is_over: bool = False

    def __call__(self, check: str, location: str, at: float) -> Found:
        bad = check == CHECK and at >= self.begins and not self.is_over
        self.is_over = self.is_over or bad
        return (BAD if bad else GOOD), 0.2


@dataclass(slots=True)
class Watching(Play):
    """Notes the highest score of a location after each event."""

    seen: list[Point] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        Play.tell(self, event)
        held = self.state.standings.get(CHECK, {})
        score = max((standing.score for standing in held.values()), default=0)
        self.seen.append((event.at - BEGINS, float(score)))


def draw_score(drawing: Drawing) -> None:
    """The score of whoever is surest over time, in three worlds; a dot where it is declared."""
    chart = Chart(drawing, Scale(-10, SHOWN_S, 90, 930), Scale(0, 60, 690, 460))
    chart.title(
        "How suspicion grows: the score of the location that is surest",
        "seconds since the outage began; a failed look adds 10, a good one takes 2; a dot: declared",
    )
    chart.up([(0, "0"), (30, "30 sees it"), (50, "50 alone"), (60, "60")])
    chart.across([(second, f"{second} s") for second in range(0, 121, 20)])
    worlds: tuple[tuple[str, str, World], ...] = (
        ("all requests fail", RED, Outage(BEGINS)),
        ("38 % fail", VIOLET, Outage(BEGINS, 0.38, seed=4)),
        ("one request fails", GREEN, OneFailure(BEGINS)),
    )
    for _, colour, world in worlds:
        play = watched(world)
        chart.curve(stairs(play.seen), colour)
        for at in trials.declarations(play):
            drawing.dot((chart.x(at - BEGINS), chart.y(score_at(play.seen, at - BEGINS))), colour)
    chart.legend([(name, colour) for name, colour, _ in worlds], (740, 610))


def watched(world: World) -> Watching:
    play = Watching(policy(), world, THREE, T0)
    play.run(BEGINS + SHOWN_S)
    return play


def stairs(seen: Sequence[Point]) -> list[Point]:
    """What is seen at a moment holds until the next."""
    points: list[Point] = []
    before = 0.0
    for at, score in seen:
        if at >= -10:
            points += [(at, before), (at, score)]
        before = score
    return points


def score_at(seen: Sequence[Point], moment: float) -> float:
    return [score for at, score in seen if at <= moment][-1]


if __name__ == "__main__":
    main()
