"""What is said in Slack is heard once, and whoever said it is told what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from checker.core.model import Duty
from checker.responders.slack import Settings
from checker.slack.inbound import AT_ONCE_MAX, BROKEN, FULL, NO_STORE, SLOW
from checker.slack.payloads import spoken
from checker.unrung import SAID
from tests.slack.house import House, house
from tests.slack.said import ADA, command, mention, press
from tests.world.faults import hang
from tests.world.slack_socket import SlackSocket


async def declared(home: House) -> None:
    reply = await home.hear("slash_commands", command("declare us exports are empty", "t0"))
    assert reply.text == "us-1 is declared."


async def test_a_command_declares_and_says_so(home: House):
    await declared(home)
    assert (await home.incident()).lead == "ada"


async def test_whoever_declares_where_pages_are_only_printed_is_told_that_nobody_is_rung(
    home: House,
):
    home.door.policy = replace(home.door.policy, routes={Duty.PAGE: ("console",)})
    reply = await home.hear("slash_commands", command("declare us exports are empty"))
    assert reply.text == f"us-1 is declared. {SAID}"


async def test_what_came_of_a_word_is_said(home: House):
    await declared(home)
    reply = await home.hear("slash_commands", command("lead us-1 <@U0BOB|bob>"))
    assert reply.text == "us-1 is open, major, led by bob."


async def test_what_is_open_already_is_joined(home: House):
    await declared(home)
    reply = await home.hear("slash_commands", command("declare us imports too"))
    assert reply.text == "us-1 is open already; you joined it."


@pytest.mark.parametrize(
    ("way", "payload"),
    [
        ("slash_commands", command("note us-1 restarted it")),
        ("events_api", mention("note us-1 restarted it")),
        ("interactive", press("note us-1 restarted it")),
    ],
)
async def test_what_is_brought_twice_acts_once(home: House, way: str, payload: dict):
    await declared(home)
    first = await home.hear(way, payload, "e1")
    again = await home.hear(way, payload, "e1")
    assert first == again
    assert await home.lines("note") == ["ada: restarted it"]
    assert len(home.shelf.brought) == 2


async def test_what_is_brought_twice_at_the_same_time_acts_once(home: House):
    await declared(home)
    payload = mention("note us-1 restarted it")
    await asyncio.gather(*(home.hear("events_api", payload) for _ in range(5)))
    assert await home.lines("note") == ["ada: restarted it"]


async def test_what_is_brought_again_after_a_restart_acts_once(tmp_path: Path, slack: SlackSocket):
    payload = mention("note us-1 restarted it")
    async with house(tmp_path, slack) as before:
        await declared(before)
        await before.hear("events_api", payload)
    async with house(tmp_path, slack) as after:
        after.door.state = (await after.store.restore()).state
        reply = await after.hear("events_api", payload)
        assert reply.text.startswith("us-1 is open")
        assert await after.lines("note") == ["ada: restarted it"]


async def test_a_mention_is_by_the_name_of_who_wrote_it(home: House):
    await declared(home)
    await home.hear("events_api", mention("take us-1", user="U000EVE"))
    assert (await home.incident()).lead == "U000EVE"
    await home.hear("events_api", mention("take us-1", ts="2.1"))
    assert (await home.incident()).lead == "ada"


async def test_a_lead_who_is_mentioned_is_called_by_name(home: House, slack: SlackSocket):
    slack.workspace.people["U000BOB"] = "bob"
    await declared(home)
    await home.hear("events_api", mention("lead us-1 <@U000BOB>"))
    assert (await home.incident()).lead == "bob"


async def test_whoever_has_a_full_name_goes_by_it_whatever_they_say_it_by(
    home: House, slack: SlackSocket
):
    """PagerDuty knows no handles: two names would be two people in the list of who was there."""
    slack.workspace.full_names[ADA] = "Ada Lovelace"
    await declared(home)
    await home.hear("slash_commands", command("join us-1"))
    await home.hear("events_api", mention("note us-1 restarted it"))
    await home.hear("slash_commands", command(f"lead us-1 <@{ADA}|ada>", trigger="t9"))
    incident = await home.incident()
    assert (incident.declared_by, incident.lead) == ("Ada Lovelace", "Ada Lovelace")
    assert incident.there == ("Ada Lovelace",)


async def test_a_slack_that_hangs_holds_up_no_word(home: House, slack: SlackSocket):
    await declared(home)
    await slack.hurt("users.info", hang())
    reply = await home.hear("events_api", mention("take us-1", user="U000EVE"))
    assert reply.text == "us-1 is open, major, led by U000EVE."


async def test_a_name_is_asked_for_once(home: House, slack: SlackSocket):
    await home.hear("events_api", mention("show"))
    await home.hear("events_api", mention("show", ts="2.1"))
    assert len(slack.asked("users.info")) == 1


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("join us-1", "note", "ada joins us-1"),
        ("sync us-1", "sync", "ada will schedule the sync"),
        ("uneventful us-1", "sync", "ada: uneventful, no sync needed"),
    ],
)
async def test_a_word_stands_in_the_timeline(text: str, what: str, line: str, home: House):
    await declared(home)
    reply = await home.hear("slash_commands", command(text))
    assert reply.text == "us-1 is open, major, led by ada."
    assert await home.lines(what) == [line]


@pytest.mark.parametrize("text", ["publish us-1 banner", "dismiss us-1 banner"])
async def test_an_outlet_that_is_not_there_is_said(text: str, home: House):
    await declared(home)
    reply = await home.hear("slash_commands", command(text))
    assert reply.text == "Customers cannot be told by 'banner'. For us-1 there are: none."


async def test_planned_work_is_known_and_brought_twice_it_is_planned_once(home: House):
    payload = command("maintenance us for 2h new disks")
    first = await home.hear("slash_commands", payload)
    assert first.text.startswith("us is worked on from ")
    assert await home.hear("slash_commands", payload) == first
    (planned,) = await home.store.maintenance()
    assert (planned.target, planned.by, planned.why) == ("us", "ada", "new disks")
    assert planned.ends - planned.begins == 7200


async def test_planned_work_that_cannot_be_is_refused_kindly(home: House):
    reply = await home.hear("slash_commands", command("maintenance us for 20d new disks"))
    assert reply.text.startswith("ends: at most 7 days after the beginning")


async def test_what_cannot_be_is_refused_kindly(home: House):
    await declared(home)
    await home.hear("slash_commands", command("close us-1 a disk | a bigger one"))
    reply = await home.hear("slash_commands", command("status us-1 fine", "t2"))
    assert reply.text == "us-1: cannot say the status of an incident that is closed"
    assert await home.lines("refused") == []


async def test_an_incident_that_is_not_there_is_said(home: House):
    await declared(home)
    reply = await home.hear("slash_commands", command("lead us-7"))
    assert reply.text == "There is no incident 'us-7'. The newest: us-1."


async def test_what_cannot_be_understood_is_not_put_in_the_inbox(home: House):
    reply = await home.hear("slash_commands", command("clsoe us-1"))
    assert "did you mean 'close'?" in reply.text
    assert home.shelf.brought == []


async def test_show_says_how_things_stand(home: House):
    assert (await home.hear("slash_commands", command("show"))).text == "Nothing is open."
    await declared(home)
    await home.hear("slash_commands", command("status us-1 half is back", "t4"))
    said = "us-1 is open, major, led by ada: half is back"
    assert (await home.hear("slash_commands", command("show", "t2"))).text == said
    assert (await home.hear("slash_commands", command("show us-1", "t3"))).text == said


async def test_a_command_that_is_not_ours_is_left_alone(home: House):
    reply = await home.hear("slash_commands", command("close us-1", command="/deploy"))
    assert reply.text == "/deploy is not among my commands: /incident, /inc."


async def test_a_text_that_was_cut_is_said_to_be(home: House):
    await declared(home)
    reply = await home.hear("slash_commands", command("note us-1 " + "x" * 4000))
    assert reply.text.endswith("(Cut to 3000 characters.)")


async def test_a_full_store_is_said_and_can_be_told_again(home: House):
    await declared(home)
    home.shelf.full = True
    payload = command("note us-1 restarted it")
    assert (await home.hear("slash_commands", payload)).text == NO_STORE
    home.shelf.full = False
    await home.hear("slash_commands", payload)
    assert await home.lines("note") == ["ada: restarted it"]


async def test_a_slow_store_is_not_waited_for(tmp_path: Path, slack: SlackSocket):
    async with house(tmp_path, slack, answer_within_s=0.05) as home:
        home.shelf.free.clear()
        payload = command("declare us exports are empty")
        reply = await home.hear("slash_commands", payload)
        assert (reply.text, reply.taken) == (SLOW, False)
        home.shelf.free.set()
        while not (reply := await home.hear("slash_commands", payload)).taken:
            pass
        assert reply.text == "us-1 is declared."
        assert home.shelf.brought == ["slack/t1"]


async def test_too_much_at_once_is_refused_and_counted(tmp_path: Path, slack: SlackSocket):
    async with house(tmp_path, slack, answer_within_s=0.0) as home:
        home.shelf.free.clear()
        for number in range(AT_ONCE_MAX):
            await home.hear("slash_commands", command("declare us x", f"t{number}"))
        reply = await home.hear("slash_commands", command("declare us x", "one more"))
        assert (reply.text, reply.taken) == (FULL, False)
        assert home.bounds == ["slack_words"]


async def test_a_bug_is_an_answer(home: House):
    await declared(home)
    home.shelf.effects = None
    assert (await home.hear("slash_commands", command("take"))).text == BROKEN


async def test_an_answer_is_whispered_to_whoever_mentioned_us(home: House, slack: SlackSocket):
    said = spoken("events_api", mention("show"))
    assert said is not None
    await home.inbound.answer(said)
    whisper = await slack.workspace.whispered()
    assert (whisper.channel, whisper.user) == ("C0099", ADA)
    assert whisper.text == "Nothing is open."


@pytest.mark.parametrize(
    "wrong", [{"app_token": "xoxb-1"}, {"signing_secret": ""}, {"commands": ["inc"]}]
)
def test_settings_that_cannot_be_right_are_refused(wrong: dict):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**{"token": "xoxb-1"} | wrong)


async def test_nobody_is_called_by_an_answer(home: House, slack: SlackSocket):
    said = spoken("events_api", mention("&lt;!channel&gt; now"))
    assert said is not None
    await home.inbound.answer(said)
    whisper = await slack.workspace.whispered()
    assert whisper.text.startswith("I do not know “&lt;!channel&gt;”")
