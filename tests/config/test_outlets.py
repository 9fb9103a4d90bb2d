"""Responders are on when they have what they need; each duty goes to those that carry it out."""

from __future__ import annotations

import pytest

from checker.config import Off
from checker.core.model import Duty
from tests.config.written import loaded, refused, said

BELL = "bell: {routing_key: '0123456789'}"


def test_a_responder_of_its_kind_s_name_needs_no_kind(tmp_path):
    (bell,) = loaded(tmp_path, f"responders:\n  {BELL}\n").responders

    assert (bell.name, bell.kind) == ("bell", "bell")
    assert bell.settings.routing_key.get_secret_value() == "0123456789"


def test_several_of_a_kind_have_names_of_their_own(tmp_path):
    text = (
        "responders:\n"
        "  day: {kind: bell, routing_key: '0123456789', timeout: 3s}\n"
        "  night: {kind: bell, routing_key: '9876543210'}\n"
    )

    responders = loaded(tmp_path, text).responders

    assert [(r.name, r.kind, r.settings.timeout_s) for r in responders] == [
        ("day", "bell", 3), ("night", "bell", 10),
    ]  # fmt: skip


def test_each_duty_goes_to_those_that_carry_it_out_in_the_order_of_the_config(tmp_path):
    text = f"responders:\n  room: {{token: abc}}\n  {BELL}\n  console:\n"

    assert loaded(tmp_path, text).policy.routes == {
        Duty.PAGE: ("bell", "console"),
        Duty.RESOLVE: ("bell", "console"),
        Duty.ROOM: ("room", "console"),
        Duty.POST: ("room", "console"),
        Duty.SUMMARY: ("console",),
        Duty.CHANGE: ("console",),
        Duty.INVITE: ("console",),
        Duty.DOCUMENT: ("console",),
        Duty.PUBLISH: ("console",),
        Duty.WITHDRAW: ("console",),
    }


def test_a_responder_does_only_what_the_config_has_it_do(tmp_path):
    second = "second: {kind: bell, routing_key: '9876543210', duties: [fallback, resolve]}"

    assert loaded(tmp_path, f"responders:\n  {BELL}\n  {second}\n").policy.routes == {
        Duty.PAGE: ("bell",),
        Duty.RESOLVE: ("bell", "second"),
        Duty.FALLBACK: ("second",),
    }


def test_a_pager_that_can_be_asked_must_confirm_its_pages(tmp_path):
    asked = "asked: {kind: bell, routing_key: '9876543210', pin: '1'}"
    second = "second: {kind: bell, routing_key: '9876543210', pin: '1', duties: [resolve]}"

    text = f"responders:\n  {BELL}\n  {asked}\n  {second}\n"

    assert loaded(tmp_path, text).policy.confirms == {"asked"}


@pytest.mark.parametrize(
    "text", ["", "responders: {}\n", "responders:\n  room: {token: '${env:T}'}\n"]
)
def test_where_nothing_is_on_the_console_is(tmp_path, text):
    settings = loaded(tmp_path, text)

    assert [(r.name, r.kind) for r in settings.responders] == [("console", "console")]
    assert settings.policy.routes[Duty.PAGE] == ("console",)


def test_a_responder_that_lacks_a_value_is_off_and_gets_no_duty(tmp_path):
    settings = loaded(tmp_path, f"responders:\n  room: {{token: '${{env:TOKEN}}'}}\n  {BELL}\n")

    assert settings.off == (Off("responder room", "TOKEN is not set"),)
    assert Duty.ROOM not in settings.policy.routes


def test_a_responder_that_lacks_a_token_it_can_do_without_is_on_without_it(tmp_path):
    bell = "bell: {routing_key: '0123456789', pin: '${env:PIN}'}"

    settings = loaded(tmp_path, f"responders:\n  {bell}\n")

    assert settings.off == (Off("pin of responder bell", "PIN is not set"),)
    assert settings.policy.routes[Duty.PAGE] == ("bell",)
    assert settings.policy.confirms == frozenset()


