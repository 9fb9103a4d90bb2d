"""The bar of links above a room: the call, the status page, the dashboard, the runbooks of what fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.responders.slack_message import TOPIC_MAX, escaped
from checker.responders.slack_refusals import Refused, Unanswered
from checker.responders.slack_workspace import Workspace
from probes.contract import one_line

BOOKMARKS_MAX = 10  # ours, in one room: each is a call to Slack, and more are not read
TITLE_MAX = 80  # ours, characters

Link = tuple[str, str]  # its title, and where it leads


def wanted(
    fixed: Iterable[tuple[str, str | None]], runbooks: Iterable[Mapping[str, str]]
) -> list[Link]:
    """The links to have, in order; of two with one title the first, and no more than BOOKMARKS_MAX."""
    links = [*fixed, *((book["text"], book["href"]) for book in runbooks)]
    by_title: dict[str, str] = {}
    for title, href in links:
        if href:
            by_title.setdefault(one_line(title, TITLE_MAX), href)
    return list(by_title.items())[:BOOKMARKS_MAX]


async def bookmark(workspace: Workspace, channel: str, links: Iterable[Link], look: bool) -> str:
    """Adds those whose title is not there yet; says what is missing, for no room fails for a link.

    `look`: there may be some already. Stops at the first that Slack does not take.
    """
    try:
        there = await workspace.bookmarks(channel) if look else frozenset()
        for title, href in links:
            if title not in there:
                await workspace.add_bookmark(channel, title, href)
    except Refused as no:
        # Somebody has filled the bar: there is no place left, and nothing to mend.
        return "" if no.word == "too_many_bookmarks" else f"Slack refused {no.method}: {no.word}"
    except Unanswered as lost:
        return f"bookmarks are missing: {lost.later.why}"
    return ""


def topic_with(call_url: str | None, topic: str) -> str:
    """The topic with the link to the call at its end: whoever is late finds it there."""
    if call_url is None:
        return escaped(topic, TOPIC_MAX)
    call = f" · {escaped(call_url, TOPIC_MAX)}"
    return escaped(topic, TOPIC_MAX - len(call)) + call
