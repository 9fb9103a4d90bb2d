"""The picture of the detection rule: what is drawn, and that the page shows it."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from benchmarks import curves
from benchmarks.drawing import RED, Chart, Drawing, Scale
from benchmarks.weather import BAD, CHECK, GOOD, Outage
from probes.contract import Verdict

SVG = "{http://www.w3.org/2000/svg}"


def test_a_drawing_is_an_svg_with_its_words_in_it():
    drawing = Drawing(100, 50)
    drawing.text((10, 20), "p50 < 36 s")
    root = ElementTree.fromstring(drawing.svg())
    assert root.get("viewBox") == "0 0 100 50"
    assert [text.text for text in root.iter(f"{SVG}text")] == ["p50 < 36 s"]


@pytest.mark.parametrize(("value", "pixel"), [(10, 340), (1000, 70), (100, 205), (1e9, 70)])
def test_a_scale_may_be_logarithmic_and_ends_at_its_ends(value, pixel):
    assert Scale(10, 1000, 340, 70, log=True)(value) == pytest.approx(pixel)


def test_a_curve_ends_where_a_value_is_never_reached():
    chart = Chart(Drawing(10, 10), Scale(0, 2, 0, 2), Scale(0, 2, 2, 0))
    chart.curve([(0, 1), (1, 2), (2, math.inf)], RED)
    assert "points='0.0,1.0 1.0,0.0'" in chart.drawing.parts[0]


def test_a_single_look_fails_and_no_other():
    world = curves.OneFailure(100.0)
    seen = [world(CHECK, where, at)[0] for where, at in (("a", 99), ("b", 101), ("a", 106))]
    assert seen == [GOOD, BAD, GOOD]
    assert world("control/0", "a", 107)[0].verdict is Verdict.PASSED


def test_the_score_of_an_outage_climbs_by_tens_until_it_is_declared():
    play = curves.watched(Outage(curves.BEGINS))
    climbing = sorted({score for _, score in play.seen})
    assert climbing == [0, 10, 20, 30, 40, 50, 60]
    assert next(at for at, _ in curves.stairs(play.seen)) >= -10


def test_what_is_not_declared_has_no_dot():
    drawing = Drawing(980, 740)
    curves.draw_score(drawing)
    dots = [part for part in drawing.parts if part.startswith("<circle")]
    assert len(dots) == 2  # all fail, 38 % fail; one failure is nothing


def test_the_page_shows_the_picture():
    page = curves.PICTURE.with_name("detection.md").read_text(encoding="utf-8")
    assert f"]({curves.PICTURE.name})" in page
    assert ElementTree.parse(curves.PICTURE).getroot().tag == f"{SVG}svg"
