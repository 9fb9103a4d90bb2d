"""docs/reference/faults-store.md: whoever reads that something is held finds the test that holds it."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/reference/faults-store.md").read_text(encoding="utf-8")
ROWS = {
    what.strip(): re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", held)
    for what, _, held in re.findall(r"^\| (?!what happens|-)(.+?) \| (.+?) \| (.+) \|$", PAGE, re.M)
}
HELD = sorted({named for held in ROWS.values() for named in held})


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize(("path", "name"), HELD, ids=[name for _, name in HELD])
def test_a_test_that_is_named_is_there(path: str, name: str):
    assert name in names_in(path)


@pytest.mark.parametrize("what", ROWS)
def test_whatever_happens_is_done_to_a_real_one_and_held_at_least_once(what: str):
    assert ROWS[what]


@pytest.mark.parametrize(
    "what",
    [
        "disk is full",
        "locks it",
        "damaged",
        "killed while it writes",
        "answer is cut off",
        "hangs",
        "standby takes over",
        "two daemons lead",
        "PostgreSQL is down",
    ],
)
def test_whatever_is_known_to_happen_has_a_row(what: str):
    assert [row for row in ROWS if what in row]
