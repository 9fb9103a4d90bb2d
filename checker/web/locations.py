"""Who is there, as JSON: the same as `checker locations`."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from checker.web.incidents import answer, away
from checker.web.ports import PORTS
from checker.web.status import moment


def add_locations(app: web.Application) -> None:
    app.router.add_get("/api/v1/locations", _locations)


async def _locations(request: web.Request) -> web.Response:
    roll = request.app[PORTS].view().roll
    if roll is None:
        return away()
    leader = roll.leader
    return answer(
        {
            "at": moment(roll.at),
            "leader": leader.replica if leader else None,
            "troubles": roll.troubles(),
            "locations": [asdict(location) for location in roll.locations],
        }
    )
