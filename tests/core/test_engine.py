"""Stories of outages, told to the core in virtual time."""

from dataclasses import replace

import pytest

from checker.core.engine import step
from checker.core.events import Acknowledged, Cancelled, Closed, Delivered, Looked, Refused
from checker.core.incident import IllegalMove
from checker.core.model import Duty, Kind, Observation, Phase, Severity, State
from checker.core.rules import Policy, Thresholds
from checker.core.words import UnknownIncident
from probes.contract import Verdict
from tests.core.story import CHECKS, T0, Story, broken, fine, make_policy, outcome, watch

THREE = ("l1", "l2", "l3")


def everything_fails_from(start: float):
    return broken(*CHECKS, since=start)


def test_a_total_outage_is_declared_paged_and_given_a_room():
    story = Story().play(broken("us/app", since=60), 120)
    assert story.said() == ["declared"]
    assert story.incident().severity is Severity.CRITICAL
    assert [effect.duty for effect in story.effects] == [Duty.PAGE, Duty.ROOM]


def test_one_location_needs_fifty_points_over_thirty_seconds():
    story = Story().play(broken("us/app", since=60), 120)
    assert story.declared_at() == 90.0


def test_three_locations_need_two_witnesses():
    story = Story(locations=THREE).play(broken("us/app", since=55), 120)
    assert story.declared_at() == 90.0
    sums = story.effects[0].payload["details"]["What fails"]
    assert "l1 7 of 7 failed" in sums
    assert "l2 6 of 6 failed" in sums


def test_a_blip_shorter_than_declare_after_never_declares():
    story = Story(locations=THREE).play(broken("us/app", since=60, until=89), 1200)
    assert story.said() == []
    assert story.state.standings["us/app"]["l1"].score == 0


def test_the_loss_of_our_own_network_declares_nothing_and_says_that_we_are_blind():
    story = Story().play(everything_fails_from(60), 1800)
    assert story.said() == []
    assert story.notes == ["l1 is blind: most controls fail, so this is our own network"]


def test_a_location_that_sees_again_says_so_and_suspects_nothing():
    story = Story().play(broken(*CHECKS, since=60, until=600), 900)
    assert story.notes[-1] == "l1 sees again: controls answer"
    assert story.said() == []


def test_all_locations_losing_their_network_at_once_declare_nothing():
    story = Story(locations=THREE).play(everything_fails_from(60), 900)
    assert story.said() == []
    assert len(story.notes) == 3


def test_a_failure_counts_only_once_a_control_has_answered_after_it():
    story = Story(policy=make_policy(["us/app", *CHECKS[3:]]))
    for control in CHECKS[3:]:
        story.look(control, Verdict.PASSED, 0)
    for second in range(1, 60, 5):
        story.look("us/app", Verdict.FAILED, second)
    assert story.said() == []
    story.look("control/one", Verdict.PASSED, 57)
    assert story.said() == ["declared"]


def test_inconclusive_looks_open_nothing():
    story = Story().play(lambda *_: Verdict.INCONCLUSIVE, 600)
    assert story.said() == []


def test_what_joins_is_added_to_the_open_incident():
    story = Story().play(broken("us/app"), 120).play(broken("us/app", "us/flags"), 120)
    assert story.said() == ["declared", "joined"]
    assert story.incident().seen == ("us/app", "us/flags")
    assert len(story.asked(Duty.PAGE)) == 1


def test_a_worse_symptom_escalates_and_rings_again_on_a_new_key():
    story = Story().play(broken("us/flags"), 120).play(broken("us/app", "us/flags"), 120)
    assert story.said() == ["declared", "joined", "escalated"]
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)] == [
        "posthog-checker/us-1/1",
        "posthog-checker/us-1/2",
    ]


def test_a_minor_incident_pages_nobody():
    broken_docs = watch("us/docs", critical=False)
    story = Story(policy=make_policy([broken_docs, *CHECKS])).play(broken("us/docs"), 120)
    assert story.incident().severity is Severity.MINOR
    assert [effect.duty for effect in story.effects] == [Duty.ROOM]


def test_a_minor_incident_that_becomes_major_pages():
    broken_docs = watch("us/docs", critical=False)
    story = Story(policy=make_policy([broken_docs, *CHECKS])).play(broken("us/docs"), 120)
    story.play(broken("us/docs", "us/flags"), 120)
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)] == ["posthog-checker/us-1/1"]


