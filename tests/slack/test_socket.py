"""Socket Mode on a real connection: acknowledged when it is safe, connected again when it breaks, never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from checker.slack.socket import Socket
from tests.slack.house import House, house
from tests.slack.said import ADA, command, fill, mention, press
from tests.world.faults import drop, status
from tests.world.slack_socket import APP_TOKEN, SlackSocket


@dataclass
class Pauses:
    """Waits for nothing, and remembers for how long it was to wait; after `most` it waits for ever."""

    most: int = 1000
    slept: list[float] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) >= self.most:
            self.enough.set()
            await asyncio.Event().wait()


@asynccontextmanager
async def listening(
    home: House,
    slack: SlackSocket,
    pause: Pauses | None = None,
    token: str = APP_TOKEN,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[Socket]:
    socket = Socket(SecretStr(token), slack.api, home.inbound, pause or Pauses(), monotonic)
    running = asyncio.create_task(socket.run())
    try:
        yield socket
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def line(home: House, slack: SlackSocket) -> AsyncIterator[Socket]:
    async with listening(home, slack) as socket:
        await slack.linked()
        yield socket


async def declared(slack: SlackSocket) -> None:
    await slack.deliver("slash_commands", command("declare us exports are empty", "t0"))


async def test_a_command_is_acknowledged_with_its_answer(line: Socket, slack: SlackSocket):
    payload = command("declare us exports are empty")
    assert await slack.deliver("slash_commands", payload, "e1") == {
        "envelope_id": "e1",
        "payload": {"response_type": "ephemeral", "text": "us-1 is declared."},
    }
    assert line.connected


async def test_a_mention_is_acknowledged_and_answered_in_the_channel(
    line: Socket, slack: SlackSocket, home: House
):
    await declared(slack)
    assert await slack.deliver("events_api", mention("take us-1"), "e1") == {"envelope_id": "e1"}
    whisper = await slack.workspace.whispered()
    assert (whisper.channel, whisper.user) == ("C0099", ADA)
    assert whisper.text == "us-1 is open, major, led by ada."


async def test_a_button_is_a_word(line: Socket, slack: SlackSocket, home: House):
    await declared(slack)
    await slack.deliver("interactive", press("severity us-1 critical"))
    assert (await home.incident()).severity.word == "critical"


async def test_a_form_is_opened_and_acknowledged_with_what_is_wrong_in_it(
    line: Socket, slack: SlackSocket, home: House
):
    await declared(slack)
    pressed = press("close us-1", action="checker.close.0")
    assert await slack.deliver("interactive", pressed, "e1") == {"envelope_id": "e1"}
    (shown,) = slack.workspace.views
    ack = await slack.deliver("interactive", fill(shown, cause="a disk", fix=""), "e2")
    assert ack["payload"]["response_action"] == "errors"
    sent = fill(shown, "t10", cause="a disk", fix="a bigger one")
    for envelope in ("e3", "e3", "e4"):
        assert await slack.deliver("interactive", sent, envelope) == {"envelope_id": envelope}
    assert (await home.incident()).cause == "a disk"
    assert home.shelf.brought.count(f"slack/{shown['id']}") == 1


async def test_an_envelope_that_comes_again_acts_once(
    line: Socket, slack: SlackSocket, home: House
):
    await declared(slack)
    for envelope in ("e1", "e1", "e2"):
        await slack.deliver("events_api", mention("note us-1 restarted it"), envelope)
    assert await home.lines("note") == ["ada: restarted it"]


async def test_what_is_not_for_us_is_acknowledged(line: Socket, slack: SlackSocket):
    assert await slack.deliver("interactive", press("x", action="other"), "e1") == {
        "envelope_id": "e1"
    }
    assert await slack.deliver("of_the_future", {}, "e2") == {"envelope_id": "e2"}


@pytest.mark.parametrize(
    "nonsense", ["no json", "[" * 50_000, "[]", "null", '{"type": 7}', '{"envelope_id": 7}']
)
async def test_nonsense_does_not_break_the_line(line: Socket, slack: SlackSocket, nonsense: str):
    await slack.send(nonsense)
    await declared(slack)
    assert slack.hellos == 1


async def test_a_mention_is_not_acknowledged_before_the_inbox_has_it(
    tmp_path: Path, slack: SlackSocket
):
    async with house(tmp_path, slack, answer_within_s=0.05) as home, listening(home, slack):
        await slack.linked()
        home.shelf.free.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await slack.deliver("events_api", mention("declare us x"), "e1")
        home.shelf.free.set()
        while (await home.hear("events_api", mention("declare us x"))).taken is False:
            pass
        assert await slack.deliver("events_api", mention("declare us x"), "e1") == {
            "envelope_id": "e1"
        }
        assert home.shelf.brought == ["slack/C0099/1700000001.000100"]


async def test_a_message_without_end_is_not_read_and_costs_only_the_line(
    line: Socket, slack: SlackSocket
):
    await slack.send("x" * 300_000)
    await slack.linked(hellos=2)
    await declared(slack)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_slack_may_ask_to_connect_anew(line: Socket, slack: SlackSocket, reason: str):
    await slack.disconnect(reason)
    await slack.linked(hellos=2)
    await declared(slack)


async def test_a_line_that_is_cut_is_made_anew(line: Socket, slack: SlackSocket):
    await slack.links[-1].close()
    await slack.linked(hellos=2)
    await declared(slack)


async def test_a_slack_that_went_away_and_came_back_is_listened_to(
    line: Socket, slack: SlackSocket
):
    await slack.door.shut()
    await slack.door.open()
    await slack.linked(hellos=2)
    await declared(slack)


@pytest.mark.parametrize("fault", [status(503), drop()])
async def test_tries_get_fewer_while_there_is_no_line(home: House, slack: SlackSocket, fault):
    await slack.hurt("apps.connections.open", fault)
    pause = Pauses(most=8)
    async with listening(home, slack, pause) as socket:
        await pause.enough.wait()
        assert pause.slept == [1, 2, 4, 8, 16, 32, 60, 60]
        assert not socket.connected


async def test_an_address_that_does_not_answer_as_it_should_is_tried_again(
    home: House, slack: SlackSocket
):
    await slack.hurt("link", status(500), times=2)
    pause = Pauses()
    async with listening(home, slack, pause):
        await slack.linked()
    assert pause.slept == [1, 2]


async def test_a_good_line_is_made_anew_at_once(home: House, slack: SlackSocket):
    hours, pause = iter([0.0, 3600.0, 3600.0]), Pauses()
    async with listening(home, slack, pause, monotonic=lambda: next(hours)):
        await slack.linked()
        await slack.disconnect("refresh_requested")
        await slack.linked(hellos=2)
    assert pause.slept == []


async def test_a_wrong_token_is_left_alone_for_a_while_and_never_written_down(
    home: House, slack: SlackSocket
):
    pause = Pauses(most=1)
    with capture_logs() as logs:
        async with listening(home, slack, pause, token="xapp-s3cret"):
            await pause.enough.wait()
    assert pause.slept == [300]
    assert "invalid_auth" in str(logs)
    assert "s3cret" not in str(logs)


async def test_socket_mode_that_is_switched_off_is_said(home: House, slack: SlackSocket):
    pause = Pauses(most=1)
    with capture_logs() as logs:
        async with listening(home, slack, pause):
            await slack.linked()
            await slack.disconnect("link_disabled")
            await pause.enough.wait()
    assert pause.slept == [300]
    assert "switched off in the app's settings" in str(logs)
