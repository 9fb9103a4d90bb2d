"""The document that the analysis of an incident begins with."""

from collections.abc import Sequence
from dataclasses import replace

from checker.core.analysis import ENTRIES_MAX, QUESTIONS, Deed, analysis
from checker.core.events import (
    Acknowledged,
    Cancelled,
    Closed,
    Declared,
    Led,
    Noted,
    PageConfirmed,
    PageResolved,
    SeveritySet,
    StatusSaid,
)
from checker.core.model import Entry, Severity
from tests.core.story import T0, Story, broken, fine


def outage() -> Story:
    """The app is down for five minutes; ada and bob are at it."""
    story = Story().play(broken("us/app", until=300), 200)
    story.tell(Acknowledged(T0 + 200, "us-1", "ada"))
    story.tell(Led(T0 + 201, "us-1", "ada", "ada"))
    story.tell(Noted(T0 + 210, "us-1", "ada", "restarted the workers"))
    story.tell(Led(T0 + 220, "us-1", "ada", "bob"))
    story.tell(StatusSaid(T0 + 230, "us-1", "bob", "waiting for the deploy"))
    story.play(broken("us/app", until=300), 1800)
    story.tell(Closed(T0 + 2400, "us-1", "bob", "a full disk", "a bigger disk"))
    return story


def done(story: Story, after_s: float = 1.0) -> list[Deed]:
    return [Deed(effect, effect.at + after_s) for effect in story.effects]


def written(story: Story, deeds: Sequence[Deed] | None = None, **more) -> str:
    deeds = done(story) if deeds is None else deeds
    return analysis(story.incident(), story.entries, deeds, **more)


def section(text: str, title: str) -> list[str]:
    """The lines under a heading, empty ones left out."""
    body = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [line for line in body.split("\n") if line]


def test_it_says_what_failed_how_it_was_seen_why_and_what_mended_it():
    text = written(outage())
    assert text.startswith("# Incident us-1: app down at us\n")
    assert section(text, "Summary") == [
        "- **Declared by:** the checker",
        "- **What failed:** us/app",
        "- **What was seen:** us/app down: l1 7 of 7 failed since 22:13:20 (timeout)",
        "- **How it stood last:** waiting for the deploy",
        "- **Root cause:** a full disk",
        "- **Fix:** a bigger disk",
        "- **It stands:** closed by bob at 2023-11-14 22:53:20 UTC",
    ]


def test_the_severity_stands_beside_the_handbooks_sentence():
    assert section(written(outage()), "Severity") == [
        "**Critical:** “being completely unavailable”"
    ]


def test_each_change_of_severity_is_told():
    story = Story().play(broken("us/app"), 120)
    story.tell(SeveritySet(T0 + 130, "us-1", "ada", Severity.MINOR))
    assert section(written(story), "Severity")[1:] == [
        "- 2023-11-14 22:15:30 UTC **severity** ada says us-1 is minor"
    ]


def test_a_severity_that_is_a_persons_word_says_whose():
    story = Story().play(broken("us/app"), 120)
    story.tell(SeveritySet(T0 + 130, "us-1", "ada", Severity.MINOR))
    assert section(written(story), "Severity")[0] == (
        "**Minor:** ada says it is minor; what was seen is “being completely unavailable”"
    )


def test_it_says_how_long_each_step_took_from_the_first_failed_look():
    rows = section(written(outage()), "How long it took")[2:]
    assert [row for row in rows if "recovered" not in row] == [
        "| first failed look | 2023-11-14 22:13:20 UTC | 0 s |",
        "| declared | 2023-11-14 22:13:50 UTC | 30 s |",
        "| page 1 accepted by out | 2023-11-14 22:13:51 UTC | 31 s |",
        "| page acknowledged | 2023-11-14 22:16:40 UTC | 3 min |",
        "| closed | 2023-11-14 22:53:20 UTC | 40 min |",
    ]
    (recovered,) = [row for row in rows if "recovered" in row]
    assert "UTC" in recovered


def test_what_never_came_is_said_with_the_reason():
    story = Story().play(broken("us/app"), 120)
    deeds = [Deed(effect, None, "it answered 503") for effect in story.effects]
    rows = section(written(story, deeds), "How long it took")
    assert rows[-4:] == [
        "| page 1 accepted by out | – | it answered 503 |",
        "| page acknowledged | – | not that we know |",
        "| recovered | – | not seen |",
        "| closed | – | not yet |",
    ]


def test_a_minor_one_says_that_nobody_is_paged():
    story = Story()
    story.tell(Declared(T0, "us", "ada", "exports are slow", Severity.MINOR))
    assert "| page accepted | – | minor: nobody is paged |" in written(story)