def test_both_clouds_down_are_two_incidents_that_name_each_other():
    story = Story().play(broken("us/app"), 120).play(broken("us/app", "eu/app"), 120)
    assert set(story.state.incidents) == {"us-1", "eu-1"}
    assert story.incident("eu-1").sentence == "Posthog Cloud is completely down"
    labels = {x["label"]: x["text"] for x in story.asked(Duty.ROOM)[1].payload["notice"]["lines"]}
    assert labels["Also open"] == "us-1"


def test_recovery_is_said_after_five_quiet_minutes_and_closes_nothing():
    story = Story().play(broken("us/app", since=60, until=300), 2400)
    assert story.said() == ["declared", "recovered"]
    assert story.incident().phase is Phase.RECOVERED
    assert story.asked(Duty.RESOLVE) == []


def test_the_longest_outage_is_said_to_have_recovered_eight_minutes_after_its_end():
    story = Story(locations=THREE).play(broken("us/app", until=3600), 3600)
    assert story.play(fine, 480).said() == ["declared", "recovered"]


def test_the_page_is_resolved_on_recovery_only_if_configured():
    story = Story(policy=make_policy(resolve_on_recovery=True))
    story.play(broken("us/app", since=60, until=300), 2400)
    assert [e.payload["key"] for e in story.asked(Duty.RESOLVE)] == ["posthog-checker/us-1/1"]


def test_a_relapse_reopens_the_same_incident():
    story = Story().play(broken("us/app", since=60, until=300), 200)
    story.tell(Delivered(T0 + 200, "us-1", "us-1/page/1@out", "out"))
    story.play(broken("us/app", since=60, until=300), 2200).play(broken("us/app"), 120)
    assert story.said() == ["declared", "recovered", "reopened"]
    assert len(story.asked(Duty.PAGE)) == 1  # nobody acknowledged: it still rings


def test_a_relapse_after_an_acknowledgement_rings_on_a_new_key():
    story = Story().play(broken("us/app", since=60, until=300), 100)
    story.tell(Acknowledged(T0 + 100, "us-1", "ada"))
    story.play(broken("us/app", since=60, until=300), 2400).play(broken("us/app"), 120)
    assert [e.payload["key"] for e in story.asked(Duty.PAGE)][-1] == "posthog-checker/us-1/2"


def test_a_quick_relapse_after_an_acknowledgement_leaves_whoever_is_at_it_in_peace():
    quick = Thresholds(recover_after_s=10)
    checks = [replace(watch("us/app"), thresholds=quick), *CHECKS[3:]]
    story = Story(policy=make_policy(checks))
    story.play(broken("us/app", until=60), 60)
    story.tell(Acknowledged(T0 + 60, "us-1", "ada"))
    story.play(broken("us/app", until=60), 1100).play(broken("us/app"), 120)
    assert "reopened" in story.said()
    assert len(story.asked(Duty.PAGE)) == 1


def test_a_relapse_after_the_page_was_resolved_rings_again():
    story = Story(policy=make_policy(resolve_on_recovery=True))
    story.play(broken("us/app", since=60, until=300), 2400).play(broken("us/app"), 120)
    assert len(story.asked(Duty.PAGE)) == 2


def test_a_person_closes_and_every_key_is_resolved():
    story = Story().play(broken("us/flags", until=300), 120)
    story.play(broken("us/app", "us/flags", until=300), 2600)
    story.tell(Closed(T0 + 2720, "us-1", "ada", "a bad deploy", "rolled back"))
    assert story.incident().phase is Phase.CLOSED
    assert [e.payload["key"] for e in story.asked(Duty.RESOLVE)] == [
        "posthog-checker/us-1/1",
        "posthog-checker/us-1/2",
    ]
    assert story.asked(Duty.POST)[-1].payload["notice"]["title"] == "us-1 closed by ada"


def test_closing_while_it_fails_is_respected_for_half_an_hour():
    story = Story().play(broken("us/app"), 120)
    story.tell(Closed(T0 + 120, "us-1", "ada", "known", "soon"))
    story.play(broken("us/app"), 1700)
    assert story.said() == ["declared", "closed"]
    story.play(broken("us/app"), 200)
    assert story.said() == ["declared", "closed", "declared"]
    assert story.incident("us-2").phase is Phase.OPEN


def test_something_new_that_fails_after_closing_is_declared_at_once():
    story = Story().play(broken("us/app"), 120)
    story.tell(Closed(T0 + 120, "us-1", "ada", "known", "soon"))
    story.play(broken("us/app", "us/flags"), 120)
    assert story.said() == ["declared", "closed", "declared"]


