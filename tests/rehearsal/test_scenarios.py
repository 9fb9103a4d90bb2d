"""The stories that are shipped: PostHog's outages, and every example of the handbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.config import load
from checker.rehearsal.reading import read
from checker.rehearsal.story import tell
from checker.rehearsal.telling import brief

pytestmark = pytest.mark.timeout(120)  # much is played; the machine may be busy

ROOT = Path(__file__).parents[2]
STORIES = sorted((ROOT / "tests/scenarios").glob("*.yaml"))
SETTINGS = load(ROOT / "config", {}, stand_in="rehearsal")


@pytest.mark.timeout(120)  # days of virtual time on a busy machine
@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_every_shipped_story_goes_as_expected(path):
    told = tell(read(path, SETTINGS), SETTINGS)
    assert told.met, "\n".join(brief(path.name, told))


def test_every_story_says_where_it_comes_from():
    stories = {path.stem: read(path, SETTINGS) for path in STORIES}
    assert [n for n, s in stories.items() if not (s.source or s.about.startswith("Invented"))] == []
