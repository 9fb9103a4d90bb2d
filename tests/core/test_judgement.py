"""Slow, late, explained, planned, old, and what a person says: stories beyond plain outages."""

from dataclasses import replace

import pytest

from checker.core.events import Acknowledged, Cancelled, Looked, Planned, SeveritySet
from checker.core.incident import IllegalMove
from checker.core.model import Duty, Kind, Maintenance, Observation, Phase, Severity, Symptom
from checker.core.pace import pace
from checker.core.policy import decide, is_explained
from checker.core.rules import Age, Never, Rule
from probes.contract import Outcome, Reason, Verdict
from tests.core.story import (
    CHECKS,
    CONTROLS,
    RULES,
    T0,
    Story,
    World,
    broken,
    fine,
    make_policy,
    watch,
)

SLOW = Rule("any", Kind.SLOW, Severity.MINOR, "Performance degradation.")
LATE = Rule("ingestion", Kind.LATE, Severity.MAJOR, ">5 minute ingestion lag")


def strained(*checks: str) -> World:
    return lambda check, where, at: Verdict.DEGRADED if check in checks else Verdict.PASSED


# ── slow ──────────────────────────────────────────────────────────────────────────────────────


def test_slow_answers_are_a_minor_incident():
    story = Story(policy=make_policy(rules=(*RULES, SLOW)), locations=("l1", "l2"))
    story.play(strained("us/app"), 240)
    assert story.incident().symptoms[0].kind is Kind.SLOW
    assert story.incident().severity is Severity.MINOR
    assert "3 of 3 not as they should be" in story.incident().symptoms[0].evidence


def test_what_is_slow_is_not_looked_at_faster():
    story = Story(policy=make_policy(rules=(*RULES, SLOW)))
    story.look("us/app", Verdict.DEGRADED, 1)
    assert pace(story.policy, story.state) == {}


def test_what_is_slow_and_then_fails_is_looked_at_faster_and_escalates():
    story = Story(policy=make_policy(rules=(*RULES, SLOW))).play(strained("us/app"), 600)
    story.play(broken("us/app"), 120)
    assert story.said() == ["declared", "escalated"]
    assert story.incident().symptoms[0].kind is Kind.DOWN


def test_what_was_down_and_is_slow_now_is_slow():
    quick = replace(
        watch("us/app"), thresholds=replace(watch("x/y").thresholds, recover_after_s=10)
    )
    policy = make_policy([quick, *CHECKS[1:]], rules=(*RULES, SLOW))
    story = Story(policy=policy).play(broken("us/app"), 120).play(strained("us/app"), 1800)
    assert story.state.symptoms["us/app"].kind is Kind.SLOW
    assert story.incident().phase is Phase.OPEN


def test_the_summary_shows_how_slow_it_is_now():
    story = Story(policy=make_policy(rules=(*RULES, SLOW))).play(strained("us/app"), 600)
    room = story.asked(Duty.ROOM)[0].payload["notice"]["lines"][0]
    assert room["text"].startswith("us/app slow: l1 5 of 5 not as they should be since")


# ── what a probe of the pipeline says itself ──────────────────────────────────────────────────


def tell_ingestion(story: Story, outcome: Outcome, count: int) -> None:
    for control in CONTROLS:
        story.look(control, Verdict.PASSED, 0)
    for number in range(1, count + 1):
        look = Observation("us/ingestion", "l1", T0 + 15 * number, outcome)
        story.tell(Looked(look))
        story.look("control/one", Verdict.PASSED, 15 * number + 1)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [(Reason.LATE, Kind.LATE), (Reason.STALLED, Kind.STALLED), (Reason.LOST, Kind.LOST)],
)
def test_a_failed_look_at_the_pipeline_is_named_by_its_reason(reason, kind):
    story = Story(policy=make_policy([*CHECKS, "us/ingestion"], rules=(*RULES, LATE)))
    tell_ingestion(story, Outcome(Verdict.FAILED, reason), 8)
    assert story.state.symptoms["us/ingestion"].kind is kind


def test_a_failed_look_up_is_neither_growth_nor_recovery():
    story = Story(policy=make_policy([*CHECKS, "us/ingestion"], rules=(*RULES, LATE)))
    tell_ingestion(story, Outcome(Verdict.INCONCLUSIVE, Reason.LOOK_UP), 100)
    assert story.state.symptoms == {}
    assert story.state.standings["us/ingestion"]["l1"].score == 0


# ── the policy's other rows ───────────────────────────────────────────────────────────────────