def test_cancelling_ends_it_as_declared_in_error():
    story = Story().play(broken("us/app"), 120)
    story.tell(Cancelled(T0 + 120, "us-1", "ada", "a test of ours"))
    assert story.incident().phase is Phase.CANCELLED
    assert len(story.asked(Duty.RESOLVE)) == 1


def test_closing_twice_is_illegal_and_changes_nothing():
    story = Story().play(broken("us/app"), 120)
    close = Closed(T0 + 120, "us-1", "ada", "known", "soon")
    story.tell(close)
    before = story.state
    with pytest.raises(IllegalMove, match="cannot close an incident that is closed"):
        story.tell(close)
    assert story.state is before


def test_closing_what_is_not_there_names_what_is():
    story = Story().play(broken("us/app"), 120)
    with pytest.raises(UnknownIncident, match="there are: us-1"):
        story.tell(Closed(T0, "us-9", "ada", "c", "f"))


def test_a_check_that_is_no_longer_configured_leaves_its_incident_open():
    story = Story().play(broken("us/app"), 120)
    story.policy = make_policy([c for c in CHECKS if c != "us/app"])
    story.play(fine, 2400)
    assert story.incident().phase is Phase.OPEN


def test_a_late_look_of_a_check_that_was_removed_changes_nothing():
    state = State()
    late = Looked(Observation("us/gone", "l1", T0, outcome(Verdict.FAILED)))
    assert step(make_policy(), state, late).state is state


def test_one_of_two_checks_recovering_is_noted_and_not_shouted():
    story = Story().play(broken("us/app", "us/flags"), 120)
    posts = len(story.asked(Duty.POST)) - len(story.reminders())
    story.play(broken("us/app"), 2400)
    assert story.said()[-1] == "eased"
    assert len(story.asked(Duty.POST)) - len(story.reminders()) == posts


def test_a_check_that_fails_again_within_the_incident_is_noted_and_not_shouted():
    story = Story().play(broken("us/app", "us/flags"), 120).play(broken("us/app"), 2400)
    posts = len(story.asked(Duty.POST)) - len(story.reminders())
    story.play(broken("us/app", "us/flags"), 120)
    assert story.entries[-1].text == "us/flags fails again"
    assert len(story.asked(Duty.POST)) - len(story.reminders()) == posts


def test_what_was_failing_and_turns_out_to_be_down_is_worse():
    story = Story(policy=make_policy(["us/app", *CHECKS[3:]]))
    for control in CHECKS[3:]:
        story.look(control, Verdict.PASSED, 0)
    for second in range(1, 120, 5):
        bad = second % 3 != 0
        story.look("us/app", Verdict.FAILED if bad else Verdict.PASSED, second)
        story.look("control/one", Verdict.PASSED, second + 1)
    assert story.incident().symptoms[0].kind is Kind.FAILING
    assert story.incident().severity is Severity.MAJOR
    for second in range(120, 900, 5):
        story.look("us/app", Verdict.FAILED, second)
        story.look("control/one", Verdict.PASSED, second + 1)
    assert story.incident().symptoms[0].kind is Kind.DOWN
    assert story.incident().severity is Severity.CRITICAL


def test_a_confirmed_effect_becomes_a_line_of_the_timeline():
    story = Story().play(broken("us/app"), 120)
    story.tell(Delivered(T0 + 121, "us-1", "us-1/page/1@out", "out", "paged"))
    story.tell(Delivered(T0 + 122, "us-1", "us-1/room/1@out", "out"))
    assert [e.text for e in story.entries[1:]] == ["paged"]


def test_a_refused_effect_becomes_a_line_of_the_timeline():
    story = Story().play(broken("us/app"), 120)
    story.tell(Refused(T0 + 121, "us-1", "us-1/page/1@out", "out", "no such key"))
    assert story.entries[-1].text == "us-1/page/1@out refused: no such key"


def test_news_of_an_incident_of_long_ago_changes_nothing():
    story = Story()
    story.tell(Refused(T0, "us-7", "us-7/page/1@out", "out", "late"))
    assert story.entries == []


def test_the_same_step_is_taken_twice_alike():
    story = Story().play(broken("us/app"), 60)
    event = Looked(Observation("us/app", "l1", T0 + 61, outcome(Verdict.FAILED)))
    assert step(story.policy, story.state, event) == step(story.policy, story.state, event)


def test_targets_without_rules_that_hold_have_no_incident():
    policy: Policy = make_policy(rules=())
    story = Story(policy=policy).play(broken("us/app"), 300)
    assert story.said() == []
    assert set(story.state.symptoms) == {"us/app"}
