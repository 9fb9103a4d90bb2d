"""What people read at 3 am."""

from dataclasses import replace

import pytest

from checker.core import wording
from checker.core.assessment import because, evidence
from checker.core.events import Acknowledged, Cancelled, Closed, Looked
from checker.core.incident import Move
from checker.core.model import Duty, Observation
from probes.contract import Outcome, Reason, Verdict
from tests.core.story import CHECKS, CONTROLS, T0, Story, broken, make_policy, watch


def lines(effect) -> dict[str, str]:
    return {line["label"]: line["text"] for line in effect.payload["notice"]["lines"]}


def test_the_opening_message_says_what_fails_since_when_and_how_we_know():
    story = Story().play(broken("us/app", since=60), 120)
    room = story.asked(Duty.ROOM)[0]
    assert room.payload["notice"]["title"] == "CRITICAL us-1: app down at us"
    assert lines(room) == {
        "What fails": "us/app down: l1 7 of 7 failed since 22:14:20 (timeout)",
        "What works": "eu/app, us/flags, controls 3 of 3 answer",
        "Since": "2023-11-14 22:14:20 UTC, declared 30 s later",
        "Why critical": "“being completely unavailable”",
    }


def test_it_says_what_to_do_next():
    checks = [replace(watch("us/app"), runbook="https://runbooks.example/app"), *CHECKS[1:]]
    story = Story(policy=make_policy(checks)).play(broken("us/app"), 120)
    assert story.asked(Duty.ROOM)[0].payload["notice"]["next"] == (
        "Runbook: https://runbooks.example/app. When the cause is known and fixed:"
        " checker incident close us-1 --cause '…' --fix '…'"
    )
    assert story.asked(Duty.PAGE)[0].payload["links"] == [
        {"href": "https://runbooks.example/app", "text": "Runbook"}
    ]


def test_where_there_are_buttons_it_says_which_to_press():
    story = Story().play(broken("us/app", until=300), 900)
    opening, recovery = story.asked(Duty.ROOM)[0], story.asked(Duty.POST)[-1]
    press = "press “Close …”, here or in the first message"
    assert opening.payload["notice"]["next_here"] == f"When the cause is known and fixed: {press}"
    assert (
        recovery.payload["notice"]["next_here"] == f"Find the root cause and fix it, then: {press}"
    )


def test_a_reminder_names_no_command_where_it_has_a_button():
    story = Story().play(broken("us/app"), 700)
    (reminder,) = [e for e in story.asked(Duty.POST) if "nobody leads" in str(e.payload)]
    assert reminder.payload["notice"]["next"] == "checker incident lead us-1 takes it."
    assert reminder.payload["notice"]["next_here"] == ""
    assert reminder.payload["notice"]["actions"][0]["say"] == "lead us-1"


def test_it_says_how_to_look_by_hand():
    checks = [replace(watch("us/app"), by_hand="curl https://us.test"), *CHECKS[1:]]
    story = Story(policy=make_policy(checks)).play(broken("us/app"), 120)

    assert lines(story.asked(Duty.ROOM)[0])["Look yourself"] == "curl https://us.test"


def test_two_commands_are_enough_and_none_is_so_long_that_it_would_be_cut():
    commands = {
        "us/app": "a" * 901,
        "us/flags": "b",
        "us/signup": "",
        "us/insight": "c",
        "us/z": "d",
    }
    checks = [replace(watch(name), by_hand=line) for name, line in commands.items()]
    story = Story(policy=make_policy([*checks, *CONTROLS])).play(broken(*commands), 200)
    notice = wording.notice(story.policy, story.state, story.incident(), Move.OPEN)

    assert {line["label"]: line["text"] for line in notice["lines"]}["Look yourself"] == "b\nc"


def test_the_room_is_named_by_day_target_surface_and_number():
    story = Story().play(broken("us/app"), 120)
    room = story.asked(Duty.ROOM)[0].payload
    assert room["name"] == "inc-20231114-us-app-1"
    assert "us-1" in room["purpose"]


def test_a_recovery_asks_for_the_cause():
    story = Story().play(broken("us/app", until=300), 2400)
    post = story.asked(Duty.POST)[-1].payload["notice"]
    assert post["title"] == "us-1 recovered: nothing fails at us any more"
    assert post["next"].startswith(
        "Find the root cause and fix it, then: checker incident close us-1"
    )


def test_a_relapse_and_an_escalation_say_so():
    story = (
        Story().play(broken("us/flags", until=120), 2400).play(broken("us/flags", "us/app"), 120)
    )
    titles = [e.payload["notice"]["title"] for e in story.asked(Duty.POST)]
    assert "us-1 relapsed: app down at us" in titles
    assert "us-1 is now critical: app down at us" in titles


