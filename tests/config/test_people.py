"""When people may be disturbed, what customers call a target, and who tells them without being told to."""

from datetime import UTC, datetime

import pytest

from checker.core.model import Severity
from tests.config.written import loaded, refused, said

HOURS = "working_hours: {days: [mon, sat], begin: '08:30', end: '17:00', zone: Europe/London}\n"


def test_working_hours_are_read_in_their_own_zone(tmp_path):
    hours = loaded(tmp_path, HOURS).policy.working_hours

    assert (hours.days, hours.begins_min, hours.ends_min) == (frozenset({0, 5}), 510, 1020)
    assert hours.hold(datetime(2026, 7, 20, 7, 30, tzinfo=UTC).timestamp())  # 08:30 in summer
    assert not hours.hold(datetime(2026, 11, 23, 8, 0, tzinfo=UTC).timestamp())


def test_without_working_hours_people_may_always_be_disturbed(tmp_path):
    assert loaded(tmp_path).policy.working_hours is None


def test_working_hours_are_those_of_an_office_where_nothing_else_is_said(tmp_path):
    hours = loaded(tmp_path, "working_hours: {}\n").policy.working_hours

    assert (hours.days, hours.begins_min, hours.ends_min) == (frozenset(range(5)), 540, 1080)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("days: [monday]", "1:23 wrong value for `days`"),
        ("days: []", "1:23 wrong value for `days`"),
        ("begin: '9:00'", "1:24 wrong value for `begin`"),
        ("end: '24:00'", "1:22 wrong value for `end`"),
        ("zone: Mars", "1:23 wrong value for `zone`"),
        ("zone: ../../etc/passwd", "1:23 wrong value for `zone`"),
        ("from: '09:00'", "1:17 unknown key `from`"),
    ],
)
def test_wrong_working_hours_are_told(tmp_path, keys, problem):
    assert said(refused(tmp_path, f"working_hours: {{{keys}}}\n"))[0] == problem


def test_working_hours_that_end_before_they_begin_are_told(tmp_path):
    (problem,) = refused(tmp_path, "working_hours: {begin: '18:00', end: '09:00'}\n")

    assert "`end` must be later than `begin`" in f"{problem.message} {problem.expected}"


def test_a_target_may_have_a_name_for_customers(tmp_path):
    text = "targets:\n  us: {app_host: us.example, public_name: Cloud US}\n  eu: {app_host: eu.example}\n"

    assert loaded(tmp_path, text).policy.public_names == {"us": "Cloud US"}


def test_an_outlet_may_tell_customers_by_itself_from_a_severity_on(tmp_path):
    text = "responders:\n  console: {auto_from: critical}\n"

    assert loaded(tmp_path, text).policy.auto == {"console": Severity.CRITICAL}


def test_nobody_tells_customers_without_being_told_to_by_default(tmp_path):
    assert loaded(tmp_path, "responders:\n  console: {}\n").policy.auto == {}


def test_what_tells_customers_nothing_cannot_do_so_by_itself(tmp_path):
    text = "responders:\n  bell: {routing_key: '0123456789', auto_from: critical}\n"

    assert said(refused(tmp_path, text)) == ["2:37 `auto_from`: bell tells customers nothing"]
