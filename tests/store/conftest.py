"""Where the tests' stores are: most tests are played on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import cluster, database, empty_database

__all__ = ["cluster", "database", "empty_database", "home"]


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """What `opened` and `shared` (values.py) take: a folder for a file, or a database's address."""
    return tmp_path if request.param == "sqlite" else request.getfixturevalue("database")
