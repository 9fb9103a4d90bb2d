"""A notice as a Slack message, in Block Kit, under every limit that Slack documents.

Text from outside stands in plain_text objects, which Slack neither formats nor scans for mentions, and its three
control characters are escaped all the same (docs.slack.dev, "Formatting message text").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
    TextObject,
)

from checker.responders.slack_buttons import button_row, weight
from probes.contract import one_line

HEADER_MAX = 150  # Slack's, of a header block
TOPIC_MAX = 250  # Slack's, of a topic and of a purpose
LABEL_MAX = 100  # ours
VALUE_MAX = 1900  # a field takes 2000, with the brackets of a link
WHOLE_MAX = 2900  # ours, of a title that its header cuts: a person's note; a section takes 3000
NEXT_MAX = 1000  # ours; a section takes 3000, with the brackets of many links
ROWS_MAX = 40  # ours: 8 sections of the 50 blocks
ALL_MAX = 11_000  # characters of rows and buttons; more than about 13 200 in all are refused, undocumented
PLAIN_MAX = 2000  # of a message without blocks; chat.update takes 4000
ROWS_IN_SECTION = 5  # a section takes ten fields, and a row is two

LINK = re.compile(r"https?://[^\s|]*[^\s|.,;:]")
# Of a notice's mood, and else of its incident's phase: a note about what is over is no alarm.
SIGNS = {"recovered": "🟢", "closed": "✅", "cancelled": "⚪"}
SEVERITY_SIGNS = {"minor": "🟡", "major": "🟠", "critical": "🔴"}


@dataclass(frozen=True, slots=True)
class Message:
    """`text` is what a notification shows, and all there is when `blocks` is empty."""

    text: str
    blocks: Sequence[dict[str, Any]] = ()
    is_formatted: bool = True  # False: Slack shows stars and the like as they are


Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Manner:
    """How notices are said here. `buttons`: somebody hears them. `sync_owner`: the id of who is called for a sync."""

    buttons: bool = True
    sync_owner: str | None = None

    def called(self, notice: Mapping[str, Any]) -> str:
        """The mention of whom the notice is for; empty if it calls nobody."""
        asked = notice.get("attention") == "sync" and self.sync_owner
        return f"<@{self.sync_owner}>" if asked else ""

    def following(self, notice: Mapping[str, Any]) -> str:
        """What to do next: by a button where there are some, else on the command line."""
        by_command: str = notice["next"]
        return notice.get("next_here", by_command) if self.buttons else by_command


USUAL = Manner()


def full(notice: Mapping[str, Any], manner: Manner = USUAL) -> Message:
    """The notice as a header, a table, what to do next, and what can be said to it by a button."""
    title = f"{_sign(notice)} {escaped(notice['title'], HEADER_MAX - 2)}"
    # Older effects in the outbox have no actions.
    row = button_row(notice.get("actions", ()) if manner.buttons else ())
    whole = _whole(notice)
    left = ALL_MAX - weight(row) - len(whole)
    head = HeaderBlock(text=PlainTextObject(text=title, emoji=False))
    body = [SectionBlock(text=PlainTextObject(text=whole, emoji=False))] if whole else []
    blocks: list[Block] = [head, *body, *_tables(_rows(notice, left))]
    if following := manner.following(notice):
        # Our own words and the config's links: nothing in it comes from outside.
        then = LINK.sub(r"<\g<0>>", escaped(following, NEXT_MAX))
        blocks.append(SectionBlock(text=MarkdownTextObject(text=f"→ {then}", verbatim=True)))
    called = manner.called(notice)
    if called:
        blocks.append(SectionBlock(text=MarkdownTextObject(text=called, verbatim=True)))
    if row:
        blocks.append(row)
    text = f"{title} {called}" if called else title
    return Message(text=text, blocks=[block.to_dict() for block in blocks])


def plain(notice: Mapping[str, Any], manner: Manner = USUAL) -> Message:
    """The same in few words and without blocks, for when Slack will not take them."""
    called = manner.called(notice)
    head = f"{_sign(notice)} {escaped(notice['title'], HEADER_MAX)}"
    lines = [f"{head} {called}" if called else head]
    if _whole(notice):
        lines.append(escaped_lines(notice["title"], PLAIN_MAX // 2))
    left = PLAIN_MAX - sum(map(len, lines))
    for label, value in _rows(notice, ALL_MAX):
        left -= len(label) + len(value) + 3
        if left < 0:
            break
        lines.append(f"{label}: {value}")
    return Message(text="\n".join(lines))


def escaped(text: str, limit: int) -> str:
    """`text` as one line of 1 to `limit` characters that Slack shows as it is."""
    return _fitted(one_line(text, limit), limit)


def escaped_lines(text: str, limit: int) -> str:
    """The same, with the line breaks left in."""
    lines = text[: 4 * limit].split("\n")
    return _fitted("\n".join(one_line(line, limit) for line in lines), limit)


def _fitted(text: str, limit: int) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(safe) > limit:
        safe = re.sub(r"&[a-z]*$", "", safe[: limit - 1]) + "…"  # no half entity at the cut
    return safe.strip() or "–"


def _sign(notice: Mapping[str, Any]) -> str:
    ended = SIGNS.get(notice["mood"]) or SIGNS.get(notice.get("phase", ""))
    return ended or SEVERITY_SIGNS.get(notice["severity"], "🟠")


def _whole(notice: Mapping[str, Any]) -> str:
    """What the header cuts, from its beginning; empty if it cuts nothing."""
    title = notice["title"]
    if escaped(title, HEADER_MAX - 2) == escaped(title, WHOLE_MAX) and "\n" not in title.strip():
        return ""
    return escaped_lines(title, WHOLE_MAX)


def _rows(notice: Mapping[str, Any], left: int) -> list[Row]:
    """The notice's lines, with no more than `left` characters."""
    rows: list[Row] = []
    for line in notice["lines"]:
        row = escaped(line["label"], LABEL_MAX), escaped_lines(line["text"], VALUE_MAX)
        left -= len(row[0]) + len(row[1])
        if left < 0 or len(rows) == ROWS_MAX - 1:
            rows.append(("…", f"and {len(notice['lines']) - len(rows)} more lines"))
            break
        rows.append(row)
    return rows


def _tables(rows: Sequence[Row]) -> Iterator[SectionBlock]:
    """Two columns: what it is, and what it says."""
    for start in range(0, len(rows), ROWS_IN_SECTION):
        some = rows[start : start + ROWS_IN_SECTION]
        yield SectionBlock(fields=[cell for row in some for cell in _cells(*row)])


def _cells(label: str, value: str) -> tuple[TextObject, TextObject]:
    name = MarkdownTextObject(text=f"*{label}*", verbatim=True)
    if LINK.fullmatch(value):
        return name, MarkdownTextObject(text=f"<{value}>", verbatim=True)
    return name, PlainTextObject(text=value, emoji=False)
