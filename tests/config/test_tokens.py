"""The tokens of our own door: long enough, and one for each role."""

from __future__ import annotations

import itertools

import pytest

from checker.config import load
from checker.config.problems import ConfigError
from checker.config.tokens import ROLES
from tests.config.written import KINDS, completed, loaded, problems, refused, said

LONG, OTHER, THIRD = "0123456789abcdef", "fedcba9876543210", "a-third-of-16-l…"


def test_a_token_for_each_role_is_taken(tmp_path):
    text = f"web: {{token: '{LONG}', alertmanager_token: '{OTHER}', reading_token: '{THIRD}'}}\n"
    web = loaded(tmp_path, text).web

    assert [getattr(web, role).get_secret_value() for role in ROLES] == [LONG, OTHER, THIRD]


@pytest.mark.parametrize(("first", "second"), [*itertools.permutations(ROLES, 2)])
def test_one_token_for_two_roles_is_refused_at_the_second(tmp_path, first, second):
    (problem,) = refused(tmp_path, f"web:\n  {first}: '{LONG}'\n  {second}: '{LONG}'\n")

    assert said([problem]) == [
        f"3:{len(second) + 5} `{second}` is the same as `{first}`: whoever has one could do what "
        "the other is for"
    ]
    assert problem.expected == "another one"
    assert LONG not in str(problem)


def test_tokens_are_compared_by_what_they_stand_for_and_never_shown(tmp_path):
    text = "web: {token: '${env:A}', alertmanager_token: '${env:B}'}\n"
    (tmp_path / "checks.yaml").write_text(completed(text))

    with pytest.raises(ConfigError) as error:
        load(tmp_path, {"A": LONG, "B": LONG}, KINDS)

    assert "checks.yaml:1:46: `alertmanager_token` is the same as `token`" in str(error.value)
    assert LONG not in str(error.value)


def test_two_tokens_that_are_not_set_are_not_the_same(tmp_path):
    text = "web: {token: '${env:A}', alertmanager_token: '${env:B}'}\n"

    web = loaded(tmp_path, text).web

    assert (web.token, web.alertmanager_token) == (None, None)
    assert problems(tmp_path, {"A": LONG}) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_short_token_is_refused_and_not_shown(tmp_path, role):
    short = LONG[:15]

    (problem,) = refused(tmp_path, f"web: {{{role}: '${{env:T}}'}}\n", {"T": short})

    assert said([problem]) == [f"1:{len(role) + 9} wrong value for `{role}`"]
    assert problem.expected == "at least 16 characters"
    assert short not in str(problem)
