"""What Alertmanager tells is a symptom until it is resolved or expires."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.alerts import ALERTS_MAX, ECHO_S, NAMES_MAX
from checker.core.events import Alerted, Closed
from checker.core.matchers import matchers
from checker.core.model import Alert, Kind, Phase, Severity
from checker.core.rules import AlertTerms, Rule
from tests.core.story import RULES, T0, Story, broken, fine, make_policy

CRITICAL = Rule(
    "any",
    Kind.FIRING,
    Severity.MAJOR,
    "Various alerts defined as critical",
    alert=matchers('severity="critical"'),
)
LEAK = replace(
    CRITICAL,
    severity=Severity.MINOR,
    sentence="A memory leak in a database or feature.",
    alert=matchers('alertname=~".*MemoryLeak.*"'),
)
TERMS = AlertTerms(targets={"prod-us": "us"}, hold_s=3600.0)
POLICY = make_policy(rules=(*RULES, CRITICAL, LEAK), alerts=TERMS)
CHECK = "us/alert/DiskFull"


def alert(
    name: str = "DiskFull", *, at: float = 0.0, firing: bool = True, n: int = 0, **labels: str
) -> Alert:
    given = {"alertname": name, "severity": "critical", "target": "us"} | labels
    return Alert(f"{name}{n}", given, T0 + at, firing, summary="98 % of /data")


def told(*alerts: Alert, at: float = 10.0, story: Story | None = None) -> Story:
    story = story or Story(POLICY)
    story.tell(Alerted(T0 + at, alerts))
    return story


def test_an_alert_that_a_row_matches_opens_an_incident_at_its_target():
    story = told(alert())

    incident = story.incident()
    assert (incident.severity, incident.sentence) == (Severity.MAJOR, CRITICAL.sentence)
    assert [(s.check, s.kind, s.since) for s in incident.symptoms] == [(CHECK, Kind.FIRING, T0)]
    assert story.entries[0].text == "MAJOR us-1: DiskFull firing at us"


def test_people_read_since_when_it_fires_and_what_it_says():
    (symptom,) = told(alert()).incident().symptoms

    assert symptom.evidence == "firing since 22:13:20: 98 % of /data"


def test_the_most_severe_row_that_matches_decides():
    assert told(alert("MemoryLeak")).incident().severity is Severity.MAJOR
    leak = told(alert("KafkaMemoryLeak", severity="warning"))
    assert leak.incident().severity is Severity.MINOR


def test_a_worse_alert_of_the_same_name_raises_the_incident():
    story = told(alert("MemoryLeak", severity="warning"))
    told(alert("MemoryLeak", n=1), at=20, story=story)

    assert story.incident().severity is Severity.MAJOR
    assert story.said()[:2] == ["declared", "escalated"]


def test_an_alert_joins_what_is_open_at_its_target():
    story = Story(POLICY).play(broken("us/app"), 120)
    told(alert(), at=121, story=story)

    assert set(story.state.incidents) == {"us-1"}
    assert story.said() == ["declared", "joined"]


def test_five_hundred_alerts_at_once_are_one_incident_with_one_page():
    story = told(*(alert(f"Disk{n}") for n in range(500)))

    assert list(story.state.incidents) == ["us-1"]
    assert [e.duty for e in story.effects] == ["page", "room"]
    assert len(story.incident().symptoms) == NAMES_MAX + 1
    assert story.incident().symptoms[-1].check == "us/alert/others"


def test_alerts_of_one_name_are_one_symptom_that_counts_them():
    story = told(*(alert(n=n, pod=str(n)) for n in range(3)))

    (symptom,) = story.incident().symptoms
    assert symptom.evidence.startswith("3 firing since ")


def test_a_repeat_changes_nothing_and_keeps_it_alive():
    story = told(alert())
    before = story.incident()
    told(alert(), at=3000, story=story)
    assert story.incident() == before
    story.tick(4000)

    assert story.said() == ["declared"]


def test_what_is_resolved_recovers_and_stays_until_a_person_closes():
    story = told(alert())
    told(alert(firing=False), at=60, story=story)

    assert story.incident().phase is Phase.RECOVERED
    assert story.said() == ["declared", "recovered"]


def test_one_of_two_that_is_resolved_is_told_and_the_incident_goes_on():
    story = told(alert(), alert("Oom"))
    told(alert(firing=False), at=60, story=story)

    assert story.incident().phase is Phase.OPEN
    assert story.entries[-1].text == f"{CHECK} recovered; other checks still fail"


def test_a_resolved_alert_does_not_end_what_a_look_still_sees():
    story = Story(POLICY).play(broken("us/app"), 120)
    told(alert(), at=121, story=story)
    told(alert(firing=False), at=122, story=story)

    assert [s.check for s in story.incident().symptoms] == ["us/app"]
    assert story.incident().phase is Phase.OPEN


def test_looks_that_pass_do_not_end_an_alert():
    story = told(alert(), story=Story(POLICY))
    story.play(fine, 1200)

    assert story.incident().phase is Phase.OPEN


def test_what_nothing_was_heard_of_for_too_long_has_expired():
    story = told(alert())
    story.tick(3609)
    assert story.incident().phase is Phase.OPEN
    story.tick(3610)

    assert story.incident().phase is Phase.RECOVERED
    assert story.notes == ["1 alerts have expired: nothing more was heard of them"]


def test_an_alert_that_says_its_end_expires_then():
    story = told(replace(alert(), ends_at=T0 + 100))
    story.tick(100)

    assert story.incident().phase is Phase.RECOVERED


def test_a_late_echo_does_not_revive_what_was_resolved():
    story = told(alert())
    told(alert(firing=False), at=60, story=story)
    told(alert(), at=61, story=story)

    assert story.incident().phase is Phase.RECOVERED


def test_a_new_outbreak_of_the_same_alert_reopens():
    story = told(alert())
    told(alert(firing=False), at=60, story=story)
    told(alert(at=70), at=80, story=story)

    assert story.said() == ["declared", "recovered", "reopened"]


def test_what_was_resolved_is_forgotten_after_a_while():
    story = told(alert())
    told(alert(firing=False), at=60, story=story)
    story.tick(60 + ECHO_S)

    assert not story.state.alerts


def test_an_alert_that_no_row_matches_is_counted_and_left_out():
    story = told(alert(severity="warning"), alert("Oom", severity="info"))

    assert not story.state.incidents
    assert story.notes == ["2 alerts left out: no row of the table matches them"]


@pytest.mark.parametrize("target", ["mars", ""])
def test_an_alert_that_names_no_watched_target_is_counted_and_left_out(target):
    story = told(alert(target=target))

    assert not story.state.incidents
    assert story.notes == [
        "1 alerts left out: their label 'target' names no target that is watched"
    ]


def test_the_label_may_call_a_target_by_another_name():
    assert told(alert(target="prod-us")).incident().target == "us"


def test_more_alerts_than_are_held_are_counted():
    story = told(*(alert(n=n, pod=str(n)) for n in range(ALERTS_MAX + 3)))

    assert len(story.state.alerts) == ALERTS_MAX
    assert story.notes == ["3 alerts left out: 500 are held already"]


def test_memories_of_resolved_ones_make_room():
    story = told(*(alert(n=n, pod=str(n)) for n in range(ALERTS_MAX)))
    told(alert(n=0, firing=False), at=20, story=story)
    told(alert("Oom"), at=30, story=story)

    assert "Oom0" in story.state.alerts
    assert len(story.state.alerts) == ALERTS_MAX


def test_a_start_that_is_no_time_is_when_it_was_told():
    incident = told(alert(at=-T0 - 62_135_596_800.0)).incident()

    assert incident.since == T0 + 10


def test_a_foreign_name_becomes_letters_that_fit_anywhere():
    (symptom,) = told(alert("<!channel> a/b\n")).incident().symptoms

    assert symptom.check == "us/alert/-channel-a-b-"


def test_what_a_person_closed_while_it_fires_is_respected():
    story = told(alert())
    story.tell(Closed(T0 + 60, "us-1", "ada", "a full disk", "a larger one"))
    told(alert(), at=70, story=story)
    story.tick(80)

    assert set(story.state.incidents) == {"us-1"}


def test_an_alert_for_which_the_row_waits_counts_only_then():
    story = Story(make_policy(rules=(replace(CRITICAL, for_s=60.0),), alerts=TERMS))
    told(alert(), story=story)
    assert not story.state.incidents
    story.tick(60)

    assert set(story.state.incidents) == {"us-1"}


# ── matchers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('severity="critical"', True),
        ('severity="crit"', False),
        ('severity=~"crit"', False),  # the whole value must match
        ('severity=~"crit.*"', True),
        ('severity="critical", team!="web"', True),  # a label that is not there is empty
        ('severity="critical",team=~".+"', False),
        ('severity="critical", alertname!~"Disk.*"', False),
        (r'severity="critical", path="C:\\a\"b"', True),
    ],
)
def test_matchers_mean_what_they_mean_at_alertmanager(text, holds):
    labels = {"alertname": "DiskFull", "severity": "critical", "path": 'C:\\a"b'}

    assert matchers(text).hold(labels) is holds


@pytest.mark.parametrize(
    "text", ["", "critical", "severity=critical", 'a=~"("', 'a="b" c="d"', 'a!=""', 'a="b",,']
)
def test_what_is_no_list_of_matchers_is_refused(text):
    with pytest.raises(ValueError, match=r"matchers|expression|label"):
        matchers(text)


def test_the_end_of_an_alert_that_was_never_told_changes_nothing():
    story = told(alert(firing=False))

    assert story.state.alerts == {}
    assert story.entries == []
