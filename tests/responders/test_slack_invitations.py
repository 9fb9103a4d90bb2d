"""Who is brought into a room, how they are found, and what is said of those who are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from checker.responders.contract import Done, Later, Never
from checker.responders.slack import Responder
from checker.responders.slack_invitations import TRIES_MAX
from checker.responders.slack_people import GUESTS_MAX, shown
from tests.responders.effects import again, first, invite, room
from tests.responders.rooms import NAME, opened
from tests.world.faults import drop, hang, says, status, throttle
from tests.world.slack import Slack
from tests.world.slack_workspace import BOT

ResponderFor = Callable[..., Responder]
NOBODY: dict[str, Any] = {"always": False, "owners": [], "people": []}
ADA = {"name": "Ada Lovelace", "email": "ada@example.com"}


def only(**who: Any) -> Any:
    return invite(**(NOBODY | who))


async def noted(responder: Responder, slack: Slack, effect: Any) -> str:
    """What the timeline says after an invitation into a room that is there."""
    _, receipt = await opened(slack)
    answer = await responder.carry_out(first(effect, room=receipt))
    assert isinstance(answer, Done)
    return answer.note


def members(slack: Slack) -> set[str]:
    return slack.workspace.channel(NAME).members - {BOT}


async def test_owners_the_one_on_call_and_those_who_are_always_asked_come_by_one_call(
    slack: Slack, responder_for: ResponderFor
):
    slack.workspace.emails["ada@example.com"] = "U0ADA"
    responder = responder_for(invite=["U0TIM"], people={"feature-flags": "U0EVE"})
    said = await noted(responder, slack, invite())
    assert members(slack) == {"U0TIM", "U0EVE", "U0ADA"}
    assert said == "invited in Slack: U0TIM, feature-flags, Ada Lovelace"
    assert len(slack.asked("conversations.invite")) == 1


async def test_those_who_are_always_asked_are_asked_when_it_is_said(
    slack: Slack, responder_for: ResponderFor
):
    assert await noted(responder_for(invite=["U0TIM"]), slack, only()) == ""
    assert members(slack) == set()


@pytest.mark.parametrize(
    ("owner", "people"),
    [
        ("U0EVE", {}),
        ("eve@example.com", {}),
        ("flags", {"flags": "U0EVE"}),
        ("flags", {"flags": "eve@example.com"}),
        ("flags", {"flags": "S0FLAGS"}),
        ("S0FLAGS", {}),
    ],
)
async def test_an_owner_is_found_by_name_id_group_or_email(
    owner: str, people: dict[str, str], slack: Slack, responder_for: ResponderFor
):
    slack.workspace.emails["eve@example.com"] = "U0EVE"
    slack.workspace.groups["S0FLAGS"] = ["U0EVE"]
    await noted(responder_for(people=people), slack, only(owners=[owner]))
    assert members(slack) == {"U0EVE"}


async def test_who_is_always_asked_is_called_by_the_name_that_the_config_knows(
    slack: Slack, responder_for: ResponderFor
):
    responder = responder_for(invite=["U0TIM"], people={"Tim": "U0TIM"})
    assert await noted(responder, slack, only(always=True)) == "invited in Slack: Tim"


async def test_everybody_of_a_group_is_asked(slack: Slack, responder: Responder):
    slack.workspace.groups["S0INFRA"] = ["U1", "U2", "U3"]
    await noted(responder, slack, only(owners=["S0INFRA"]))
    assert members(slack) == {"U1", "U2", "U3"}


async def test_a_person_is_found_by_name_where_slack_has_another_email(
    slack: Slack, responder_for: ResponderFor
):
    responder = responder_for(people={"Ada Lovelace": "U0ADA"})
    await noted(responder, slack, only(people=[ADA]))
    assert members(slack) == {"U0ADA"}
    assert slack.asked("users.lookupByEmail") == []


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ({"people": [ADA]}, "not in Slack: Ada Lovelace"),
        ({"owners": ["eve@example.com"]}, "not in Slack: eve@…"),
        ({"owners": ["feature-flags"]}, "no address of feature-flags"),
        ({"people": [{"name": "Bob", "email": ""}]}, "no address of Bob"),
        ({"owners": ["SRE"]}, "no address of SRE"),
        ({"owners": ["UX"]}, "no address of UX"),
        ({"owners": ["S0GONE"]}, "S0GONE: Slack refused usergroups.users.list: no_such_subteam"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_who_cannot_be_found_is_said_and_keeps_out_nobody(
    who: dict[str, Any], said: str, slack: Slack, responder_for: ResponderFor
):
    effect = only(**(who | {"always": True}))
    note = await noted(responder_for(invite=["U0TIM"]), slack, effect)
    assert note == f"invited in Slack: U0TIM; {said}"
    assert members(slack) == {"U0TIM"}


async def test_no_email_address_is_in_what_is_said(slack: Slack, responder: Responder):
    owners = ["eve@example.com", "bob@example.com"]
    people = [{"name": "", "email": "ada@example.com"}]
    assert "example" not in await noted(responder, slack, only(owners=owners, people=people))


@pytest.mark.parametrize(
    ("name", "said"),
    [("ada@example.com", "ada@…"), ("Ada", "Ada"), ("@ada", "@ada"), ("a" * 99, "a" * 59 + "…")],
)
def test_a_name_is_said_without_what_is_private(name: str, said: str):
    assert shown(name) == said


@pytest.mark.parametrize("word", ["cant_invite", "user_is_restricted", "ura_max_channels"])
async def test_who_is_not_let_in_keeps_out_nobody(
    word: str, slack: Slack, responder_for: ResponderFor
):
    slack.workspace.refuses["U0EVE"] = word
    responder = responder_for(invite=["U0EVE", "U0TIM"])
    note = await noted(responder, slack, only(always=True))
    assert note == f"invited in Slack: U0TIM; not let in: U0EVE ({word})"
    assert members(slack) == {"U0TIM"}


async def test_when_nobody_is_let_in_that_is_said(slack: Slack, responder_for: ResponderFor):
    slack.workspace.refuses["U0EVE"] = "cant_invite"
    note = await noted(responder_for(invite=["U0EVE"]), slack, only(always=True))
    assert note == "not let in: U0EVE (cant_invite)"


async def test_a_refusal_that_names_nobody_is_said_of_all(
    slack: Slack, responder_for: ResponderFor
):
    await slack.hurt("conversations.invite", says("cant_invite"))
    note = await noted(responder_for(invite=["U1", "U2"]), slack, only(always=True))
    assert note == "not let in: U1 (cant_invite); not let in: U2 (cant_invite)"


@pytest.mark.parametrize("word", ["already_in_channel", "cant_invite_self"])
async def test_who_is_there_already_stays(word: str, slack: Slack, responder_for: ResponderFor):
    await slack.hurt("conversations.invite", says(word))
    assert await noted(responder_for(invite=["U1"]), slack, only(always=True)) == (
        "invited in Slack: U1"
    )


async def test_an_invitation_sent_twice_does_no_harm(slack: Slack, responder_for: ResponderFor):
    _, receipt = await opened(slack)
    responder = responder_for(invite=["U1"])
    await slack.hurt("conversations.invite", drop(), times=1)
    lost = await responder.carry_out(first(only(always=True), room=receipt))
    assert isinstance(lost, Later)
    assert isinstance(await responder.carry_out(again(only(always=True), room=receipt)), Done)
    assert members(slack) == {"U1"}


async def test_an_address_is_asked_for_once(slack: Slack, responder: Responder):
    slack.workspace.emails["ada@example.com"] = "U0ADA"
    _, receipt = await opened(slack)
    for number in (1, 2):
        effect = invite(number, **(NOBODY | {"people": [ADA]}))
        await responder.carry_out(first(effect, room=receipt))
    assert len(slack.asked("users.lookupByEmail")) == 1


async def test_who_came_to_slack_later_is_found_then(slack: Slack, responder: Responder):
    _, receipt = await opened(slack)
    await responder.carry_out(first(only(people=[ADA]), room=receipt))
    slack.workspace.emails["ada@example.com"] = "U0ADA"
    await responder.carry_out(first(only(people=[ADA]), room=receipt))
    assert members(slack) == {"U0ADA"}


async def test_more_guests_than_slack_takes_are_counted(slack: Slack, responder: Responder):
    slack.workspace.groups["S0ALL"] = [f"U{number}" for number in range(GUESTS_MAX + 7)]
    note = await noted(responder, slack, only(owners=["S0ALL"]))
    assert len(members(slack)) == GUESTS_MAX
    assert note == f"invited in Slack: S0ALL; more than {GUESTS_MAX}"


@pytest.mark.parametrize("method", ["users.lookupByEmail", "usergroups.users.list"])
@pytest.mark.parametrize("word", ["missing_scope", "plan_upgrade_required", "no_permission"])
async def test_without_leave_to_look_people_up_the_others_are_asked(
    method: str, word: str, slack: Slack, responder_for: ResponderFor
):
    slack.workspace.emails["ada@example.com"], slack.workspace.groups["S0ONE"] = "U0ADA", ["U2"]
    await slack.hurt(method, says(word))
    effect = only(always=True, people=[ADA], owners=["S0ONE"])
    note = await noted(responder_for(invite=["U0TIM"]), slack, effect)
    assert f"Slack refused {method}: {word}" in note
    assert "U0TIM" in members(slack)
    assert len(members(slack)) == 2


# ── what ails every call ──


@pytest.mark.parametrize("method", ["users.lookupByEmail", "conversations.invite"])
@pytest.mark.parametrize(
    ("fault", "later"),
    [
        (throttle(30), Later(why="Slack asks us to wait", after_s=30)),
        (says("ratelimited"), Later(why="Slack asks us to wait")),
        (hang(), Later(why="Slack did not answer in time", unsure=True)),
    ],
    ids=str,
)
async def test_what_passes_is_tried_again(
    method: str, fault: Any, later: Later, slack: Slack, responder: Responder
):
    slack.workspace.emails["ada@example.com"] = "U0ADA"
    _, receipt = await opened(slack)
    await slack.hurt(method, fault)
    assert await responder.carry_out(first(only(people=[ADA]), room=receipt)) == later


async def test_who_cannot_be_asked_about_for_long_is_left_out_and_the_others_come(
    slack: Slack, responder_for: ResponderFor
):
    _, receipt = await opened(slack)
    await slack.hurt("users.lookupByEmail", status(503))
    responder = responder_for(invite=["U0TIM"])
    effect = first(only(always=True, people=[ADA]), room=receipt)
    answers = [await responder.carry_out(effect) for _ in range(TRIES_MAX)]
    assert [type(answer) for answer in answers] == [Later, Later, Done]
    assert answers[-1] == Done(
        {"channel": receipt["channel"]},
        note="invited in Slack: U0TIM; Ada Lovelace: Slack answered 503",
    )
    assert members(slack) == {"U0TIM"}


async def test_a_slack_that_takes_no_invitation_for_long_holds_up_nothing(
    slack: Slack, responder_for: ResponderFor
):
    _, receipt = await opened(slack)
    await slack.hurt("conversations.invite", status(503))
    responder = responder_for(invite=["U0TIM"])
    effect = first(only(always=True), room=receipt)
    answers = [await responder.carry_out(effect) for _ in range(TRIES_MAX)]
    assert answers[-1] == Done(
        {"channel": receipt["channel"]}, note="nobody asked in: Slack answered 503"
    )


@pytest.mark.parametrize("method", ["users.lookupByEmail", "conversations.invite"])
async def test_a_revoked_token_is_left_alone_for_a_while(
    method: str, slack: Slack, responder: Responder
):
    slack.workspace.emails["ada@example.com"] = "U0ADA"
    _, receipt = await opened(slack)
    await slack.hurt(method, says("token_revoked"))
    answer = await responder.carry_out(first(only(people=[ADA]), room=receipt))
    assert isinstance(answer, Later)
    assert answer.after_s == 300


@pytest.mark.parametrize(
    "word", ["missing_scope", "is_archived", "channel_not_found", "brand_new_word"]
)
async def test_a_room_that_takes_no_guests_holds_up_nothing(
    word: str, slack: Slack, responder_for: ResponderFor
):
    _, receipt = await opened(slack)
    await slack.hurt("conversations.invite", says(word))
    answer = await responder_for(invite=["U1"]).carry_out(first(only(always=True), room=receipt))
    assert isinstance(answer, Never)
    assert answer.why.startswith(f"Slack refused conversations.invite: {word}")


# ── in a thread ──


@pytest.fixture
async def thread(slack: Slack, responder_for: ResponderFor) -> dict[str, Any]:
    """The receipt of a room that is a thread."""
    fixed = slack.workspace.add_channel("incidents", BOT)
    await slack.hurt("conversations.create", says("restricted_action"))
    answer = await responder_for(fallback_channel=fixed.id).carry_out(first(room()))
    assert isinstance(answer, Done)
    return dict(answer.receipt)


async def test_in_a_thread_they_are_called_by_one_message(
    slack: Slack, responder_for: ResponderFor, thread: dict[str, Any]
):
    slack.workspace.emails["ada@example.com"] = "U0ADA"
    responder = responder_for(invite=["U0TIM"])
    effect = only(always=True, people=[ADA], why="us-42 is critical <!channel>")
    answer = await responder.carry_out(first(effect, room=thread))
    assert isinstance(answer, Done)
    assert answer.note == "called in Slack: U0TIM, Ada Lovelace"
    message = slack.workspace.channels[0].messages[-1]
    assert message.text == "<@U0TIM> <@U0ADA> us-42 is critical &lt;!channel&gt;"
    assert message.thread == thread["thread"]
    assert slack.asked("conversations.invite") == []


async def test_a_lost_call_is_not_made_twice(
    slack: Slack, responder_for: ResponderFor, thread: dict[str, Any]
):
    responder = responder_for(invite=["U0TIM"])
    await slack.hurt("chat.postMessage", drop(), times=1)
    await responder.carry_out(first(only(always=True), room=thread))
    answer = await responder.carry_out(again(only(always=True), room=thread))
    assert isinstance(answer, Done)
    assert len(slack.workspace.channels[0].messages) == 2


async def test_a_call_waits_for_its_second(
    slack: Slack, responder_for: ResponderFor, thread: dict[str, Any]
):
    responder = responder_for(invite=["U0TIM"])
    await responder.carry_out(first(only(always=True), room=thread))
    answer = await responder.carry_out(first(invite(2), room=thread))
    assert isinstance(answer, Later)
    assert answer.why == "one message a second to a channel"


async def test_in_a_thread_too_whoever_is_missing_is_said(
    slack: Slack, responder: Responder, thread: dict[str, Any]
):
    answer = await responder.carry_out(first(only(people=[ADA]), room=thread))
    assert answer == Done({"channel": thread["channel"]}, note="not in Slack: Ada Lovelace")
