"""What whoever runs it relies on: start, stop, reload, readiness, refusal, silence about secrets."""

import asyncio
import json
import re
import signal
from pathlib import Path

import pytest
from aiohttp import web

from tests.world.daemon import Process, checker, until
from tests.world.faults import Answer, status
from tests.world.world import World

pytestmark = pytest.mark.timeout(60)

ENDS_WITHIN_S = 10.0


async def test_it_comes_up_ready_and_ends_on_sigterm(daemon: Process):
    assert await daemon.get("/-/healthy") == (200, "Healthy.\n")
    assert await daemon.stop() == 0


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_the_last_lines_of_the_log_say_why_it_ended(daemon: Process, by: signal.Signals):
    daemon.signal(by)
    assert await daemon.ended() == 0

    *_, first, last = map(json.loads, daemon.log.read_text().splitlines())
    assert (first["event"], first["why"], first["level"]) == ("ending", by.name, "info")
    assert (last["event"], last["unsent"], last["unwritten"]) == ("ended", 0, 0)


async def test_its_last_line_says_what_still_waits_to_be_sent(world: World, daemon: Process):
    await world.hurt("pagerduty", "enqueue", status(503))
    await world.hurt("us", "app", status(503))

    async def has_failed() -> bool:
        _, text = await daemon.get("/metrics")
        failed = re.search(
            r'^checker_notifications_failed_total\{.*"pagerduty".*\} [1-9]', text, re.M
        )
        return failed is not None

    await until(has_failed, 20, "a page that has to be tried again")
    await daemon.stop()

    last = json.loads(daemon.log.read_text().splitlines()[-1])
    assert (last["event"], last["level"]) == ("ended", "warning")
    assert last["unsent"] > 0


async def test_it_ends_in_time_though_nobody_answers_that_it_tells(world: World, tmp_path: Path):
    told = {
        "pagerduty": {
            "routing_key": world.pagerduty.routing_key,
            "base_url": world.pagerduty.address,
            "timeout": "60s",  # what is being sent would go on for longer than an end may take
        }
    }
    under_way = asyncio.Event()

    async def toll(_: str, request: web.Request, answer: Answer) -> web.StreamResponse:
        if "us-1" in await request.text():
            under_way.set()
            await asyncio.Event().wait()
        return await answer()

    world.pagerduty.toll = toll
    daemon = Process(world.config(tmp_path / "config", responders=told))
    await daemon.start()
    try:
        await world.hurt("us", "app", status(503))
        await until(under_way.is_set, 20, "the page to be under way")
        async with asyncio.timeout(ENDS_WITHIN_S):
            assert await daemon.stop() == 0
        assert "not ended in time" not in daemon.log.read_text()
    finally:
        await daemon.kill()


async def test_a_second_daemon_on_the_same_store_refuses(daemon: Process, config: Path):
    code, said = await checker("run", "--config", config, "--listen", "127.0.0.1:0")
    assert code == 1
    assert "in use" in said or "already" in said


async def test_a_broken_config_changes_nothing_but_a_metric_and_a_log_line(
    daemon: Process, config: Path
):
    (config / "broken.yaml").write_text("checks: [", encoding="utf-8")

    async def is_told() -> bool:
        _, text = await daemon.get("/metrics")
        return "checker_config_last_reload_successful 0.0" in text

    await until(is_told, 30, "the metric that says so")
    assert "config_refused" in daemon.log.read_text()
    assert 'probe_success{check="app",target="us"} 1.0' in (await daemon.get("/metrics"))[1]


async def test_a_broken_config_is_told_on_the_page_and_does_not_end_readiness(
    daemon: Process, config: Path
):
    (config / "broken.yaml").write_text("checks: [", encoding="utf-8")

    async def is_told() -> bool:
        _, page = await daemon.get("/")
        return "The config on disk is refused, and what ran before goes on:" in page

    await until(is_told, 30, "the page that says so")
    (line,) = json.loads((await daemon.get("/api/v1/status"))[1])["wrong"]
    assert "broken.yaml:1:" in line
    assert (await daemon.get("/-/ready"))[0] == 200


async def test_the_page_leads_to_the_room(world: World, daemon: Process):
    await world.hurt("us", "app", status(503))

    async def is_linked() -> bool:
        return "https://slack.com/app_redirect?channel=" in (await daemon.get("/"))[1]

    await until(is_linked, 20, "the page with the room")
    assert ">#inc-" in (await daemon.get("/"))[1]


async def test_an_edited_config_is_taken_up_while_it_runs(daemon: Process, config: Path):
    text = (config / "checker.yaml").read_text()
    (config / "checker.yaml").write_text(text.replace("  signup:", "  registration:"))

    async def is_watched() -> bool:
        return 'check="registration"' in (await daemon.get("/metrics"))[1]

    await until(is_watched, 30, "the new check")
    assert 'check="signup"' not in (await daemon.get("/metrics"))[1]


async def test_a_config_that_is_wrong_at_the_start_is_told_with_its_place(config: Path):
    text = (config / "checker.yaml").read_text()
    (config / "checker.yaml").write_text(text.replace("probe: page", "probe: pgae"))
    code, said = await checker("run", "--config", config)
    assert code == 1
    assert "checker.yaml:" in said
    assert "did you mean" in said.lower()


async def test_one_look_at_everything_says_what_fails(world: World, config: Path):
    await world.hurt("us", "app", status(503))
    code, said = await checker("check", "--config", config)
    assert code == 1
    assert "us/app" in said
    assert "status" in said


async def test_one_look_at_one_check_that_is_fine(config: Path):
    code, said = await checker("check", "eu/app", "--config", config)
    assert code == 0
    assert "us/app" not in said


async def test_a_check_that_does_not_exist_is_told_with_the_nearest(config: Path):
    code, said = await checker("check", "us/ap", "--config", config)
    assert code == 1
    assert "Did you mean us/app?" in said


async def test_incidents_without_a_store_are_told_plainly(config: Path):
    code, said = await checker("incident", "list", "--config", config)
    assert code == 1
    assert "Traceback" not in said


async def test_closing_what_is_not_there_says_so(daemon: Process, config: Path):
    code, said = await checker(
        "incident", "close", "us-7", "--cause", "c", "--fix", "f", "--config", config
    )
    assert code == 1
    assert "There is no incident 'us-7'" in said


async def test_no_secret_is_in_the_log_the_metrics_or_the_pages(
    world: World, daemon: Process, config: Path
):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.slack.workspace.channels), 20, "the room")
    pages = ("/metrics", "/", "/api/v1/status")
    told = [daemon.log.read_text(), *[(await daemon.get(path))[1] for path in pages]]
    told.append((await checker("incident", "show", "us-1", "--config", config))[1])
    told.append((await checker("config", "check", "--config", config))[1])
    secrets = [world.pagerduty.routing_key, world.slack.token, "token-of-the-world"]
    assert not [secret for secret in secrets for text in told if secret in text]
