"""Planned work is announced on the command line, and known to the daemon."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.world.daemon import Process, checker

pytestmark = pytest.mark.timeout(60)


def a_day_from_now() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def plan(config: Path, *words: str) -> tuple[int, str]:
    return await checker("maintenance", *words, "--config", config)


async def test_what_is_announced_is_listed(daemon: Process, config: Path):
    code, said = await plan(
        config, "announce", "us", "--for", "2h", "--why", "upgrade", "--by", "tim"
    )
    assert code == 0, said
    assert said.startswith("us is worked on from ")
    assert said.strip().endswith("UTC.")  # the daemon has heard it

    _, listed = await plan(config, "list")
    assert "tim" in listed
    assert "upgrade" in listed


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("us", "--for", "8d"), "at most 7 days"),
        (("mars", "--for", "1h"), "no target 'mars'; there are: us"),
        (("us", "--for", "long"), "a duration such as '30s'"),
        (("us", "--for", "1h", "--begins", "22:00"), "a time with its zone"),
    ],
)
async def test_what_cannot_be_planned_is_told(
    daemon: Process, config: Path, words: tuple[str, ...], wrong: str
):
    code, said = await plan(config, "announce", *words)
    assert code != 0
    assert wrong in " ".join(said.split())


async def test_what_was_announced_can_be_ended_early(daemon: Process, config: Path):
    await plan(config, "announce", "us", "--for", "2h")
    await plan(config, "announce", "us", "--for", "1h", "--begins", a_day_from_now())
    code, said = await plan(config, "end", "us")
    assert (code, said.strip()) == (0, "Work at us is over, and it is judged as ever.")
    _, listed = await plan(config, "list")
    assert "Nothing is planned." in listed


async def test_what_nobody_announced_cannot_be_ended(daemon: Process, config: Path):
    code, said = await plan(config, "end", "us")
    assert code != 0
    assert "Nobody has announced work at us." in said