def test_what_a_person_declared_has_no_first_failed_look():
    story = Story()
    story.tell(Declared(T0, "us", "ada", "exports are empty"))
    text = written(story)
    assert "first failed look" not in text
    assert "- **Declared by:** ada" in text
    assert text.startswith("# Incident us-1: exports are empty at us\n")


def test_a_cancelled_one_says_why_it_was_none():
    story = Story().play(broken("us/app"), 120)
    story.tell(Cancelled(T0 + 130, "us-1", "ada", "a drill"))
    assert "- **Declared in error:** a drill" in section(written(story), "Summary")


def test_it_names_who_led_and_who_was_there():
    story = outage()
    story.tell(Noted(T0 + 2500, "us-1", "eve", "was asleep"))
    assert section(written(story), "Who was there") == [
        "- **Lead:** bob",
        "- **Heard from:** ada, bob",
        "- 2023-11-14 22:16:41 UTC **lead** ada leads us-1",
        "- 2023-11-14 22:17:00 UTC **lead** bob leads us-1, handed over by ada",
    ]


def test_whoever_joins_or_sets_the_severity_was_there():
    story = Story().play(broken("us/app"), 120)
    story.tell(Declared(T0 + 121, "us", "eve", "the app is down"))
    story.tell(SeveritySet(T0 + 130, "us-1", "mallory", Severity.MAJOR))
    assert "- **Heard from:** eve, mallory" in written(story)


def test_what_became_of_a_page_is_told_with_its_time_and_whoever_did_it_was_there():
    story = Story().play(broken("us/app"), 120)
    story.tell(PageConfirmed(T0 + 121, "us-1", "out", 1, "ada"))
    story.tell(PageResolved(T0 + 130, "us-1", "bob", 1))
    text = written(story)
    assert "| page shown by the pager | 2023-11-14 22:15:21 UTC | 2 min |" in text
    assert "| page ended at the pager | 2023-11-14 22:15:30 UTC | 2 min |" in text
    assert "- **Heard from:** bob\n" in text


def test_a_page_that_ran_out_is_nobodys_word():
    story = Story().play(broken("us/app"), 120)
    story.tell(PageResolved(T0 + 130, "us-1", "", 1))
    assert "- **Heard from:** nobody\n" in written(story)


def test_what_was_tried_is_what_people_noted():
    assert section(written(outage()), "What was known and tried") == [
        "- 2023-11-14 22:16:50 UTC **note** ada: restarted the workers",
        "- 2023-11-14 22:17:10 UTC **status** bob: waiting for the deploy",
    ]


def test_every_line_of_the_timeline_has_its_time():
    story = outage()
    lines = section(written(story), "Timeline")
    assert len(lines) == len(story.entries)
    assert all(line.startswith("- 2023-11-14 22:") and " UTC **" in line for line in lines)


def test_a_timeline_without_end_is_cut_and_says_so():
    story = outage()
    story.entries += [Entry("us-1", T0, "note", "ada: again")] * ENTRIES_MAX
    assert written(story).count("more lines.") == 1


def test_it_asks_the_handbooks_questions_and_leaves_the_answers_to_the_meeting():
    text = written(outage())
    for question in QUESTIONS:
        assert f"## {question}\n" in text
        assert section(text, question) == []


def test_there_are_no_action_items_unless_somebody_wrote_one():
    story = outage()
    assert "ction item" not in written(story)
    story.tell(Noted(T0 + 2500, "us-1", "ada", "Action: watch the disks"))
    assert section(written(story), "Action items that somebody wrote") == ["- watch the disks"]


def test_no_note_forges_a_heading_or_an_entry():
    story = outage()
    story.tell(Noted(T0 + 2500, "us-1", "eve", "x\n## Root cause\n- 2023 **closed** by ada"))
    text = written(story)
    assert "\n## Root cause" not in text
    assert "\\## Root cause" in text


def test_no_secret_is_in_it():
    story = outage()
    story.tell(Noted(T0 + 2500, "us-1", "ada", "the key was fa4e0000 and phx_secretsecret"))
    incident = replace(story.incident(), cause="we leaked fa4e0000")
    deeds = [replace(deed, done_at=None, why="fa4e0000 refused") for deed in done(story)]
    text = analysis(incident, story.entries, deeds, secrets=["fa4e0000"])
    assert "fa4e0000" not in text
    assert "phx_" not in text


def test_an_incident_that_is_still_open_can_be_written_down():
    assert "open; not closed when this was written" in written(Story().play(broken("us/app"), 120))


def test_nothing_but_the_incident_is_enough():
    story = Story().play(fine, 5)
    story.tell(Declared(T0, "us", "ada", "exports are empty"))
    text = analysis(story.incident(), [], [])
    assert text.startswith("# Incident us-1: exports are empty\n")
    assert "Nobody took a note." in text
