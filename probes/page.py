"""A page that anybody can open is there, is the right one, and is quick enough.

What a customer's browser does first: one GET, redirects followed as long as they stay with the
target. Judged by the status, by where it ended, by words or JSON values in the body, and by time.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from probes.contract import Io, Outcome, ProbeParams, Reason, Target
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange, Request
from probes.wire.redirects import REDIRECTS, Trip, follow
from probes.wire.refusals import blocked

Status = Annotated[int, Field(ge=100, le=599)]
Path = Annotated[str, Field(pattern="^/", max_length=2000)]
Words = tuple[Annotated[str, Field(min_length=1)], ...]

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.STATUS: "a status that is not right for this page",
        Reason.REDIRECT: "it led off the host, round in circles, or elsewhere than it must",
        Reason.BODY: "it lacks what it must hold, or holds what it must not",
        Reason.CHALLENGE: "our address is blocked, by Cloudflare's own page for that",
        Reason.SLOW: "the right page, but over its limit",
    }
)

ABSENT = object()  # what stands at a path that leads nowhere; JSON's null is a value


class Params(ProbeParams):
    """Which page, and what is right about it."""

    path: Path = Field("/", description="with the leading slash; a query may follow")
    host: Literal["app", "ingest"] = Field("app", description="which of the target's hosts")
    status: tuple[Status, ...] = Field((), description="the statuses that are right; none: any 2xx")
    redirects: int = Field(5, ge=0, le=20, description="how many are followed, on the host only")
    final_path: Path | None = Field(None, description="where the redirects must have led")
    contains: Words = Field((), description="texts that the body must hold")
    lacks: Words = Field((), description="texts that the body must not hold")
    json_: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, alias="json", description="a.dotted.path in the body: its value"
    )
    slow_s: float | None = Field(
        None, gt=0, description="seconds, redirects included; over it the page is slow"
    )


async def probe(params: Params, io: Io) -> Outcome:
    """Open the page once."""
    assert io.target is not None, "config gives every page a target"
    trip = await follow(
        io.fetch,
        _origin(params, io.target),
        params.path,
        io.target,
        params.redirects,
        wanted=params.status,
    )
    return judge(params, trip)


def by_hand(params: Params, target: Target) -> str:
    """The same page, with where it leads."""
    # A redirect that is right by itself is not to be followed.
    redirects_max = 0 if REDIRECTS & {*params.status} else params.redirects
    return shell.curl(Request(_origin(params, target) + params.path), redirects_max)


def judge(params: Params, trip: Trip) -> Outcome:
    """What is wrong with the page, worst first."""
    page = trip.exchange
    if page.failure is not None:
        return page.failed()
    if not _right_status(params, page):
        kept_out = blocked(page)
        if kept_out is not None:
            return page.outcome(kept_out.reason, kept_out.detail)
        return page.outcome(Reason.STATUS, f"status {page.status} at {trip.path}")
    if params.final_path is not None and trip.path != params.final_path:
        return page.outcome(Reason.REDIRECT, f"ended at {trip.path}, not at {params.final_path}")
    problem = _problem_of_text(params, page) or _problem_of_json(params, page)
    if problem:
        return page.outcome(Reason.BODY, problem)
    took_s = sum(page.phases.values())
    if params.slow_s is not None and took_s > params.slow_s:
        return page.outcome(Reason.SLOW, f"took {took_s:.2f} s, over {params.slow_s:g} s")
    return page.outcome()


def _origin(params: Params, target: Target) -> str:
    return target.app_origin if params.host == "app" else target.ingest_origin


def _right_status(params: Params, page: Exchange) -> bool:
    if params.status:
        return page.status in params.status
    return page.status is not None and 200 <= page.status < 300


def _problem_of_text(params: Params, page: Exchange) -> str:
    text = page.text
    for wanted in params.contains:
        if wanted not in text:
            return f"the body does not hold {wanted!r}"
    for unwanted in params.lacks:
        if unwanted in text:
            return f"the body holds {unwanted!r}"
    return ""


def _problem_of_json(params: Params, page: Exchange) -> str:
    if not params.json_:
        return ""
    body = page.json()
    if body.problem:
        return body.problem
    for path, wanted in params.json_.items():
        found = _at(body.value, path)
        if found is ABSENT:
            return f"{path} is not in the body"
        # 1 == True in Python; in JSON they are two things.
        if found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
            return f"{path} is {found!r}, not {wanted!r}"
    return ""


def _at(value: Any, path: str) -> Any:
    """What stands at a dotted path: keys of objects, indexes of lists."""
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return value
