"""UptimeRobot's status page: one announcement for each incident, edited as things change, ended with it.

API v3 (uptimerobot.com/api/v3): POST, GET and PATCH of /psps/{id}/announcements; it has no delete and no key by which
it would know a request again. So the last line of each announcement is a reference of ours, by which it is found when
an answer was lost.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr

from checker.core.model import Duty, Effect
from checker.responders.contract import (
    Answer,
    ApiUrl,
    Attempt,
    Done,
    Later,
    Never,
    ResponderSettings,
)
from checker.responders.contract_findings import Finding, bad, ok
from checker.responders.contract_http import Declined, NotDone, Outside, Terms, as_json, visible
from probes.contract import one_line

TITLE_MIN, TITLE_MAX = 3, 255  # characters; UptimeRobot's
CONTENT_MAX = 2000  # UptimeRobot's
PAGES_MAX = 5  # of announcements that are searched, newest first
LEFT_ALONE = "left alone: somebody has changed it"
MEND = {
    401: "put in the account's main API key",
    403: "the key must be the main one, and the plan must have announcements",
    404: "look at page_id and base_url",
}


class Settings(ResponderSettings):
    """One public status page."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PUBLISH, Duty.WITHDRAW})

    api_key: Annotated[SecretStr, AfterValidator(visible)] = Field(
        description="the account's main API key; a read-only one cannot announce"
    )
    page_id: int = Field(gt=0, description="the number of the public status page")
    base_url: ApiUrl = Field(
        AnyHttpUrl("https://api.uptimerobot.com/v3"), description="where the API is"
    )
    timeout_s: float = Field(5.0, gt=0, le=60, description="of one request; it takes two or three")


class Responder:
    """Announces for PUBLISH; says in the same announcement that it is over for WITHDRAW."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None = None) -> None:
        base = str(settings.base_url).rstrip("/")
        self._url = f"{base}/psps/{settings.page_id}/announcements"
        self._robot = Outside(_terms(settings), tls)

    async def carry_out(self, attempt: Attempt) -> Answer:
        try:
            there = await self._there(attempt)
            if isinstance(there, Never | Done):
                return there
            return await self._announce(attempt.effect, there)
        except NotDone as no:
            return no.answer

    async def examine(self) -> list[Finding]:
        """Whether the page's announcements can be read. Whether they can be written, only writing shows."""
        try:
            await self._robot.ask_for_object("GET", self._url)
        except NotDone as no:
            return [bad(no.answer.why, "look at api_key, page_id and base_url")]
        return [
            ok("UptimeRobot shows the status page's announcements; the key must be the main one")
        ]

    async def close(self) -> None:
        await self._robot.close()

    async def _announce(self, effect: Effect, there: int | None) -> Done:
        """A new announcement, or the one that is there as it should be now."""
        content = as_json(announcement(effect))
        if there is None:
            made = await self._robot.ask_for_object("POST", self._url, content)
        else:
            made = await self._robot.ask_for_object("PATCH", f"{self._url}/{there}", content)
        number = made.get("id", there)
        if not isinstance(number, int):
            raise NotDone(Later("UptimeRobot's answer does not name the announcement", unsure=True))
        if effect.duty is Duty.WITHDRAW:
            return Done({"at": effect.at}, "the status page says that it is over")
        # As UptimeRobot shows it: it may write our words in its own way.
        receipt = {"at": effect.at, "id": number, "words": _words(made)}
        return Done(
            receipt, f"the status page says: {one_line(effect.payload['title'], TITLE_MAX)}"
        )

    async def _there(self, attempt: Attempt) -> int | Done | Never | None:
        """The number of the incident's announcement, None if there is none yet; or why to leave it."""
        effect = attempt.effect
        ends = effect.duty is Duty.WITHDRAW
        receipt = _newest(attempt.receipts)
        if receipt is not None:
            return await self._still_ours(attempt, receipt)
        found = await self._found(effect) if attempt.unsure or ends else None
        if ends and found is None:
            return Done({"at": effect.at}, "the status page: nothing of ours is up")
        return found

    async def _still_ours(
        self, attempt: Attempt, receipt: Mapping[str, Any]
    ) -> int | Done | Never | None:
        """The announcement's number, if it stands as we left it."""
        number, ends = int(receipt["id"]), attempt.effect.duty is Duty.WITHDRAW
        try:
            shown = await self._robot.ask_for_object("GET", f"{self._url}/{number}")
        except Declined as no:
            if no.status != 404:
                raise
            gone = "the status page: the announcement is gone"
            return Done({"at": attempt.effect.at}, gone) if ends else None
        # After a lost answer it may say what we wanted it to say since.
        if attempt.unsure or _words(shown) == receipt["words"]:
            return number
        if ends:
            return Done({"at": attempt.effect.at}, f"the status page is {LEFT_ALONE}")
        return Never(f"the status page is {LEFT_ALONE}; edit it there")

    async def _found(self, effect: Effect) -> int | None:
        """The number of the newest announcement with the incident's reference."""
        cursor = ""
        for _ in range(PAGES_MAX):
            page = await self._robot.ask_for_object("GET", f"{self._url}{cursor}")
            shown = page.get("data")
            for one in shown if isinstance(shown, list) else ():
                if isinstance(one, dict) and _is_of(one, effect) and isinstance(one.get("id"), int):
                    return int(one["id"])
            if not isinstance(page.get("nextCursorId"), int):
                break
            cursor = f"?cursor={page['nextCursorId']}"
        return None


def announcement(effect: Effect) -> dict[str, Any]:
    """The body of POST and PATCH: what is announced, within UptimeRobot's limits."""
    payload, ends = effect.payload, effect.duty is Duty.WITHDRAW
    title = _safe(one_line(payload["title"], TITLE_MAX))
    last = reference(effect)
    text = _safe(_lines(payload["text"], CONTENT_MAX - len(last) - 2))
    body = {
        "title": title if len(title) >= TITLE_MIN else "Incident",
        "content": f"{text}\n\n{last}" if text else last,
        "status": "Published",
        "type": "Info" if ends else "Issue",
    }
    since = {} if ends else {"startDate": _stamp(payload["since"])}
    return body | since | {"endDate": _stamp(effect.at) if ends else None}


def reference(effect: Effect) -> str:
    """The last line of each announcement of the incident."""
    return f"Reference: {one_line(effect.payload['key'], 120)}"


def _is_of(shown: Mapping[str, Any], effect: Effect) -> bool:
    return str(shown.get("content")).rstrip().endswith(reference(effect))


def _words(shown: Mapping[str, Any]) -> list[str]:
    return [str(shown.get("title")), str(shown.get("content")), str(shown.get("status"))]


def _newest(receipts: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest receipt, if it is of an announcement that is up for all we know."""
    kept = [receipt for receipt in receipts.values() if "at" in receipt]
    last = max(kept, key=lambda receipt: float(receipt["at"]), default=None)
    return last if last and "id" in last else None


def _lines(text: str, limit: int) -> str:
    """With its line breaks, no longer than `limit`."""
    lines = "\n".join(one_line(line, limit) for line in text[: 4 * limit].splitlines()).strip()
    return lines if len(lines) <= limit else lines[: limit - 1] + "…"


def _safe(text: str) -> str:
    """Without the signs that begin HTML: nobody says whether the page would show or obey them."""
    return text.replace("<", "‹").replace(">", "›")


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _terms(settings: Settings) -> Terms:
    key = settings.api_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return Terms("UptimeRobot", settings.timeout_s, headers, MEND, (key,))
