"""The page that says what is done about what names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "security.md").read_text()


def test_every_test_that_it_names_is_there():
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_row_names_one():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    assert [row for row in rows[1:] if "`tests/" not in row] == []


def test_every_theme_is_in_it():
    here = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {"test_reference.py"}
    assert [name for name in sorted(here) if name not in PAGE] == []
