"""Modals: what Slack takes for one, and which are open. docs.slack.dev, "Modals", views.open."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.world.slack_limits import No, check_text

if TYPE_CHECKING:
    from tests.world.slack_workspace import Workspace

TITLE_MAX = 24
BLOCKS_MAX = 100
METADATA_MAX = 3000
ID_MAX = 255
INPUT_MAX = 3000
LABEL_MAX = 2000
VIEW_MAX = 250_000  # bytes

Args = dict[str, Any]


def methods(workspace: Workspace) -> dict[str, Callable[[Args], Args]]:
    return {"views.open": lambda args: _open(workspace, args)}


def _open(workspace: Workspace, args: Args) -> Args:
    trigger = args.get("trigger_id")
    if not trigger:
        raise No("invalid_trigger_id")
    if trigger in workspace.triggers:
        raise No("exchanged_trigger_id")
    check_view(args.get("view"))
    workspace.triggers.add(trigger)
    view = args["view"] | {"id": f"V{len(workspace.views) + 1:04}", "hash": "1.abc"}
    workspace.views.append(view)
    return {"view": view}


def check_view(view: Any) -> None:
    """Raises No for what Slack would not show."""
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise No("invalid_arguments")
    if len(json.dumps(view).encode()) > VIEW_MAX:
        raise No("view_too_large")
    try:
        _check(view)
    except No:
        raise No("invalid_arguments") from None


def _check(view: dict[str, Any]) -> None:
    blocks = view.get("blocks") or []
    check_text(view.get("title"), TITLE_MAX, ("plain_text",))
    for name in ("submit", "close"):
        if name in view:
            check_text(view[name], TITLE_MAX, ("plain_text",))
    inputs = [block for block in blocks if block.get("type") == "input"]
    ids = [block.get("block_id") for block in inputs]
    wrong = (
        not 1 <= len(blocks) <= BLOCKS_MAX
        or len(view.get("private_metadata", "")) > METADATA_MAX
        or len(view.get("callback_id", "")) > ID_MAX
        or (inputs and "submit" not in view)
        or len(set(ids)) != len(ids)
    )
    if wrong:
        raise No("invalid_arguments")
    for block in blocks:
        _check_block(block)


def _check_block(block: dict[str, Any]) -> None:
    if block.get("type") == "section":
        check_text(block.get("text"), 3000)
        return
    if block.get("type") != "input":
        raise No("invalid_arguments")
    check_text(block.get("label"), LABEL_MAX, ("plain_text",))
    element = block.get("element") or {}
    longest = element.get("max_length", INPUT_MAX)
    wrong = (
        element.get("type") != "plain_text_input"
        or not 1 <= len(element.get("action_id", "")) <= ID_MAX
        or not 1 <= longest <= INPUT_MAX
        or len(element.get("initial_value", "")) > longest
    )
    if wrong:
        raise No("invalid_arguments")
