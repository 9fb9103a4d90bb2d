"""Leaving a file in a workspace: docs.slack.dev, "Working with files", in its three steps."""

from __future__ import annotations

import aiohttp

from checker.responders.contract import Later
from checker.responders.slack_answers import needed
from checker.responders.slack_line import Line, Place
from checker.responders.slack_refusals import Unanswered


class Files:
    """Uploads. Raises Refused or Unanswered; before `share`, nobody sees anything of it."""

    def __init__(self, line: Line, base_url: str) -> None:
        self._line = line
        self._may_be_plain = base_url.startswith("http://")  # only a fake is called without TLS

    async def upload(self, name: str, content: bytes) -> str:
        """The id of the new file, which is in no channel yet."""
        request = self._line.client.files_getUploadURLExternal(filename=name, length=len(content))
        answer = await self._line.ask(request)
        url, id_ = needed(answer, "upload_url"), needed(answer, "file_id")
        if not url.startswith("https://") and not self._may_be_plain:
            raise Unanswered(Later(why="Slack named an address for the file that is not https://"))
        await self._send(url, content)
        return id_

    async def share(self, place: Place, id_: str, title: str, comment: str) -> None:
        """Shows the file in the place, as a message with this comment."""
        await self._line.ask(
            self._line.client.files_completeUploadExternal(
                files=[{"id": id_, "title": title}],
                channel_id=place.channel,
                thread_ts=place.thread or None,
                initial_comment=comment,
            )
        )

    async def _send(self, url: str, content: bytes) -> None:
        """To an address that is good for this file alone: no token goes there."""
        try:
            async with self._line.session().post(url, data=content) as answer:
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            # Not its text: that may hold the address.
            why = f"the file could not be sent to Slack: {type(error).__name__}"
            raise Unanswered(Later(why=why)) from None
        if status != 200:
            raise Unanswered(Later(why=f"Slack answered {status} to the file"))
