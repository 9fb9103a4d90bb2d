"""A store's own mark: written when it is made, and never again."""

from __future__ import annotations

import re

from tests.store.values import by_hand, opened, shared


async def test_a_store_has_a_mark_from_its_making_on(home):
    async with opened(home) as store, shared(home) as cli:
        assert re.fullmatch("[2-9a-hj-kmnp-z]{6}", await store.mark())
        assert await cli.mark() == await store.mark()


async def test_it_is_the_same_for_whoever_opens_it_later(home):
    async with opened(home) as store:
        first = await store.mark()
    async with opened(home) as store:
        assert await store.mark() == first


async def test_a_store_that_was_there_before_has_none_and_gets_none(home):
    async with opened(home):
        pass
    await by_hand(home, "DROP TABLE births")
    await by_hand(home, "UPDATE alembic_version SET version_num = '0003'")
    async with opened(home) as store:
        assert await store.mark() == ""


async def test_a_store_that_is_made_anew_has_another(tmp_path):
    marks = set()
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        async with opened(tmp_path / name) as store:
            marks.add(await store.mark())
    assert len(marks) == 3
