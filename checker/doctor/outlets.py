"""The ways out: whether somebody would be rung, where people would meet, and each responder by itself."""

from __future__ import annotations

from collections.abc import Iterator

from checker.config.outlets import FALLBACK as CONSOLE
from checker.config.settings import PlannedResponder, Settings
from checker.core.model import Duty
from checker.responders.contract import KnowsOnCall, MakeResponder, ReadsBack, Responder, Unread
from checker.responders.contract_findings import (
    NEVER_PAGED,
    Examined,
    Finding,
    bad,
    ok,
    warning,
)


def ways_out(settings: Settings) -> list[Finding]:
    """Who rings, by which second way, and where people meet. What is printed reaches nobody."""
    printing = {planned.name for planned in settings.responders if planned.kind == CONSOLE}
    routes = {
        duty: [name for name in names if name not in printing]
        for duty, names in settings.policy.routes.items()
    }
    return [*_pages(routes), *_rooms(routes)]


def _pages(routes: dict[Duty, list[str]]) -> Iterator[Finding]:
    first, second = routes.get(Duty.PAGE, []), routes.get(Duty.FALLBACK, [])
    if not first:
        yield bad("nobody would be rung: no responder pages", "set the key of pagerduty")
        return
    yield ok(f"{' and '.join(first)} pages")
    if second:
        yield ok(f"the second way to page is {' and '.join(second)}")
    elif len(first) == 1:
        to_do = "add a responder with `duties: [fallback, resolve]`"
        yield warning(f"there is no second way to page when {first[0]} fails", to_do)


def _rooms(routes: dict[Duty, list[str]]) -> Iterator[Finding]:
    names = routes.get(Duty.ROOM, [])
    if names:
        yield ok(f"{' and '.join(names)} makes the room")
    else:
        yield warning("no room would be made for people to meet", "set the token of slack")


async def responder(planned: PlannedResponder, make: MakeResponder) -> list[Finding]:
    """What is found about one of its kind, made for this and closed again."""
    made = make(planned.settings)
    try:
        return await examined(planned, made)
    finally:
        await made.close()


async def examined(planned: PlannedResponder, made: Responder) -> list[Finding]:
    """What it says of itself; and of one that pages, whether it can be asked what became of that, and who is on call."""
    found = await made.examine() if isinstance(made, Examined) else []
    if Duty.PAGE in planned.duties and planned.kind != CONSOLE:
        found = [*found, await _reading(made), await _on_call(made)]
    return found or [ok("there is nothing that could be wrong")]


async def _reading(made: Responder) -> Finding:
    """Asks for a page that never was: the token is tried, and nothing changes."""
    if not isinstance(made, ReadsBack) or made.reads_every_s is None:
        return warning(
            "what became of a page cannot be looked up: that it was accepted has to suffice",
            "give it a token that reads (`rest_token`): a page that rings nobody is then noticed",
        )
    answer = await made.look_up(NEVER_PAGED)
    if isinstance(answer, Unread):
        return bad(f"a page cannot be looked up: {answer.why}", "put in a token that may read")
    return ok("what becomes of a page can be looked up")


async def _on_call(made: Responder) -> Finding:
    """Whether a page would find somebody."""
    if not isinstance(made, KnowsOnCall) or not made.knows_on_call:
        return warning(
            "who is on call cannot be asked: they are not asked into the room",
            "give it a token that reads (`rest_token`), and say which `service` it rings",
        )
    people = await made.on_call()
    if isinstance(people, Unread):
        return bad(
            f"who is on call cannot be asked: {people.why}", "mend it, or nobody is asked in"
        )
    if not people:
        return bad("nobody is on call: a page would ring nobody", "put somebody on call")
    return ok(f"on call now: {', '.join(who.name for who in people)}")
