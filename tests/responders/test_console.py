from __future__ import annotations

from dataclasses import replace

import pytest

from checker.core.model import Duty
from checker.responders.console import LINES_MAX, WIDTH, Responder, Settings
from checker.responders.contract import Done, Later
from tests.responders.effects import (
    document,
    first,
    invite,
    notice,
    page,
    post,
    publish,
    resolve,
    room,
    summary,
    withdraw,
)


async def printed(effect) -> str:
    out: list[str] = []
    responder = Responder(Settings(), write=out.append)
    assert isinstance(await responder.carry_out(first(effect)), Done)
    await responder.close()
    return "".join(out)


async def test_a_page_is_printed_as_somebody_would_read_it():
    assert (await printed(page())).splitlines() == [
        "── us-42 · would page somebody " + "─" * 69,
        "   CRITICAL: us: app is down",
        "   since: 2026-11-23 11:59:00 UTC",
        "   Seen: l1 10 of 10 failed since 14:02:10 (timeout)",
        "   Runbook: https://runbooks.example/app",
        "   key: checker/us-42/1",
        "",
    ]


async def test_a_room_is_printed_with_its_name_topic_and_notice():
    text = await printed(room())
    assert "would open the room" in text
    assert "   #inc-20261123-us-app-42\n   critical · us: app is down\n" in text
    assert "   Next: Take the lead, then look at the load balancer.\n" in text


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (post(), "would post"),
        (summary(), "would keep as the summary"),
        (resolve(), "would end the page"),
        (replace(page(), duty=Duty.FALLBACK), "would page somebody by a second way"),
        (replace(page(), duty=Duty.CHANGE), "would mark the change"),
        (invite(), "would bring people in"),
        (invite(), "· feature-flags"),
        (invite(), "· Ada Lovelace ada@example.com"),
        (document(), "would leave the document"),
        (document(), "It was down."),
        (publish(), "would tell customers"),
        (withdraw(), "would tell customers that it is over"),
    ],
)
async def test_every_duty_says_what_would_be_done(effect, words):
    assert words in await printed(effect)


async def test_a_notice_without_a_next_step_says_nothing_about_one():
    assert "Next" not in await printed(post(next=""))


async def test_several_lines_under_one_label_stay_several():
    lines = [{"label": "What fails", "text": "us/app down\nus/flags down"}]
    text = await printed(post(lines=lines))
    assert "   What fails:\n   · us/app down\n   · us/flags down\n" in text


async def test_text_from_outside_can_neither_forge_a_line_nor_colour_the_terminal():
    text = await printed(post(title="\x1b[31mdown\n── us-1 · would page somebody"))
    assert "\x1b" not in text
    assert len([line for line in text.splitlines() if line.startswith("──")]) == 1


async def test_no_line_is_wider_than_the_terminal_and_no_message_without_end():
    lines = [{"label": "Seen", "text": "x" * 1000}] * 1000
    shown = (await printed(post(lines=lines))).splitlines()
    assert max(map(len, shown)) == WIDTH
    assert len(shown) == 1 + LINES_MAX + 1 + 1
    assert f"… and {1000 + 2 - LINES_MAX} more lines" in shown[-2]


async def test_a_terminal_that_is_gone_is_tried_again_later():
    def broken(_: str) -> None:
        raise BrokenPipeError("Broken pipe")

    answer = await Responder(Settings(), write=broken).carry_out(first(page()))
    assert answer == Later(why="stdout cannot be written: Broken pipe")


def test_the_notice_of_the_effects_has_the_shape_that_the_core_documents():
    assert set(notice()) == {
        "mood",
        "severity",
        "title",
        "lines",
        "next",
        "actions",
        "attention",
    }