def test_what_the_handbook_calls_no_incident_counts_for_no_rule():
    never = Never("insight", Kind.UNSAVED, "Unable to save insights, create feature flags")
    everything = Rule("any", Kind.UNSAVED, Severity.MINOR, "a row somebody added")
    policy = make_policy([*CHECKS, "us/insight"], rules=(everything,), never=(never,))
    symptoms = {"us/insight": Symptom("us/insight", Kind.UNSAVED, 1.0)}
    assert decide(policy, symptoms, "us", 100.0) is None


def test_a_never_row_for_any_surface_covers_them_all():
    policy = make_policy(rules=(SLOW,), never=(Never("any", Kind.SLOW, "slow is fine here"),))
    assert decide(policy, {"us/app": Symptom("us/app", Kind.SLOW, 1.0)}, "us", 100.0) is None


def test_a_removed_check_is_not_covered_by_a_never_row_of_its_surface():
    policy = make_policy(never=(Never("gone", Kind.DOWN, "x"),))
    symptoms = {
        "us/gone": Symptom("us/gone", Kind.DOWN, 1.0),
        "us/app": Symptom("us/app", Kind.DOWN, 1.0),
    }
    ruling = decide(policy, symptoms, "us", 100.0)
    assert ruling is not None
    assert len(ruling.symptoms) == 2


def test_a_row_with_for_holds_only_after_that_long():
    patient = replace(SLOW, for_s=60.0)
    symptoms = {"us/app": Symptom("us/app", Kind.SLOW, 100.0)}
    policy = make_policy(rules=(patient,))
    assert decide(policy, symptoms, "us", 159.0) is None
    assert decide(policy, symptoms, "us", 160.0) is not None


def test_a_row_with_a_share_holds_from_that_share_on():
    minor = Rule("any", Kind.PARTIAL, Severity.MINOR, "Performance degradation.")
    major = replace(minor, severity=Severity.MAJOR, share=0.2)
    policy = make_policy(rules=(minor, major))
    severities = []
    for share in (0.1, 0.2):
        symptom = Symptom("us/app", Kind.PARTIAL, 1.0, share=share)
        ruling = decide(policy, {"us/app": symptom}, "us", 100.0)
        assert ruling is not None
        severities.append(ruling.severity)
    assert severities == [Severity.MINOR, Severity.MAJOR]


# ── dependence ────────────────────────────────────────────────────────────────────────────────

DEPENDENT = [
    watch("us/app"),
    watch("us/flags", depends_on=("us/app",)),
    *CONTROLS,
]


def test_what_an_app_outage_explains_is_listed_not_shouted():
    story = Story(policy=make_policy(DEPENDENT)).play(broken("us/app"), 120)
    story.play(broken("us/app", "us/flags"), 120)
    assert story.said() == ["declared", "explained"]
    assert story.incident().seen == ("us/app", "us/flags")


def test_what_still_fails_when_its_explanation_is_gone_counts_by_itself():
    policy = make_policy(DEPENDENT)
    both = {
        "us/app": Symptom("us/app", Kind.DOWN, 1.0),
        "us/flags": Symptom("us/flags", Kind.DOWN, 1.0),
    }
    assert is_explained(policy, both, "us/flags")
    alone = {"us/flags": both["us/flags"]}
    ruling = decide(policy, alone, "us", 100.0)
    assert ruling is not None
    assert ruling.severity is Severity.MAJOR


# ── planned maintenance ───────────────────────────────────────────────────────────────────────

WORK = Maintenance("us", T0 + 60, T0 + 600, "ada", "a database upgrade")


def test_planned_maintenance_declares_nothing_until_it_ends():
    story = Story(policy=make_policy(maintenance=(WORK,))).play(broken("us/app", since=90), 599)
    assert story.said() == []
    assert set(story.state.symptoms) == {"us/app"}
    story.play(broken("us/app"), 5)
    assert story.said() == ["declared"]


def test_what_recovers_within_its_maintenance_is_never_declared():
    story = Story(policy=make_policy(maintenance=(replace(WORK, ends=T0 + 3000),)))
    story.play(broken("us/app", since=90, until=300), 3600)
    assert story.said() == []


def test_maintenance_at_one_target_leaves_the_other_watched():
    story = Story(policy=make_policy(maintenance=(WORK,)))
    story.play(broken("us/app", "eu/app", since=90), 300)
    assert set(story.state.incidents) == {"eu-1"}