def test_a_required_responder_that_lacks_a_value_is_a_problem(tmp_path):
    found = refused(tmp_path, "responders:\n  room: {required: true, token: '${env:TOKEN}'}\n")

    assert said(found) == ["2:33 TOKEN is not set"]


def test_a_responder_that_is_off_is_checked_all_the_same(tmp_path):
    text = "responders:\n  room: {token: '${env:TOKEN}', invte: [U1], invite: U1}\n"

    assert [p.message for p in refused(tmp_path, text)] == [
        "unknown key `invte`",
        "wrong value for `invite`",
    ]


@pytest.mark.parametrize(
    ("entry", "problem", "hint"),
    [
        ("bel: {}", "2:3 there is no responder of the kind 'bel'", "did you mean 'bell'?"),
        ("x: {kind: rom, token: t}", "2:13 there is no responder of the kind 'rom'", "did you mean 'room'?"),
        ("bell: {}", "2:3 `routing_key` is missing", ""),
        ("bell: {routing_key: short}", "2:23 wrong value for `routing_key`", ""),
        ("bell: {routing_key: 12345678}", "2:23 wrong value for `routing_key`", ""),
        ("bell: {routing_key: '0123456789', timeout: 3}", "2:46 `timeout` is no duration", "did you mean '3s'?"),
        ("bell: {routing_key: '0123456789', requird: true}", "2:37 unknown key `requird`", "did you mean 'required'?"),
        ("bell: {routing_key: '0123456789', duties: [room]}", "2:45 it cannot do `room`", ""),
        ("bell: {routing_key: '0123456789', duties: [rong]}", "2:46 wrong value for `duties`", ""),
        ("bell: [a]", "2:9 wrong value for `bell`", ""),
        ("Bell: {}", "2:3 `Bell` cannot be a name", ""),
    ],
)  # fmt: skip
def test_a_wrong_responder_is_told(tmp_path, entry, problem, hint):
    (found,) = refused(tmp_path, f"responders:\n  {entry}\n")

    assert said([found]) == [problem]
    assert found.hint == hint


def test_a_plugin_s_own_words_are_what_was_expected(tmp_path):
    (problem,) = refused(tmp_path, "responders:\n  bell: {routing_key: short}\n")

    assert problem.expected == "a routing key has eight letters"


# ── drills ────────────────────────────────────────────────────────────────────────────────────


def test_one_that_is_for_drills_does_nothing_in_earnest(tmp_path):
    drilled = "drilled: {kind: bell, routing_key: '9876543210', pin: '1', drill: true}"

    settings = loaded(tmp_path, f"responders:\n  {BELL}\n  {drilled}\n")

    assert settings.policy.routes == {Duty.PAGE: ("bell",), Duty.RESOLVE: ("bell",)}
    assert settings.policy.confirms == frozenset()
    assert [(r.name, r.duties, r.able) for r in settings.responders][1] == (
        "drilled",
        frozenset(),
        {Duty.PAGE, Duty.RESOLVE},
    )


def test_where_only_drills_have_responders_the_console_is_on_in_earnest(tmp_path):
    settings = loaded(tmp_path, "responders:\n  room: {token: abc, drill: true}\n")

    assert [responder.name for responder in settings.responders] == ["room", "console"]
    assert settings.policy.routes[Duty.ROOM] == ("console",)


def test_the_daemon_drills_as_often_as_it_is_told_and_else_never(tmp_path):
    assert loaded(tmp_path, "drill: {every: 7d}\n").drill_every_s == 7 * 86400
    assert loaded(tmp_path, "drill: {}\n").drill_every_s is None
    assert loaded(tmp_path).drill_every_s is None


def test_more_than_one_drill_an_hour_is_no_drill(tmp_path):
    (problem,) = refused(tmp_path, "drill: {every: 10m}\n")

    assert problem.message == "wrong value for `every`"
