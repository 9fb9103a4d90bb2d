"""`checker doctor` in a world that can be broken: it finds what would not work at night."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from checker.config import load
from checker.doctor.examination import examine, is_well
from checker.responders.contract_findings import Finding, Health
from checker.store.store import Store
from tests.world.daemon import checker
from tests.world.faults import hang, refuse
from tests.world.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
def config(world: World, tmp_path: Path) -> Path:
    return world.config(tmp_path / "config")


async def found(config: Path, part: str, **more: float) -> list[Finding]:
    parts = {one.name: one.findings for one in await examine(load(config, {}), **more)}
    return list(parts[part])


def let_read(world: World, config: Path, token: str) -> None:
    """Give the pager this REST token."""
    file = config / "checker.yaml"
    told = yaml.safe_load(file.read_text())
    more = {"rest_token": token, "rest_url": world.pagerduty.address, "service": "P43Y0E8"}
    told["responders"]["pagerduty"] |= more
    file.write_text(yaml.safe_dump(told))


def healths(findings: list[Finding]) -> list[Health]:
    return [finding.health for finding in findings]


async def test_in_a_world_that_works_nothing_is_bad(world: World, config: Path):
    parts = await examine(load(config, {}))
    assert is_well(parts)
    assert [part.name for part in parts] == [
        "config",
        "ways out",
        "store",
        "controls",
        "responder pagerduty",
        "responder slack",
    ]


async def test_nobody_is_rung_and_nothing_is_said(world: World, config: Path):
    await examine(load(config, {}))
    assert world.pagerduty.rings == []
    assert world.slack.workspace.channels == []
    assert {call.method for call in world.slack.calls} == {"auth.test"}


async def test_a_revoked_token_is_bad(world: World, config: Path):
    world.slack.revoked = True
    (slack,) = await found(config, "responder slack")
    assert (slack.health, slack.what) == (Health.BAD, "Slack refused auth.test: token_revoked")


async def test_a_missing_scope_is_bad(world: World, config: Path):
    world.slack.scopes.remove("chat:write")
    assert healths(await found(config, "responder slack")) == [Health.OK, Health.BAD]


async def test_a_pager_that_cannot_be_reached_is_bad(world: World, config: Path):
    await world.hurt("pagerduty", "enqueue", refuse())
    first = (await found(config, "responder pagerduty"))[0]
    assert first.health is Health.BAD
    assert "cannot be reached" in first.what


async def test_with_a_good_rest_token_it_is_known_whom_a_page_rings(world: World, config: Path):
    let_read(world, config, world.pagerduty.rest_token)
    said = await found(config, "responder pagerduty")
    assert healths(said) == [Health.OK] * 4
    assert [finding.what for finding in said[1:]] == [
        "the service PostHog Cloud is there, and it is the one that our routing key rings",
        "what becomes of a page can be looked up",
        "on call now: Grace Hopper, Katherine Johnson",
    ]


async def test_nobody_on_call_is_bad(world: World, config: Path):
    let_read(world, config, world.pagerduty.rest_token)
    world.pagerduty.service.on_call = []
    said = await found(config, "responder pagerduty")
    assert healths(said) == [Health.OK, Health.OK, Health.OK, Health.BAD]


async def test_a_rest_token_that_is_refused_is_bad_and_not_shown(world: World, config: Path):
    let_read(world, config, "revoked-token-0123")
    said = await found(config, "responder pagerduty")
    assert healths(said) == [Health.OK, Health.BAD, Health.BAD, Health.BAD]
    assert "revoked-token-0123" not in str(said)


async def test_what_never_answers_is_bad_in_time_and_keeps_nobody_waiting(
    world: World, config: Path
):
    await world.hurt("slack", "*", hang())
    async with asyncio.timeout(5):
        (slack,) = await found(config, "responder slack", within_s=0.2)
    assert (slack.health, slack.what) == (Health.BAD, "no answer within 0.2 s")


async def test_one_control_that_fails_is_a_warning(world: World, config: Path):
    await world.controls.cut("google")
    answers, failed = await found(config, "controls")
    assert (answers.health, answers.what) == (Health.OK, "2 of 3 answer")
    assert failed.health is Health.WARNING
    assert failed.what.startswith("control/google: ")


async def test_a_location_that_is_blind_is_bad(world: World, config: Path):
    await world.controls.cut("google", "cloudflare")
    said = await found(config, "controls")
    assert said[-1].health is Health.BAD
    assert "2 of 3 do not answer: from here nothing is ever declared" in said[-1].what


async def test_no_secret_is_in_what_is_said(world: World, config: Path):
    world.slack.revoked = True
    world.pagerduty.routing_key = "another"
    said = str(await examine(load(config, {})))
    written = (config / "checker.yaml").read_text()
    for secret in ("fa4e0000fa4e0000fa4e0000fa4e0000", world.slack.token, "token-of-the-world"):
        assert secret in written
        assert secret not in said


async def test_beside_a_running_daemon_the_store_is_looked_at_all_the_same(
    world: World, config: Path
):
    settings = load(config, {})
    held = await Store.open(settings.store)
    try:
        (store,) = await found(config, "store")
    finally:
        await held.close()
    assert (store.health, store.what) == (Health.OK, "it opens; the newest incident is yet to come")


async def test_the_command_says_it_plainly_and_fails_when_something_is_to_be_mended(
    world: World, config: Path
):
    code, said = await checker("doctor", "--config", config)
    assert code == 0
    assert "Ready; " in said
    world.slack.revoked = True
    code, said = await checker("doctor", "--config", config)
    assert code == 1
    assert "→ the token was revoked; install the app again" in said
    assert "1 to mend, " in said


async def test_a_config_that_is_wrong_is_told_with_its_place(world: World, config: Path):
    text = (config / "checker.yaml").read_text()
    (config / "checker.yaml").write_text(text.replace("probe: page", "probe: pgae"))
    code, said = await checker("doctor", "--config", config)
    assert code == 1
    assert "checker.yaml:" in said
    assert "Traceback" not in said
