"""What a person says on the command line reaches the daemon and the room."""

from pathlib import Path

import pytest

from checker.unrung import SAID
from tests.world.daemon import Process, checker, until
from tests.world.faults import status
from tests.world.world import World

pytestmark = pytest.mark.timeout(60)


async def say(config: Path, *words: str) -> str:
    code, said = await checker("incident", *words, "--config", config)
    assert code == 0, said
    return said.strip()


async def test_a_person_declares_notes_hands_over_and_closes(
    world: World, daemon: Process, config: Path
):
    said = await say(config, "declare", "us", "exports are empty", "--by", "ada")
    assert said == "us-1 is declared."
    await say(config, "note", "us-1", "restarted the workers", "--by", "ada")
    assert (await say(config, "lead", "us-1", "--to", "bob", "--by", "ada")).endswith("led by bob.")
    await say(config, "severity", "us-1", "critical", "--by", "bob")
    await say(config, "close", "us-1", "--cause", "c", "--fix", "f", "--by", "bob")
    (channel,) = world.slack.workspace.channels
    await until(lambda: "closed by bob" in channel.messages[-1].text, 10, "the last message")
    assert any("restarted the workers" in message.text for message in channel.messages)
    assert [ring.page for ring in world.pagerduty.rings] == ["world/us-1/1"]


async def test_declaring_what_is_open_joins_it(daemon: Process, config: Path):
    await say(config, "declare", "us", "exports are empty", "--by", "ada")
    said = await say(config, "declare", "us", "imports too", "--by", "bob")
    assert said == "us-1 is open already; you joined it."


async def test_where_no_pager_is_set_up_whoever_declares_hears_that_nobody_is_rung(
    world: World, tmp_path: Path
):
    config = world.config(tmp_path / "quiet", responders={"screen": {"kind": "console"}})
    daemon = Process(config)
    await daemon.start()
    try:
        said = await say(config, "declare", "us", "exports are empty", "--by", "ada")
        document = await say(config, "export", "us-1")
    finally:
        await daemon.stop()
    assert said == f"us-1 is declared. {SAID}"
    assert "accepted by" not in document
    assert "| page accepted | – | nobody was paged |" in document


async def test_declaring_at_no_target_says_so(daemon: Process, config: Path):
    code, said = await checker("incident", "declare", "mars", "dust", "--config", config)
    assert code == 2
    assert "no target 'mars'; there are: us, eu" in said


async def test_without_a_daemon_the_word_waits(daemon: Process, config: Path):
    await daemon.stop()
    said = await say(config, "declare", "us", "exports are empty", "--by", "ada")
    assert said == "us: will be declared as soon as a daemon runs on this store."
    await daemon.start()

    async def is_declared() -> bool:
        return "us-1" in (await checker("incident", "list", "--config", config))[1]

    await until(is_declared, 15, "the declaration")


async def test_an_empty_cause_ends_nothing(daemon: Process, config: Path):
    await say(config, "declare", "us", "exports are empty", "--by", "ada")
    words = ("incident", "close", "us-1", "--cause", " ", "--fix", "f", "--config", config)
    code, said = await checker(*words)
    assert code == 2
    assert "it must not be empty" in said
    assert "us-1 major open" in await say(config, "show", "us-1")


async def test_closing_what_still_fails_asks_once_more(world: World, daemon: Process, config: Path):
    await world.hurt("us", "app", status(503))
    await until(lambda: bool(world.pagerduty.rings), 20, "the page")
    words = ("close", "us-1", "--cause", "c", "--fix", "f", "--by", "ada")
    code, said = await checker("incident", *words, "--config", config)
    assert code == 1
    assert "us-1 is not closed yet: us/app still fails. Close it all the same with --any" in said
    said = await say(config, *words, "--anyway")
    assert "But us/app still fails" in said
    shown = await say(config, "show", "us-1")
    assert "cause: c" in shown


async def test_a_person_joins_and_takes_the_sync(daemon: Process, config: Path):
    await say(config, "declare", "us", "exports are empty", "--by", "ada")
    await say(config, "join", "US-1", "--by", "bob")
    await say(config, "close", "us-1", "--cause", "c", "--fix", "f", "--by", "ada")
    await say(config, "sync", "us-1", "--by", "tim")
    shown = await say(config, "show", "us-1")
    assert "there: bob, ada, tim" in shown
    assert "tim will schedule the sync" in shown


async def test_customers_are_told_by_no_outlet_that_there_is_not(daemon: Process, config: Path):
    await say(config, "declare", "us", "exports are empty", "--by", "ada")
    code, said = await checker(
        "incident", "publish", "us-1", "baner", "We know.", "--config", config
    )
    assert code == 1
    assert "Customers cannot be told by 'baner'" in said
