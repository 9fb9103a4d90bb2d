"""An UptimeRobot on loopback: the announcements of one public status page, by its API v3."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.world.door import Fake, Right

KEY = "ur-main-of-the-world"
PAGE = 42
PAGE_SIZE = 3  # of announcements in one answer
STATUSES = ("Offline", "Pending", "Published", "Archived")
TYPES = ("Info", "Maintenance", "Issue")


class UptimeRobot(Fake):
    """`announcements` is what the page has, oldest first."""

    def __init__(self) -> None:
        self.key = KEY
        self.has_plan = True  # announcements are not in every plan
        self.announcements: list[dict[str, Any]] = []
        super().__init__()

    def routes(self) -> list[tuple[str, str, str, Right]]:
        page, one = "/v3/psps/{page}/announcements", "/v3/psps/{page}/announcements/{number}"
        return [
            ("GET", page, "list", self.show_all),
            ("POST", page, "create", self.create),
            ("GET", one, "get", self.show),
            ("PATCH", one, "update", self.update),
        ]

    @property
    def api(self) -> str:
        """What a client takes as its base URL."""
        return f"{self.address}/v3"

    async def show_all(self, request: web.Request) -> web.Response:
        """The newest first, page by page."""
        if refusal := self._refusal(request):
            return refusal
        start = int(request.query.get("cursor", 0))
        newest = self.announcements[::-1]
        more = start + PAGE_SIZE < len(newest)
        return web.json_response(
            {
                "data": newest[start : start + PAGE_SIZE],
                "nextLink": None,
                "nextCursorId": start + PAGE_SIZE if more else None,
            }
        )

    async def create(self, request: web.Request) -> web.Response:
        body = await request.json()
        if refusal := self._refusal(request) or _refused(body):
            return refusal
        made = {"id": 100 + len(self.announcements), "pspId": PAGE, "pinned": False} | body
        self.announcements.append(made)
        return web.json_response(made, status=201)

    async def show(self, request: web.Request) -> web.Response:
        return self._refusal(request) or self._one(request) or _no(404, "Announcement not found")

    async def update(self, request: web.Request) -> web.Response:
        body = await request.json()
        if refusal := self._refusal(request) or _refused(body):
            return refusal
        for one in self.announcements:
            if str(one["id"]) == request.match_info["number"]:
                one.update(body)
        return self._one(request) or _no(404, "Announcement not found")

    def _one(self, request: web.Request) -> web.Response | None:
        number = request.match_info["number"]
        found = next((one for one in self.announcements if str(one["id"]) == number), None)
        return web.json_response(found) if found else None

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _no(401, "Invalid or missing API key")
        if not self.has_plan:
            said = "Feature psp-subscribers is not enabled in your plan."
            return web.json_response({"message": said, "code": "000-003"}, status=403)
        if request.match_info["page"] != str(PAGE):
            return _no(404, "PSP not found")
        return None


def _refused(body: dict[str, Any]) -> web.Response | None:
    wrong = []
    if not 3 <= len(body.get("title", "")) <= 255:
        wrong.append("title must be between 3 and 255 characters")
    if not 1 <= len(body.get("content", "")) <= 2000:
        wrong.append("content must be between 1 and 2000 characters")
    if body.get("status") not in STATUSES or body.get("type") not in TYPES:
        wrong.append("status and type must be of the list")
    return _no(400, wrong) if wrong else None


def _no(status: int, message: Any) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
