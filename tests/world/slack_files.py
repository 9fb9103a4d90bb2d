"""Files of a Slack workspace: an address is asked for, the bytes go there, and then it is shown somewhere.

docs.slack.dev, files.getUploadURLExternal and files.completeUploadExternal.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.world.slack_limits import No

if TYPE_CHECKING:
    from tests.world.slack_workspace import Workspace

Args = dict[str, Any]


@dataclass
class Upload:
    """`content`: None until it was sent; `title`: empty until it is shown."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    title: str = ""


def methods(workspace: Workspace) -> dict[str, Callable[[Args], Args]]:
    return {
        "files.getUploadURLExternal": lambda args: _address(workspace, args),
        "files.completeUploadExternal": lambda args: _show(workspace, args),
    }


def _address(workspace: Workspace, args: Args) -> Args:
    length = int(args.get("length") or 0)
    if not args.get("filename") or length < 1:
        raise No("missing_argument")
    upload = Upload(f"F{len(workspace.files) + 1:04}", args["filename"], length)
    workspace.files.append(upload)
    return {"upload_url": f"{workspace.address}/upload/{upload.id}", "file_id": upload.id}


def _show(workspace: Workspace, args: Args) -> Args:
    shown = []
    for one in json.loads(args["files"]):
        upload = next((u for u in workspace.files if u.id == one["id"]), None)
        if upload is None or upload.content is None or len(upload.content) != upload.length:
            raise No("file_not_found")
        upload.title = one.get("title") or upload.name
        shown.append({"id": upload.id, "name": upload.name, "title": upload.title})
    if args.get("channel_id"):
        text, thread = args.get("initial_comment") or "", args.get("thread_ts") or ""
        workspace.show(args["channel_id"], text, thread, shown)
    return {"files": shown}
