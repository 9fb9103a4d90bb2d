"""Two ways to ring that lead to one place are refused: the second would ring nobody."""

from __future__ import annotations

import pytest

from checker.config import load
from checker.config.problems import ConfigError
from checker.core.model import Duty
from tests.config.written import KINDS, completed, loaded, refused, said

KEY, OTHER = "0123456789", "9876543210"
BELL = f"bell: {{routing_key: '{KEY}'}}"


def second(more: str = "", key: str = KEY, duties: str = "[fallback, resolve]") -> str:
    return f"second: {{kind: bell, routing_key: '{key}', duties: {duties}{more}}}"


def written(*entries: str) -> str:
    return "responders:\n" + "".join(f"  {entry}\n" for entry in entries)


def test_a_second_way_with_another_key_is_one(tmp_path):
    settings = loaded(tmp_path, written(BELL, second(key=OTHER)))

    assert settings.policy.routes[Duty.FALLBACK] == ("second",)


@pytest.mark.parametrize("duties", ["[fallback, resolve]", "[fallback]", "[page]"])
def test_a_second_way_with_the_key_of_the_first_is_refused(tmp_path, duties):
    (problem,) = refused(tmp_path, written(BELL, second(duties=duties)))

    assert said([problem]) == [
        "3:37 `routing_key` is the same as that of `bell` (line 2): both pages would be one there, "
        "and `second` would ring nobody"
    ]
    assert problem.expected == "another `routing_key`, one that rings elsewhere"


def test_keys_are_compared_by_what_they_stand_for_and_never_shown(tmp_path):
    text = written(
        "bell: {routing_key: '${env:A}'}",
        "second: {kind: bell, routing_key: '${env:B}', duties: [fallback]}",
    )
    (tmp_path / "checks.yaml").write_text(completed(text))

    with pytest.raises(ConfigError) as error:
        load(tmp_path, {"A": KEY, "B": KEY}, KINDS)

    assert "checks.yaml:3:37: `routing_key` is the same" in str(error.value)
    assert KEY not in str(error.value)


def test_two_keys_that_are_not_set_are_not_the_same(tmp_path):
    text = written(
        "bell: {routing_key: '${env:A}'}",
        "second: {kind: bell, routing_key: '${env:B}', duties: [fallback]}",
    )

    assert len(loaded(tmp_path, text).off) == 2
    assert loaded(tmp_path, text, {"A": KEY}).policy.routes.get(Duty.FALLBACK) is None


def test_two_keys_of_one_service_are_two_ways(tmp_path):
    first = f"bell: {{routing_key: '{KEY}', service: P1}}"

    assert loaded(tmp_path, written(first, second(", service: P1", key=OTHER))).off == ()


def test_one_that_rings_nobody_may_have_the_same_key(tmp_path):
    settings = loaded(tmp_path, written(BELL, second(duties="[resolve]")))

    assert settings.policy.routes[Duty.RESOLVE] == ("bell", "second")


def test_nobody_is_their_own_second_way(tmp_path):
    bell = f"bell: {{routing_key: '{KEY}', duties: [page, fallback]}}"

    assert said(refused(tmp_path, written(bell))) == [
        "2:45 `bell` cannot be its own second way: both pages would be one there"
    ]


def test_a_drill_with_the_key_that_rings_in_earnest_is_refused(tmp_path):
    drill = f"drill: {{kind: bell, routing_key: '{KEY}', drill: true}}"

    (problem,) = refused(tmp_path, written(BELL, drill))

    assert problem.message.endswith("(line 2): a drill would ring in earnest")
    assert problem.expected == "another `routing_key`, one that is for drills"


def test_a_drill_may_show_at_the_service_that_rings_in_earnest(tmp_path):
    first = f"bell: {{routing_key: '{KEY}', service: P1}}"
    drill = f"drill: {{kind: bell, routing_key: '{OTHER}', service: P1, drill: true}}"

    assert len(loaded(tmp_path, written(first, drill)).responders) == 2


REAL = """
targets: {us: {app_host: us.test}}
checks: {app: {probe: page, surface: app, targets: [us]}}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
responders:
  pagerduty: {routing_key: "${env:KEY}", service: P1}
"""
BY_KEY = "  two: {kind: pagerduty, duties: [fallback, resolve], routing_key: '${env:TWO}'}\n"
BY_REST = "  two: {kind: pagerduty_incident, rest_token: t, from_email: a@b.example, service: P1}\n"


def load_real(tmp_path, *second_ways: str):
    (tmp_path / "checker.yaml").write_text(REAL + "".join(second_ways))
    return load(tmp_path / "checker.yaml", {"KEY": "k" * 32, "TWO": "k" * 32, "OTHER": "o" * 32})


def test_pagerduty_is_not_its_own_second_way(tmp_path):
    with pytest.raises(ConfigError, match="`routing_key` is the same as that of `pagerduty`"):
        load_real(tmp_path, BY_KEY)


def test_pagerdutys_rest_api_is_not_a_second_way_twice(tmp_path):
    with pytest.raises(ConfigError, match="`service` is the same as that of `two`"):
        load_real(tmp_path, BY_REST, BY_REST.replace("two:", "three:"))


@pytest.mark.parametrize("two", [BY_KEY.replace("TWO", "OTHER"), BY_REST], ids=["key", "rest"])
def test_another_way_into_pagerduty_is_a_second_way(tmp_path, two):
    assert load_real(tmp_path, two).policy.routes[Duty.FALLBACK] == ("two",)
