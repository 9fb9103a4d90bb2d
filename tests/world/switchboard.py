"""Breaks the world over HTTP, and shows what people there would have seen.

POST /break/us/app/status/503      POST /break/slack/chat.postMessage/throttle/30
POST /spoil/us/flags/missing       POST /spoil/us/ingestion/late/400
POST /mend                         POST /mend/us          POST /mend/us/app
POST /cut                          GET  /
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from tests.world.door import Door, Right
from tests.world.faults import Fault
from tests.world.world import World


@web.middleware
async def refusals(request: web.Request, handler: Right) -> web.StreamResponse:
    """What cannot be done is the caller's mistake."""
    try:
        return await handler(request)
    except (ValueError, KeyError) as error:
        raise web.HTTPBadRequest(text=f"cannot do that: {error}\n") from None


def switchboard(world: World) -> Door:
    """A door of its own: it cannot be broken by what it breaks."""
    app = web.Application(middlewares=[refusals])

    async def hurt(request: web.Request) -> web.Response:
        asked = request.match_info
        fault = Fault(asked["what"], asked.get("value", ""))
        await world.hurt(asked["place"], asked["name"], fault)
        return web.Response(text=f"{asked['place']}/{asked['name']}: {fault.what}\n")

    async def spoil(request: web.Request) -> web.Response:
        asked = request.match_info
        value = float(asked["value"]) if "value" in asked else None
        world.spoil(asked["place"], asked["name"], asked["word"], value)
        return web.Response(text=f"{asked['place']}/{asked['name']}: {asked['word']}\n")

    async def mend(request: web.Request) -> web.Response:
        await world.mend(request.match_info.get("place"), request.match_info.get("name"))
        return web.Response(text="mended\n")

    async def cut(_: web.Request) -> web.Response:
        await world.controls.cut()
        return web.Response(text="the controls are cut\n")

    async def seen(_: web.Request) -> web.Response:
        return web.json_response(what_people_see(world))

    app.router.add_get("/", seen)
    app.router.add_post("/cut", cut)
    for path in ("/mend", "/mend/{place}", "/mend/{place}/{name}"):
        app.router.add_post(path, mend)
    for path in ("/break/{place}/{name}/{what}", "/break/{place}/{name}/{what}/{value:.+}"):
        app.router.add_post(path, hurt)
    for path in ("/spoil/{place}/{name}/{word}", "/spoil/{place}/{name}/{word}/{value}"):
        app.router.add_post(path, spoil)
    return Door(app)


def what_people_see(world: World) -> dict[str, Any]:
    """Whose telephone rang, what the pager shows, and which channels hold what."""
    return {
        "addresses": world.addresses(),
        "rings": [asdict(ring) for ring in world.pagerduty.rings],
        "incidents": [
            {"key": i.key, "severity": i.severity, "state": i.state, "events": len(i.log)}
            for i in world.pagerduty.incidents
        ],
        "channels": {
            channel.name: [message.text for message in channel.messages]
            for channel in world.slack.workspace.channels
        },
        "customers": {
            "banner": world.us.banner.shows(),
            "status page": [one["title"] for one in world.uptimerobot.announcements],
            "announcements": [message.text for message in world.announcements.messages],
        },
    }
