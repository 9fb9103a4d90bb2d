"""What a notice looks like in Slack, and that it fits."""

from __future__ import annotations

import pytest

from checker.responders.slack_message import Manner, escaped, full, plain
from tests.responders.effects import notice
from tests.world.slack_limits import UPDATE_TEXT_MAX, check_message, texts


def fields(message) -> list[dict]:
    return [f for block in message.blocks for f in block.get("fields", ())]


def test_a_notice_is_a_header_a_table_and_what_to_do_next():
    assert list(full(notice()).blocks) == [
        {
            "type": "header",
            "text": {"type": "plain_text", "emoji": False, "text": "🔴 us: app is down"},
        },
        {
            "type": "section",
            "fields": [
                {"type": "mrkdwn", "verbatim": True, "text": "*Since*"},
                {"type": "plain_text", "emoji": False, "text": "14:02:10 UTC"},
                {"type": "mrkdwn", "verbatim": True, "text": "*Seen*"},
                {
                    "type": "plain_text",
                    "emoji": False,
                    "text": "l1 10 of 10 failed since 14:02:10 (timeout)",
                },
                {"type": "mrkdwn", "verbatim": True, "text": "*Runbook*"},
                {
                    "type": "mrkdwn",
                    "verbatim": True,
                    "text": "<https://runbooks.example/app?a=1&amp;b=2>",
                },
            ],
        },
        {
            "type": "section",
            "text": {
                "type": "mrkdwn",
                "verbatim": True,
                "text": "→ Take the lead, then look at the load balancer.",
            },
        },
    ]


def test_a_notification_shows_the_title():
    assert full(notice()).text == "🔴 us: app is down"


@pytest.mark.parametrize(
    ("mood", "severity", "sign"),
    [
        ("open", "minor", "🟡"),
        ("worse", "major", "🟠"),
        ("relapsed", "critical", "🔴"),
        ("recovered", "critical", "🟢"),
        ("closed", "major", "✅"),
        ("cancelled", "minor", "⚪"),
    ],
)
def test_the_sign_says_how_things_stand(mood, severity, sign):
    assert full(notice(mood=mood, severity=severity)).text.startswith(sign)


@pytest.mark.parametrize(
    ("phase", "sign"),
    [("open", "🔴"), ("recovered", "🟢"), ("closed", "✅"), ("cancelled", "⚪"), (None, "🔴")],
)
def test_a_note_about_what_is_over_is_no_alarm(phase, sign):
    more = {} if phase is None else {"phase": phase}
    assert full(notice(mood="said", severity="critical", **more)).text.startswith(sign)


def test_a_relapse_is_one_whatever_came_before():
    told = notice(mood="relapsed", severity="critical", phase="open")
    assert full(told).text.startswith("🔴")


def test_without_a_next_step_there_is_no_block_for_one():
    assert len(full(notice(next="")).blocks) == 2


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "<" * 5000,
        "&<>" * 5000,
        "é\n" * 5000,
        "https://" + "x" * 5000,
        "https://a.example " * 500,
        "",
        " \n",
    ],
)
@pytest.mark.parametrize("count", [0, 1, 9, 39, 40, 400])
def test_whatever_is_said_fits(text, count):
    lines = [{"label": text, "text": text}] * count
    said = notice(title=text, lines=lines, next=text)
    message = full(said)
    check_message({"text": message.text, "blocks": list(message.blocks)}, UPDATE_TEXT_MAX)
    check_message({"text": plain(said).text}, UPDATE_TEXT_MAX)
    assert sum(len(t) for block in message.blocks for t in texts(block)) < 13_000


def test_a_note_that_its_header_would_cut_stands_below_it_whole():
    note = "ada: " + "restarted the workers, one after the other; " * 20 + "<!here> no change"
    message = full(notice(title=note, lines=[], mood="said"))
    header, body, *_ = message.blocks
    assert header["text"]["text"].endswith("…")
    assert body["text"]["type"] == "plain_text"
    assert body["text"]["text"].endswith("&lt;!here&gt; no change")
    check_message({"text": message.text, "blocks": message.blocks})
    assert "one after the other" in plain(notice(title=note)).text.split("\n")[1]


def test_the_lines_of_a_note_stay_lines():
    _, body, *_ = full(notice(title="ada: one\ntwo", mood="said")).blocks
    assert body["text"]["text"] == "ada: one\ntwo"


def test_where_nobody_hears_buttons_the_next_step_is_a_command():
    said = notice(next="checker incident close us-42", next_here="press “Close …”")
    assert full(said).blocks[-1]["text"]["text"] == "→ press “Close …”"
    written = full(said, Manner(buttons=False)).blocks[-1]["text"]["text"]
    assert written == "→ checker incident close us-42"


def test_links_in_what_to_do_next_can_be_clicked():
    said = notice(next="Runbook: https://a.example/x?a=1&b=2. When fixed: close us-42")
    assert full(said).blocks[-1]["text"]["text"] == (
        "→ Runbook: <https://a.example/x?a=1&amp;b=2>. When fixed: close us-42"
    )


def test_several_lines_under_one_label_stay_several():
    said = notice(lines=[{"label": "What fails", "text": "us/app down\nus/flags down"}])
    assert fields(full(said))[1]["text"] == "us/app down\nus/flags down"
    assert plain(said).text.endswith("What fails: us/app down\nus/flags down")


def test_lines_that_are_left_out_are_counted():
    lines = [{"label": "Seen", "text": "x"}] * 100
    assert fields(full(notice(lines=lines)))[-1]["text"] == "and 61 more lines"
    assert len(fields(full(notice(lines=lines)))) == 2 * 40


def test_text_from_outside_is_never_formatted():
    lines = [{"label": "Body", "text": "*bold* :boom: see https://evil.example"}]
    assert fields(full(notice(lines=lines)))[1] == {
        "type": "plain_text",
        "emoji": False,
        "text": "*bold* :boom: see https://evil.example",
    }


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("a < b & c > d", 50, "a &lt; b &amp; c &gt; d"),
        ("two\nlines\u202e", 50, "two lines"),
        ("abcdef", 4, "abc…"),
        ("ab<<", 8, "ab&lt;…"),
        ("", 4, "–"),
    ],
)
def test_escaped_text_is_one_line_that_slack_shows_as_it_is(text, limit, shown):
    assert escaped(text, limit) == shown
