"""What Slack accepts: names, lengths and blocks, each with the word it refuses by (docs.slack.dev, method pages)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NAME_MAX = 80
TOPIC_MAX = 250
TEXT_MAX = 40_000
UPDATE_TEXT_MAX = 4_000
BLOCKS_MAX = 50
SECTION_MAX = 3_000
FIELD_MAX = 2_000
FIELDS_MAX = 10
HEADER_MAX = 150
ALL_BLOCKS_MAX = 13_200  # undocumented; seen in the wild
BOOKMARKS_MAX = 100
BUTTONS_MAX = 25
LABEL_MAX = 75
VALUE_MAX = 2_000
ID_MAX = 255


class No(Exception):
    """Refused, with Slack's word for it."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.more = more


def check_name(name: str) -> None:
    if not name:
        raise No("invalid_name_required")
    if len(name) > NAME_MAX:
        raise No("invalid_name_maxlength")
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        raise No("invalid_name_specials")


def check_message(args: dict[str, Any], text_max: int = TEXT_MAX) -> None:
    text, blocks = args.get("text") or "", args.get("blocks") or []
    if not text and not blocks:
        raise No("no_text")
    if len(text) > text_max:
        raise No("msg_too_long")
    if len(blocks) > BLOCKS_MAX:
        raise No("invalid_blocks")
    for block in blocks:
        _check_block(block)
    if sum(len(t) for block in blocks for t in texts(block)) > ALL_BLOCKS_MAX:
        raise No("msg_blocks_too_long")


def check_bookmark(args: dict[str, Any], there: int) -> None:
    if there >= BOOKMARKS_MAX:
        raise No("too_many_bookmarks")
    if not args.get("title"):
        raise No("invalid_arguments")
    if args.get("type") != "link":
        raise No("invalid_bookmark_type")
    if not str(args.get("link")).startswith(("http://", "https://")):
        raise No("invalid_link")


def check_metadata(metadata: Any) -> None:
    if metadata is None:
        return
    shaped = isinstance(metadata, dict) and set(metadata) == {"event_type", "event_payload"}
    if not shaped or not isinstance(metadata["event_payload"], dict):
        raise No("invalid_metadata_format")


def texts(block: Any) -> Iterator[str]:
    """Every string under a key called `text`, however deep."""
    if isinstance(block, list):
        for part in block:
            yield from texts(part)
    elif isinstance(block, dict):
        for key, value in block.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts(value)


def _check_block(block: dict[str, Any]) -> None:
    kind = block.get("type")
    if kind == "header":
        check_text(block.get("text"), HEADER_MAX, ("plain_text",))
    elif kind == "section":
        _check_section(block)
    elif kind == "context":
        elements = block.get("elements") or []
        if not 1 <= len(elements) <= FIELDS_MAX:
            raise No("invalid_blocks")
        for element in elements:
            check_text(element, SECTION_MAX)
    elif kind == "actions":
        _check_buttons(block.get("elements") or [])
    elif kind != "divider":
        raise No("invalid_blocks")


def _check_section(block: dict[str, Any]) -> None:
    fields = block.get("fields") or []
    if (not fields and not block.get("text")) or len(fields) > FIELDS_MAX:
        raise No("invalid_blocks")
    for piece in fields:
        check_text(piece, FIELD_MAX)
    if block.get("text"):
        check_text(block["text"], SECTION_MAX)


def _check_buttons(buttons: list[dict[str, Any]]) -> None:
    ids = [button.get("action_id", "") for button in buttons]
    if not 1 <= len(buttons) <= BUTTONS_MAX or len(set(ids)) != len(ids):
        raise No("invalid_blocks")
    for button in buttons:
        check_text(button.get("text"), LABEL_MAX, ("plain_text",))
        wrong = (
            button.get("type") != "button"
            or not 1 <= len(button.get("action_id", "")) <= ID_MAX
            or not 1 <= len(button.get("value", "x")) <= VALUE_MAX
            or button.get("style", "primary") not in ("primary", "danger")
        )
        if wrong:
            raise No("invalid_blocks")


def check_text(text: Any, limit: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> None:
    right = isinstance(text, dict) and text.get("type") in kinds
    if not right or not 1 <= len(text.get("text") or "") <= limit:
        raise No("invalid_blocks")
