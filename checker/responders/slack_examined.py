"""A look at Slack that nobody there notices: who we are, what the tokens may do, and whether people are heard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from checker.responders.contract_findings import Finding, Health, bad, ok, warning
from checker.responders.slack_answers import inside
from checker.responders.slack_line import Line
from checker.responders.slack_people import GROUP
from checker.responders.slack_refusals import MEND, Refused, Unanswered
from checker.responders.slack_settings import Settings
from probes.contract import one_line

# Scope → what cannot be done without it (docs.slack.dev/reference/scopes).
SCOPES = {
    "chat:write": "nothing can be said",
    "channels:manage": "no channel can be opened, named or filled with people",
    "channels:read": "a channel that a crash left behind is not found again",
    "channels:history": "a message whose answer was lost may be posted twice",
    "channels:join": "a public channel that the bot is not in cannot be used",
    "pins:write": "the summary is not pinned",
    "bookmarks:write": "the call, the pages and the runbooks are not above the room",
    "bookmarks:read": "a room that was cut off may get its bookmarks twice",
    "users:read": "people are called by their ids",
    "users:read.email": "who is on call, and owners known by e-mail, are not asked in",
    "files:write": "the analysis document is left as a message, not as a file",
}
HEARING = {
    "commands": "slash commands are not heard",
    "app_mentions:read": "mentions are not heard",
}
GROUPS = {"usergroups:read": "nobody of a user group in `people` is asked in"}
DIRECT = {
    "im:write": "a direct message goes where the person may not look at once",
    "im:history": "a direct message whose answer was lost may be sent twice",
}
VITAL = ("chat:write", "channels:manage")
LOOK_AT_WAY = "look at base_url, proxies and the way out to slack.com"
SECRET = re.compile(r"[0-9a-f]{32}")  # as Slack makes them


async def examined(line: Line, settings: Settings) -> list[Finding]:
    """Tokens, workspace, scopes, and the ways in."""
    found = await _of_bot(line, settings)
    if settings.app_token is not None:
        found.append(await _of_app(line, settings.app_token))
    if settings.signing_secret is not None:
        found += _of_secret(settings.signing_secret)
    return found


def scopes_for(settings: Settings) -> Mapping[str, str]:
    """The scopes that these settings need, and what is lost without each."""
    groups = any(GROUP.fullmatch(address) for address in settings.people.values())
    return (
        SCOPES
        | (HEARING if settings.hears else {})
        | (GROUPS if groups else {})
        | (DIRECT if settings.page_users else {})
    )


async def _of_bot(line: Line, settings: Settings) -> list[Finding]:
    try:
        us, header = await line.introduce()
    except Refused as no:
        return [bad(f"Slack refused {no.method}: {no.word}", MEND.get(no.word, LOOK_AT_WAY))]
    except Unanswered as lost:
        return [bad(lost.later.why, LOOK_AT_WAY)]
    team = one_line(str(inside(us, "team") or inside(us, "team_id")))
    me = one_line(str(inside(us, "user") or inside(us, "user_id")))
    return [ok(f"Slack's token is good: {me} at {team}"), *_of_scopes(header, settings)]


def _of_scopes(header: str | None, settings: Settings) -> Iterator[Finding]:
    if header is None:
        yield warning("Slack did not say which scopes the token has", "try `checker drill`")
        return
    granted, asked = {scope.strip() for scope in header.split(",")}, scopes_for(settings)
    missing = [scope for scope in asked if scope not in granted]
    for scope in missing:
        to_do = f"add {scope} to the app and install it again"
        yield Finding(_weight(scope, settings), f"no scope {scope}: {asked[scope]}", to_do)
    if not missing:
        yield ok(f"Slack's token has all {len(asked)} scopes that are needed")


def _weight(scope: str, settings: Settings) -> Health:
    spared = scope == "channels:manage" and settings.fallback_channel is not None
    return Health.BAD if scope in VITAL and not spared else Health.WARNING


async def _of_app(line: Line, token: SecretStr) -> Finding:
    """Asks where one would connect to, and does not connect."""
    request = line.client.apps_connections_open(app_token=token.get_secret_value())
    try:
        await line.ask(request)
    except Refused as no:
        hint = {
            "missing_scope": "give the app-level token the scope connections:write",
            "forbidden_team": "install the app in this workspace",
        }.get(no.word, "make an app-level token with the scope connections:write, and put it in")
        return bad(f"Slack refused {no.method}: {no.word}; nobody is heard", hint)
    except Unanswered as lost:
        return bad(lost.later.why, LOOK_AT_WAY)
    return ok("Slack's app token is good: people are heard over Socket Mode")


def _of_secret(secret: SecretStr) -> Iterator[Finding]:
    if SECRET.fullmatch(secret.get_secret_value()):
        yield ok("Slack's signing secret looks like one; only Slack's first delivery proves it")
    else:
        to_do = "copy it from Basic Information of the app: 32 of 0-9 and a-f"
        yield warning("Slack's signing secret does not look like one of Slack's", to_do)