def test_what_joins_is_named():
    story = Story().play(broken("us/app"), 120).play(broken("us/app", "us/flags"), 120)
    assert (
        story.asked(Duty.POST)[-1].payload["notice"]["title"]
        == "us-1: us/flags down too; app and flags down at us"
    )


def test_the_end_names_cause_fix_and_how_long_it_lasted():
    story = Story().play(broken("us/app"), 120)
    story.tell(Closed(T0 + 6480, "us-1", "ada", "a bad deploy", "rolled back"))
    said = lines(story.asked(Duty.POST)[-1])
    assert (said["Root cause"], said["Fix"], said["Lasted"]) == (
        "a bad deploy",
        "rolled back",
        "1 h 48 min",
    )


def test_a_cancelled_incident_says_that_it_was_none():
    story = Story().play(broken("us/app"), 120)
    story.tell(Cancelled(T0 + 130, "us-1", "ada", "a test"))
    notice = story.asked(Duty.POST)[-1].payload["notice"]
    assert notice["title"] == "us-1 cancelled by ada: declared in error"
    assert {"label": "Why it was none", "text": "a test"} in notice["lines"]
    assert notice["next"] == ""


def test_a_blind_location_is_shown_as_blind():
    story = Story(locations=("l1", "l2")).play(broken("us/app"), 120)
    for control in CONTROLS:
        story.look(control, Verdict.FAILED, 121, "l2")
    assert evidence(story.state, "us/app").endswith("l2 blind")


def test_a_long_list_of_what_is_fine_is_cut():
    many = [f"us/s{n}" for n in range(20)]
    story = Story(policy=make_policy([*CHECKS, *many])).play(broken("us/app"), 120)
    assert "10 more" in lines(story.asked(Duty.ROOM)[0])["What works"]


def test_nothing_failing_now_is_said_as_such():
    story = Story().play(broken("us/app", until=300), 2400)
    gone = replace(story.incident(), symptoms=())
    assert wording.what_fails(story.policy, gone) == "nothing seen failing now at us"


def test_a_symptom_of_a_removed_check_keeps_its_name_and_last_evidence():
    story = Story().play(broken("us/app"), 120)
    story.policy = make_policy([c for c in CHECKS if c != "us/app"])
    story.state = replace(story.state, standings={})
    notice = wording.notice(story.policy, story.state, story.incident(), Move.REOPEN, T0)
    assert notice["lines"][0]["text"].startswith("us/app down: l1 7 of 7 failed")


def test_short_and_long_spans_read_well():
    assert [wording.lasting(s) for s in (35, 600, 7260)] == ["35 s", "10 min", "2 h 1 min"]


def test_an_acknowledgement_names_who():
    story = Story().play(broken("us/app"), 120)
    story.tell(Acknowledged(T0 + 125, "us-1", "ada"))
    assert story.entries[-1].text == "page acknowledged by ada"


def test_a_vantage_point_without_answers_says_nothing_of_controls():
    story = Story(policy=make_policy(["us/app"]))
    story.look("us/app", Verdict.PASSED, 0)
    incident = Story().play(broken("us/flags"), 120).incident()
    assert wording.what_works(story.policy, story.state, incident) == "us/app"


def test_the_sums_say_what_the_newest_failed_look_had_to_say():
    story = Story()
    look = Observation(
        "us/app", "l1", T0, Outcome(Verdict.FAILED, Reason.STATUS, "503, expected 2xx")
    )
    story.tell(Looked(look))
    said = evidence(story.state, "us/app")
    assert said == "l1 1 of 1 failed since 22:13:20 (status: 503, expected 2xx)"


def test_a_location_that_sees_nothing_wrong_is_shown_as_good():
    story = Story(locations=("l1", "l2", "l3"))
    elsewhere = broken("us/app")
    story.play(lambda c, at, t: Verdict.PASSED if at == "l3" else elsewhere(c, at, t), 120)
    assert evidence(story.state, "us/app").endswith("l3 good")


@pytest.mark.parametrize(
    ("reason", "said", "told"),
    [
        ("status", "status 503 at /login", "status 503 at /login"),
        ("slow", "took 5.20 s, over 5 s", "slow: took 5.20 s, over 5 s"),
        ("timeout", "", "timeout"),
        (None, "", ""),
        (None, "answered", "answered"),
    ],
)
def test_a_reason_is_said_once(reason, said, told):
    assert because(reason, said) == told
