"""Several daemons on one PostgreSQL: one judgement, whoever dies, freezes or is cut off."""

import json
from pathlib import Path

import pytest

from tests.several.fleet import fleet
from tests.world.daemon import until
from tests.world.faults import status
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)


async def test_what_all_see_is_paged_once_and_has_one_room(
    world: World, database: str, tmp_path: Path
):
    async with fleet(world, database, tmp_path) as them:
        await world.hurt("us", "app", status(503))
        await until(lambda: bool(them.rooms()), 30, "the room")
        assert them.keys() == ["world/us-1/1"]
        follower = next(name for name in them.daemons if name != "l1")
        told = await them.incident(follower)
        assert "l1" in json.dumps(told)
        assert len(them.rooms()) == 1
