"""What a check depends on is another check at the same target, and never itself in the end."""

from __future__ import annotations

import pytest

from tests.config.written import loaded, refused, said


def checks(**depends_on):
    """Checks a, b, … at both clouds, or at those that stand before "@"."""
    lines = ["checks:"]
    for name, others in depends_on.items():
        targets, _, names = others.rpartition("@")
        keys = f"surface: app, targets: [{targets or 'us, eu'}], depends_on: [{names}]"
        lines.append(f"  {name}: {{probe: page, {keys}}}")
    return "\n".join([*lines, ""])


def test_a_check_may_depend_on_another_that_depends_on_a_third(tmp_path):
    watched = loaded(tmp_path, checks(a="b", b="c", c="")).policy.watched

    assert watched["us/a"].depends_on == ("us/b",)
    assert watched["us/c"].depends_on == ()


def test_a_check_may_depend_on_one_that_looks_at_more(tmp_path):
    assert loaded(tmp_path, checks(a="us@b", b="us, eu@")).policy.watched["us/a"].depends_on


def test_an_unknown_name_is_told_with_the_nearest_one(tmp_path):
    (problem,) = refused(tmp_path, checks(flags="ap", app=""))

    assert said([problem]) == ["2:70 there is no such check"]
    assert problem.hint == "did you mean 'app'?"


def test_a_full_name_is_told_to_leave_out_the_target(tmp_path):
    (problem,) = refused(tmp_path, checks(flags="us/app", app=""))

    assert problem.hint == "did you mean 'app'?"


def test_a_check_that_does_not_look_at_the_same_target_explains_nothing(tmp_path):
    found = refused(tmp_path, checks(a="us, eu@b", b="us@"))

    assert said(found) == ["2:66 `b` does not look at eu"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (checks(a="a"), "2:66 a circle: a → a"),
        (checks(a="b", b="a"), "2:66 a circle: a → b → a"),
        (checks(x="a", a="b", b="c", c="a"), "3:66 a circle: a → b → c → a"),
    ],
)
def test_a_circle_is_told_once(tmp_path, text, problem):
    assert said(refused(tmp_path, text)) == [problem]


def test_two_circles_are_told_both(tmp_path):
    found = refused(tmp_path, checks(a="a", b="c", c="b"))

    assert said(found) == ["2:66 a circle: a → a", "3:66 a circle: b → c → b"]


def test_a_list_that_is_none_is_told_as_such(tmp_path):
    text = "checks:\n  a: {probe: page, surface: app, targets: [us], depends_on: app}\n"

    assert said(refused(tmp_path, text)) == ["2:61 wrong value for `depends_on`"]
