"""A look at Slack that nobody there notices: who we are, and what the token may do."""

from __future__ import annotations

from collections.abc import Iterator

from checker.responders.contract_findings import Finding, Health, bad, ok, warning
from checker.responders.slack_answers import inside
from checker.responders.slack_refusals import MEND, Refused, Unanswered
from checker.responders.slack_workspace import Workspace
from probes.contract import one_line

# Scope → what cannot be done without it (docs.slack.dev/reference/scopes).
SCOPES = {
    "chat:write": "nothing can be said",
    "channels:manage": "no channel can be opened, named or filled with people",
    "channels:read": "a channel that a crash left behind is not found again",
    "channels:history": "a message whose answer was lost may be posted twice",
    "channels:join": "a public channel that the bot is not in cannot be used",
    "pins:write": "the summary is not pinned",
}
VITAL = ("chat:write", "channels:manage")
LOOK_AT_WAY = "look at base_url, proxies and the way out to slack.com"


async def examined(workspace: Workspace, has_fallback: bool) -> list[Finding]:
    """Token, workspace and scopes. With `has_fallback`, there is a channel for when none can be opened."""
    try:
        us, scopes = await workspace.introduce()
    except Refused as no:
        return [bad(f"Slack refused {no.method}: {no.word}", MEND.get(no.word, LOOK_AT_WAY))]
    except Unanswered as lost:
        return [bad(lost.later.why, LOOK_AT_WAY)]
    team = one_line(str(inside(us, "team") or inside(us, "team_id")))
    me = one_line(str(inside(us, "user") or inside(us, "user_id")))
    return [ok(f"Slack's token is good: {me} at {team}"), *_of_scopes(scopes, has_fallback)]


def _of_scopes(header: str | None, has_fallback: bool) -> Iterator[Finding]:
    if header is None:
        yield warning("Slack did not say which scopes the token has", "try `checker drill`")
        return
    granted = {scope.strip() for scope in header.split(",")}
    missing = [scope for scope in SCOPES if scope not in granted]
    for scope in missing:
        to_do = f"add {scope} to the app and install it again"
        yield Finding(_weight(scope, has_fallback), f"no scope {scope}: {SCOPES[scope]}", to_do)
    if not missing:
        yield ok(f"Slack's token has all {len(SCOPES)} scopes that are needed")


def _weight(scope: str, has_fallback: bool) -> Health:
    spared = scope == "channels:manage" and has_fallback
    return Health.BAD if scope in VITAL and not spared else Health.WARNING
