"""What people have done over HTTP, with the token: the same words as on the command line and in Slack.

`Idempotency-Key` names a request: brought again, it is answered as before and does nothing. Answers are
remembered by this process; that a word is heard once is kept by the store.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256

from aiohttp import web

from checker.core.events import Planned
from checker.core.maintenance import wrong_with
from checker.core.model import Severity
from checker.core.words import About
from checker.desk import Desk, Refusal, StillFails
from checker.store.faults import StoreError
from checker.web.bodies import WORDS, CloseBody, DeclareBody, MaintenanceBody, Misread, read
from checker.web.guard import refusal
from checker.web.incidents import answer, away, error, one, planned_in_json
from checker.web.ports import PORTS, WebPorts

KEY_MAX = 200  # letters of an Idempotency-Key
ANSWERS_MAX = 500  # that are remembered; the oldest go first

Act = Callable[[web.Request, str], Awaitable[web.Response]]


class Acting:
    """The routes that act, and what they have answered."""

    def __init__(self) -> None:
        self._answered: dict[str, tuple[bytes, int, bytes]] = {}  # key → body, status, answer

    def add_to(self, app: web.Application) -> None:
        app.router.add_post("/api/v1/incidents", self._once(_declare))
        app.router.add_post("/api/v1/incidents/{id}/{word}", self._once(_say))
        app.router.add_post("/api/v1/maintenance", self._once(_plan))

    def _once(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            refused = refusal(request)
            if refused is not None:
                made = error(refused.text or "", refused.status)
                made.headers.extend(refused.headers.items() - made.headers.items())
                return made
            key = request.headers.get("Idempotency-Key", "")
            if not key:
                return await act(request, "")
            if len(key) > KEY_MAX:
                return error(f"Idempotency-Key: at most {KEY_MAX} letters", 400)
            return await self._answer(request, act, _digest(f"{request.path} {key}".encode()))

        return guarded

    async def _answer(self, request: web.Request, act: Act, key: str) -> web.Response:
        body = sha256(await request.read()).digest()
        known = self._answered.get(key)
        if known is None:
            made = await act(request, f"api/{key}")
            if made.status < 300 and isinstance(made.body, bytes):
                self._remember(key, body, made.status, made.body)
            return made
        was, status, text = known
        if was != body:
            return error("This Idempotency-Key was used for something else.", 409)
        return web.Response(body=text, status=status, content_type="application/json")

    def _remember(self, key: str, body: bytes, status: int, text: bytes) -> None:
        if len(self._answered) >= ANSWERS_MAX:
            del self._answered[next(iter(self._answered))]
        self._answered[key] = body, status, text


def _digest(text: bytes) -> str:
    return sha256(text).hexdigest()


async def _declare(request: web.Request, inbox_id: str) -> web.Response:
    ports = request.app[PORTS]
    try:
        body = read(DeclareBody, await request.read())
    except Misread as misread:
        return error(str(misread), 400)
    unknown = _unknown_target(ports, body.target)
    if unknown is not None:
        return unknown
    level = Severity[body.severity.upper()]
    if ports.desk is None:
        return away()
    try:
        made = await ports.desk.declare(body.target, body.by, body.what, level, inbox_id)
    except Refusal as refused:
        return error(str(refused), 409)
    except StoreError:
        return away()
    if not made.incident:
        return answer({"said": made.said}, 202)
    return await one(ports.desk, made.incident, said=made.said)


async def _say(request: web.Request, inbox_id: str) -> web.Response:
    ports, id_, word = request.app[PORTS], request.match_info["id"], request.match_info["word"]
    if word not in WORDS:
        return error(f"No word {word!r}; there are: {', '.join(WORDS)}.", 404)
    if ports.desk is None:
        return away()
    found = await one(ports.desk, id_)
    if found.status != 200:
        return found
    try:
        body = read(WORDS[word], await request.read())
    except Misread as misread:
        return error(str(misread), 400)
    anyway = isinstance(body, CloseBody) and body.anyway
    return await _heard(ports.desk, body.word(ports.now(), id_), inbox_id, anyway)


async def _heard(desk: Desk, word: About, inbox_id: str, anyway: bool) -> web.Response:
    try:
        said = await desk.say(word, inbox_id, anyway)
    except StillFails as failing:
        return error(f'{failing} Close it all the same with "anyway": true.', 409)
    except Refusal as refused:
        return error(str(refused), 409)
    except StoreError:
        return away()
    return await one(desk, word.incident, said=said)


async def _plan(request: web.Request, inbox_id: str) -> web.Response:
    ports = request.app[PORTS]
    try:
        planned = read(MaintenanceBody, await request.read()).maintenance()
    except Misread as misread:
        return error(str(misread), 400)
    unknown = _unknown_target(ports, planned.target)
    if unknown is not None:
        return unknown
    at = ports.now()
    wrong = wrong_with(planned, at)
    if wrong:
        return error(wrong, 400)
    try:
        named = _digest(f"{planned.target} {planned.begins} {planned.ends} {planned.by}".encode())
        await ports.say(inbox_id or f"api/maintenance/{named}", Planned(at, planned))
    except StoreError:
        return away()
    return answer({"maintenance": planned_in_json(planned)}, 201)


def _unknown_target(ports: WebPorts, target: str) -> web.Response | None:
    known = ports.view().policy.targets
    if target in known:
        return None
    return error(f"No target {target!r}; there are: {', '.join(known)}.", 404)
