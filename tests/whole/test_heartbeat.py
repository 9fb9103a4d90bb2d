"""A real daemon's sign of life, at a real listener."""

from pathlib import Path

import pytest
from aiohttp import web

from tests.world.daemon import Process, until
from tests.world.world import World

pytestmark = pytest.mark.timeout(60)


async def test_a_beat_arrives_while_it_runs_and_none_after_its_end(world: World, tmp_path: Path):
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(f"{request.method} {request.path}")
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}/5f2c-ours"
    daemon = Process(world.config(tmp_path / "config", heartbeat={"url": url, "every": "1s"}))
    try:
        await daemon.start()
        await until(lambda: len(heard) >= 2, 15, "two beats")
        assert set(heard) == {"GET /5f2c-ours"}
        assert "checker_heartbeat_failures_total 0.0" in (await daemon.get("/metrics"))[1]
        assert await daemon.stop() == 0
        assert "5f2c" not in daemon.log.read_text()
    finally:
        await daemon.kill()
        await runner.cleanup()
