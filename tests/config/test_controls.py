"""Controls tell our own outage from theirs, so there must be enough of them, and of others."""

from __future__ import annotations

from checker.config import Off
from tests.config.written import loaded, refused, said

THREE = "controls:\n  a: {host: a.test}\n  b: {host: b.test}\n  c: {host: c.test}\n"


def test_a_control_has_a_pace_of_its_own(tmp_path):
    text = THREE.replace("{host: c.test}", "{host: c.test, every: 15s, timeout: 2s}")

    control = loaded(tmp_path, text).checks[-1]

    assert (control.name, control.every_s, control.timeout_s) == ("control/c", 15, 2)


def test_two_are_too_few(tmp_path):
    (problem,) = refused(tmp_path, THREE.replace("  c: {host: c.test}\n", ""))

    assert said([problem]) == [
        "1:1 too few controls to tell our own outage from theirs: only a.test and b.test"
    ]
    assert problem.expected == "at least 3, on distinct networks of others"


def test_three_at_the_same_host_are_one(tmp_path):
    text = "controls:\n  a: {host: 'https://a.test/x'}\n  b: {host: 'a.test:443'}\n  c: {host: a.test}\n"

    assert said(refused(tmp_path, text)) == [
        "1:1 too few controls to tell our own outage from theirs: only a.test"
    ]


def test_none_is_too_few(tmp_path):
    assert said(refused(tmp_path, "controls:\n")) == [
        "1:1 too few controls to tell our own outage from theirs: none"
    ]


def test_a_host_of_a_target_is_no_control(tmp_path):
    assert said(refused(tmp_path, THREE.replace("b.test", "us.test"))) == [
        "3:3 this is a host of a target"
    ]


def test_a_control_that_lacks_a_value_is_off_and_does_not_count(tmp_path):
    (problem,) = refused(tmp_path, THREE.replace("b.test", "'${env:HOST}'"))

    assert said([problem]) == [
        "1:1 too few controls to tell our own outage from theirs: only a.test and c.test"
    ]


def test_a_fourth_control_may_be_off(tmp_path):
    settings = loaded(tmp_path, THREE + "  d: {host: '${env:HOST}'}\n")

    assert settings.off == (Off("control d", "HOST is not set"),)


def test_a_wrong_control_is_told_alone(tmp_path):
    assert said(refused(tmp_path, THREE.replace("{host: b.test}", "{hst: b.test}"))) == [
        "3:3 `host` is missing",
        "3:7 unknown key `hst`",
    ]


def test_controls_that_answer_too_seldom_are_refused(tmp_path):
    (problem,) = refused(tmp_path, THREE + "pace: {every: 55s}\n")

    assert said([problem]) == ["1:1 a control answers only every 1m5s (`every` and `timeout`)"]
    assert problem.expected == "one that does within `live_for`, 1m"


def test_a_check_of_the_kind_control_has_no_surface(tmp_path):
    found = refused(tmp_path, THREE.replace("host: a.test", "host: a.test, surface: app"))

    assert said(found) == ["2:21 unknown key `surface`"]


def test_brackets_that_do_not_belong_in_a_host_do_no_harm(tmp_path):
    assert len(loaded(tmp_path, THREE.replace("a.test", "'[a.test'")).checks) == 5
