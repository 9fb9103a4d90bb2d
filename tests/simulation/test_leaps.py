"""Leaping over what comes to nothing gives exactly what stepping through it gives."""

from __future__ import annotations

import pytest

from benchmarks.leaps import POLICY, live
from benchmarks.weather import T0, THREE, Noise
from checker.core.events import Closed, Uneventful
from checker.core.model import Entry
from checker.rehearsal.play import Play

pytestmark = pytest.mark.timeout(120)  # much is played; the machine may be busy

DAY_S = 86400.0


def entries(play: Play) -> list[tuple[float, tuple[Entry, ...]]]:
    return [(h.at, h.step.entries) for h in play.happened]


def stepped(weather: Noise, leapt: Play, ends: float) -> Play:
    """The same weather look by look; a person closes when they did there."""
    play = Play(POLICY, weather, weather.locations, T0)
    for at, lines in entries(leapt):
        for line in lines:
            if line.what == "closed":
                play.run(at)
                play.tell(Closed(at, line.incident, "ada", "noise", "none"))
                play.tell(Uneventful(at, line.incident, "ada"))
    play.run(ends)
    return play


@pytest.mark.parametrize(
    ("share", "seed", "days"), [(0.01, 1, 3.0), (0.02, 2, 2.0), (0.05, 3, 1.0), (0.08, 2, 0.5)]
)
def test_noise_is_the_same_leapt_over_or_stepped_through(share, seed, days):
    ends = T0 + days * DAY_S
    leapt = live(Noise(share, seed), T0, ends)
    whole = stepped(Noise(share, seed), leapt, ends)
    assert leapt.state == whole.state
    assert entries(leapt) == entries(whole)
    assert leapt.looks < whole.looks


def test_what_is_compared_holds_declarations_too():
    assert entries(live(Noise(0.08, 2), T0, T0 + DAY_S / 2))


def test_most_looks_are_leapt_over():
    play = live(Noise(0.01, 1), T0, T0 + 10 * DAY_S)
    made = 10 * 2880 * 3 * 2  # one check and one control at three locations
    assert play.looks < made / 20


def test_noise_has_its_share_of_failures_and_the_same_ones_every_time():
    noises = [Noise(0.05, 1) for _ in range(2)]
    moments = [noises[0].next_failure(T0)]
    for noise in noises:
        assert noise.next_failure(T0) == moments[0]
    looks = [noises[0].fails(where, T0 + 7.0 * n) for n in range(3000) for where in THREE]
    assert sum(looks) / len(looks) == pytest.approx(0.05, abs=0.01)
