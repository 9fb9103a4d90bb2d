"""The people of a Slack workspace: who they are, and how they are brought into a channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.world.slack_limits import No

if TYPE_CHECKING:
    from tests.world.slack_workspace import Channel, Workspace

BOT = "UBOT"
INVITED_MAX = 100  # by one call
Args = dict[str, Any]


def methods(workspace: Workspace) -> dict[str, Callable[[Args], Args]]:
    return {
        "users.info": lambda args: _person(workspace, args["user"]),
        "users.lookupByEmail": lambda args: _by_email(workspace, args["email"]),
        "usergroups.users.list": lambda args: _members(workspace, args["usergroup"]),
    }


def invite(channel: Channel, users: list[str], force: bool, refuses: dict[str, str]) -> Args:
    """With `force`, whoever can be is let in, and the others are named beside them."""
    if not 1 <= len(users) <= INVITED_MAX:
        raise No("invalid_arguments")
    words = {user: _refusal(channel, user, refuses) for user in users}
    errors = [{"user": u, "ok": False, "error": word} for u, word in words.items() if word]
    let_in = [user for user, word in words.items() if not word]
    if errors and (not force or not let_in):
        raise No(errors[0]["error"], errors=errors)
    channel.members.update(let_in)
    return {"channel": {"id": channel.id}} | ({"errors": errors} if errors else {})


def _refusal(channel: Channel, user: str, refuses: dict[str, str]) -> str:
    if user == BOT:
        return "cant_invite_self"
    if user in channel.members:
        return "already_in_channel"
    return refuses.get(user, "" if user.startswith(("U", "W")) else "user_not_found")


def _person(workspace: Workspace, user: str) -> Args:
    if user not in workspace.people:
        raise No("user_not_found")
    told = {"id": user, "name": workspace.people[user]}
    full = workspace.full_names.get(user)
    return {"user": told | ({"real_name": full} if full else {})}


def _by_email(workspace: Workspace, email: str) -> Args:
    if email not in workspace.emails:
        raise No("users_not_found")
    return {"user": {"id": workspace.emails[email], "profile": {"email": email}}}


def _members(workspace: Workspace, group: str) -> Args:
    if group not in workspace.groups:
        raise No("no_such_subteam")
    return {"users": workspace.groups[group]}