def test_a_person_can_announce_maintenance_and_old_ones_are_forgotten():
    story = Story()
    story.tell(Planned(T0, replace(WORK, ends=T0 + 1)))
    story.tell(Planned(T0 + 10, WORK))
    assert story.state.maintenance == (WORK,)
    story.play(broken("us/app", since=90), 500)
    assert story.said() == []


# ── severity: a person's word, and age ────────────────────────────────────────────────────────


def test_a_persons_word_stands_against_the_evidence_they_knew():
    story = Story().play(broken("us/app"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.MINOR))
    story.play(broken("us/app", "us/flags"), 600)
    assert story.incident().severity is Severity.MINOR


def test_a_persons_word_stands_beside_the_sentence_that_says_otherwise():
    story = Story().play(broken("us/app"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.MINOR))
    notice = story.asked(Duty.SUMMARY)[-1].payload["notice"]
    assert {line["label"]: line["text"] for line in notice["lines"]}["Why minor"] == (
        "ada says it is minor; what was seen is “being completely unavailable”"
    )


def test_a_sentence_that_overrules_a_persons_word_stands_alone():
    story = Story().play(broken("us/flags"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.MINOR))
    story.play(broken("us/app", "us/flags"), 120)
    notice = story.asked(Duty.SUMMARY)[-1].payload["notice"]
    assert {line["label"]: line["text"] for line in notice["lines"]}["Why critical"] == (
        "“being completely unavailable”"
    )


def test_evidence_of_a_higher_class_overrules_a_persons_word():
    story = Story().play(broken("us/flags"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.MINOR))
    story.play(broken("us/app", "us/flags"), 120)
    assert story.incident().severity is Severity.CRITICAL
    assert story.said()[-1] == "escalated"


def test_a_person_who_raises_it_is_not_undone_by_lesser_evidence():
    story = Story().play(broken("us/flags"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.CRITICAL))
    story.play(broken("us/flags"), 600)
    assert story.incident().severity is Severity.CRITICAL
    assert len(story.asked(Duty.PAGE)) == 1


def test_a_minor_one_that_a_person_raises_pages():
    docs = watch("us/docs", critical=False)
    story = Story(policy=make_policy([docs, *CHECKS])).play(broken("us/docs"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.MAJOR))
    assert len(story.asked(Duty.PAGE)) == 1


def test_the_severity_of_an_ended_incident_cannot_be_set():
    story = Story().play(broken("us/app"), 120)
    story.tell(Cancelled(T0 + 120, "us-1", "ada", "a test"))
    with pytest.raises(
        IllegalMove, match="cannot set the severity of an incident that is cancelled"
    ):
        story.tell(SeveritySet(T0 + 121, "us-1", "ada", Severity.MINOR))


AGES = (
    Age(Severity.MAJOR, Severity.CRITICAL, 7200.0, "Major incidents often become critical"),
    Age(Severity.MINOR, Severity.MAJOR, 259200.0, "minor incidents can often become major"),
)


def test_a_major_incident_that_nobody_deals_with_becomes_critical_after_two_hours():
    story = Story(policy=make_policy(ages=AGES)).play(broken("us/flags"), 120)
    story.play(broken("us/flags"), 7300)
    assert story.incident().severity is Severity.CRITICAL
    assert story.incident().sentence == "Major incidents often become critical"
    assert len(story.asked(Duty.PAGE)) == 2


def test_whoever_has_acknowledged_is_asked_once_instead():
    story = Story(policy=make_policy(ages=AGES)).play(broken("us/flags"), 120)
    story.tell(Acknowledged(T0 + 120, "us-1", "ada"))
    story.play(broken("us/flags"), 8000)
    assert story.incident().severity is Severity.MAJOR
    assert story.said().count("proposed") == 1
    asked = [e.payload["notice"] for e in story.asked(Duty.POST) if e.payload["notice"]["actions"]]
    assert asked[-1]["title"].endswith("time to call it critical?")
    assert [choice["say"] for choice in asked[-1]["actions"]] == ["severity us-1 critical"]


def test_age_never_goes_over_a_persons_word():
    story = Story(policy=make_policy(ages=AGES)).play(broken("us/flags"), 120)
    story.tell(SeveritySet(T0 + 120, "us-1", "ada", Severity.MAJOR))
    story.play(broken("us/flags"), 8000)
    assert story.incident().severity is Severity.MAJOR


def test_a_recovered_incident_does_not_age():
    story = Story(policy=make_policy(ages=AGES)).play(broken("us/flags", until=300), 9000)
    assert story.incident().severity is Severity.MAJOR


def test_a_partial_recovery_keeps_quiet():
    story = Story().play(fine, 600)
    assert story.effects == []
