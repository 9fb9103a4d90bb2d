"""What a reload to another config would change, as its authors wrote it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.backtest.changes import Change, Part, Row
from checker.backtest.plan import Plan, plan
from checker.backtest.telling import planned
from checker.core.model import Incident, Kind, Phase, Severity, Symptom
from tests.backtest.stored import RULES, check, settings
from tests.core.story import T0

BOTH = {"app": check("app", "us", "eu"), "flags": check("flags", "us")}


def change(folder, live=(), before=None, **overrides) -> Plan:
    here = settings(folder, "here", **(before or {}))
    return plan(here, settings(folder, "there", **overrides), live, T0)


def test_the_same_config_changes_nothing(tmp_path):
    told = change(tmp_path)
    assert told.is_empty
    assert list(planned(told)) == ["No check and no row of the table is different."]


def test_checks_that_come_and_go_are_named(tmp_path):
    told = change(tmp_path, checks={"app": check("app", "us"), "login": check("app", "us")})
    assert told.added == ("us/login",)
    assert told.removed == ("eu/app", "us/flags")


@pytest.mark.parametrize(
    ("more", "part", "what", "before", "after"),
    [
        ({"path": "/login"}, Part.LOOK, "path", "/", "/login"),
        ({"timeout": "5s"}, Part.LOOK, "timeout", "10s", "5s"),
        ({"every": "1m"}, Part.PACE, "every", "30s", "1m"),
        ({"critical": False}, Part.JUDGEMENT, "critical", "true", "false"),
        ({"owners": ["ada", "bo"]}, Part.JUDGEMENT, "owners", "none", "ada, bo"),
        ({"thresholds": {"recover_after": "2m"}}, Part.JUDGEMENT, "recover_after", "5m", "2m"),
    ],
)  # fmt: skip
def test_what_is_said_otherwise_of_a_check_is_told_in_the_config_s_words(
    tmp_path, more, part, what, before, after
):
    told = change(tmp_path, checks=BOTH | {"flags": check("flags", "us", **more)})
    assert told.changed == (Change(part, what, before, after, ("us/flags",)),)


def test_what_changes_at_many_checks_is_told_once(tmp_path):
    told = change(tmp_path, thresholds={"declare_after": "1m"})
    assert told.changed == (
        Change(Part.JUDGEMENT, "declare_after", "30s", "1m", ("us/app", "eu/app", "us/flags")),
    )


def test_a_target_that_is_elsewhere_is_another_look(tmp_path):
    told = change(tmp_path, targets={"us": {"app_host": "us.test"}, "eu": {"app_host": "x.test"}})
    assert {(c.part, c.what, c.checks) for c in told.changed} == {
        (Part.LOOK, "app_origin", ("eu/app",)),
        (Part.LOOK, "ingest_origin", ("eu/app",)),
    }


def test_a_key_is_never_shown(tmp_path):
    def keyed(key: str) -> dict[str, object]:
        return {
            "us": {"app_host": "us.test", "personal_key": key},
            "eu": {"app_host": "eu.test"},
        }

    told = change(tmp_path, before={"targets": keyed("phx_one")}, targets=keyed("phx_two"))
    assert {c.what for c in told.changed} == {"personal_key"}
    assert "phx_" not in str(told)
    assert "  personal_key is another: us/app, us/flags" in list(planned(told))


def test_rows_that_came_went_or_say_something_else_are_told(tmp_path):
    milder = RULES[1] | {"severity": "minor", "for": "10m"}
    slow = {"symptom": "any slow", "severity": "minor", "sentence": "It is slow"}
    told = change(tmp_path, rules=[milder, slow])
    assert told.rows == (
        Row("app down", "critical", None),
        Row("flags down", "major", "minor after 10m"),
        Row("any slow", None, "minor"),
    )
    assert list(planned(told)) == [
        "What a reload would change:",
        "  row removed: app down was critical",
        "  row changed: flags down major → minor after 10m",
        "  row added: any slow is minor",
    ]


def test_two_rows_about_one_symptom_are_one_line(tmp_path):
    at_last = RULES[1] | {"severity": "critical", "for": "10m", "sentence": "No flags at all"}
    told = change(tmp_path, rules=[*RULES, at_last])
    assert told.rows == (Row("flags down", "major", "critical after 10m; major"),)


def test_pages_that_end_by_themselves_are_told(tmp_path):
    [row] = change(tmp_path, resolve_on_recovery=True).rows
    assert row == Row("a page", "stays until a person closes", "ends on recovery")


# ── what is open ──────────────────────────────────────────────────────────────────────────────

FLAGS = Symptom("us/flags", Kind.DOWN, T0 - 60)
OPEN = Incident(
    id="us-7",
    target="us",
    phase=Phase.OPEN,
    severity=Severity.MAJOR,
    since=T0 - 60,
    declared_at=T0 - 20,
    sentence="No flags",
    symptoms=(FLAGS,),
    seen=("us/flags",),
)


def test_an_open_incident_that_nothing_changes_for_is_not_affected(tmp_path):
    told = change(tmp_path, [OPEN], checks=BOTH | {"login": check("app", "us")})
    assert told.affected == ()


def test_an_open_incident_whose_check_goes_stays_for_a_person_to_end(tmp_path):
    told = change(tmp_path, [OPEN], checks={"app": check("app", "us", "eu")}, rules=[RULES[0]])
    assert told.affected[0] == (
        "us-7: us/flags is not watched any more; a person ends the incident"
    )


@pytest.mark.parametrize(
    ("severity", "said"),
    [
        ("critical", "us-7: is raised from major to critical"),
        ("minor", "us-7: would be minor now; it stays major, for severity never falls by itself"),
    ],
)
def test_an_open_incident_under_another_severity_is_told(tmp_path, severity, said):
    told = change(tmp_path, [OPEN], rules=[RULES[0], RULES[1] | {"severity": severity}])
    assert told.affected == (said,)


def test_an_open_incident_for_which_no_row_holds_any_more_is_told(tmp_path):
    told = change(tmp_path, [OPEN], rules=[RULES[0]])
    assert told.affected == (
        "us-7: no row holds for it any more; it stays open until a person ends it",
    )


def test_a_recovered_incident_is_affected_only_by_checks_that_go(tmp_path):
    well = replace(OPEN, phase=Phase.RECOVERED, symptoms=())
    assert change(tmp_path, [well], rules=[RULES[0]]).affected == ()
