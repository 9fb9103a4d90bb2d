"""A server that says back whatever it was told, in every way in which an API says what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from itertools import cycle
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.world.door import Door

STATUSES = (400, 401, 403, 404, 409, 422, 500, 503, 200)
WORDS = ("error", "message", "detail", "status", "title", "code", "type", "error_description")


class Mirror:
    """`asked`: how often, by the first part of the path. Each request is answered in another way than the last."""

    def __init__(
        self,
        statuses: Iterable[int] = STATUSES,
        forms: Iterable[str] = ("json", "text", "json", "html"),
    ) -> None:
        self.asked: Counter[str] = Counter()
        self._statuses = cycle(statuses)
        self._forms = cycle(forms)
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._door = Door(app)

    @property
    def address(self) -> str:
        return self._door.address

    async def __aenter__(self) -> Self:
        await self._door.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._door.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked["/".join(request.path.split("/")[:3])] += 1
        said = (await request.read()).decode("utf-8", "replace")
        told = [request.headers.get("Authorization", ""), said, request.path_qs]
        told += [f"{name}: {value}" for name, value in request.headers.items()]
        back = " ".join(told)
        form = next(self._forms)
        if form == "json":
            body = dict.fromkeys(WORDS, back) | {"ok": False, "errors": [back, {"detail": back}]}
            return web.json_response(body, status=next(self._statuses), reason=_head(back))
        text = f"<title>{back}</title>{back}" if form == "html" else back
        kind = f"text/{'html' if form == 'html' else 'plain'}"
        headers = {"Retry-After": _head(back), "Server": _head(back), "X-Why": _head(back)}
        return web.Response(
            text=text, status=next(self._statuses), content_type=kind, headers=headers
        )


def _head(text: str) -> str:
    """What can stand in one."""
    return json.dumps(text)[1:200].replace("\\", "/")
