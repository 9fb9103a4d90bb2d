"""`checker locations` beside a daemon's store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.cli import main
from checker.store.presence import Presence
from tests.store.values import by_hand, opened, url_of

CONFIG = Path(__file__).parent.parent / "config"
HERE = Presence("ams-1", "ams", "0.1.0", offset_s=0.0)


def said(home: Path, *here: Presence, and_then: str = "") -> None:
    """What these daemons said of themselves in a store there."""

    async def say() -> None:
        async with opened(home) as store:
            for one in here:
                await store.sharing.say(one)

    asyncio.run(say())
    if and_then:
        asyncio.run(by_hand(home, and_then))


def call(home: Path, config: Path = CONFIG) -> Result:
    words = ["locations", "--config", str(config), "--store", url_of(home)]
    return CliRunner().invoke(main, words, env={})


def test_one_daemon_on_a_file_is_one_row(tmp_path):
    said(tmp_path, HERE)
    result = call(tmp_path)
    assert result.exit_code == 0
    heading, row = result.stdout.splitlines()
    assert heading.split() == [
        *("location", "replica", "now", "leads", "heard"),
        *("behind", "clock", "version"),
    ]
    assert row.split()[:4] == ["ams", "ams-1", "looks", "leads"]
    assert row.split()[-1] == "0.1.0"


def test_a_location_that_is_gone_is_shown_and_ends_with_one(tmp_path):
    said(tmp_path, HERE, and_then="UPDATE locations SET seen_at = seen_at - 3600")
    result = call(tmp_path)
    assert result.exit_code == 1
    assert "gone" in result.stdout
    assert "ams: gone, or cut off from the store: not heard for 1 h 0 min" in result.stderr


@pytest.mark.parametrize(
    ("off", "told"),
    [
        (Presence("ams-1", "ams", "0.1.0", is_blind=True), "ams: blind"),
        (Presence("ams-1", "ams", "0.1.0", behind_s=30.0), "ams: its looks begin 30 s late"),
        (Presence("ams-1", "ams", "0.1.0", is_looking=False), "ams: nobody looks from there"),
    ],
)
def test_whatever_is_wrong_is_said_and_ends_with_one(off, told, tmp_path):
    said(tmp_path, off)
    result = call(tmp_path)
    assert result.exit_code == 1
    assert told in result.stderr


def test_fewer_locations_than_configured_are_wrong(tmp_path):
    config = tmp_path / "config"
    config.mkdir()
    for file in CONFIG.glob("*.yaml"):
        text = file.read_text().replace("\nlocations: 1\n", "\nlocations: 3\n")
        (config / file.name).write_text(text)
    said(tmp_path, HERE)
    result = call(tmp_path, config)
    assert result.exit_code == 1
    assert "3 locations are configured, 1 looked from." in result.stderr


def test_a_store_where_no_daemon_ever_was_says_so(tmp_path):
    said(tmp_path)
    result = call(tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No daemon runs on this store." in result.stderr


def test_no_store_says_where_it_was_looked_for(tmp_path):
    result = call(tmp_path)
    assert result.exit_code == 1
    assert "checker.db" in result.stderr
