"""Pages that promise something: whoever reads that something is held finds the test that holds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STORE = "docs/reference/faults-store.md"
PAGES = ("docs/explanation/promise.md", STORE)


def rows(page: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What each row is about, and the tests it names: of every table whose last column is "held by"."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for table in re.findall(r"^\|.*\| held by \|\n\|[-|]+\n((?:\|.*\n?)+)", text, re.M):
        for line in table.splitlines():
            first, *_, held = line.strip("|").split("|")
            yield first.strip(), re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", held)


# What `make test` leaves out, for it takes long.
SELDOM = set(re.findall(r"--ignore=(\S+)", (ROOT / "Makefile").read_text(encoding="utf-8")))
ROWS = [(page, what, held) for page in PAGES for what, held in rows(page)]
HELD = sorted({named for _, _, held in ROWS for named in held})


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize(("path", "name"), HELD, ids=[name for _, name in HELD])
def test_a_test_that_is_named_is_there(path: str, name: str):
    assert name in names_in(path)


@pytest.mark.parametrize(("page", "what", "held"), ROWS, ids=[what for _, what, _ in ROWS])
def test_whatever_is_promised_is_held_at_least_once(
    page: str, what: str, held: list[tuple[str, str]]
):
    assert held


@pytest.mark.parametrize(("page", "what", "held"), ROWS, ids=[what for _, what, _ in ROWS])
def test_whatever_is_promised_is_held_by_a_test_of_every_day(
    page: str, what: str, held: list[tuple[str, str]]
):
    assert [path for path, _ in held if path not in SELDOM]


def test_what_is_left_out_every_day_is_said_to_be():
    assert SELDOM
    told = (ROOT / "docs/explanation/promise.md").read_text(encoding="utf-8")
    assert [path for path in SELDOM if f"`{path}`" not in told] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_promises_something(page: str):
    assert len([row for row in ROWS if row[0] == page]) > 10


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
def test_whatever_is_known_to_happen_to_a_store_has_a_row(what: str):
    assert [row for row in ROWS if row[0] == STORE and what in row[1]]


def test_how_soon_is_promised_as_it_was_found():
    """What is not promised within a minute says what there is instead, in the simulation's own figures."""
    promised, found = (
        set(re.findall(r"\b\d+ / \d+\b", (ROOT / "docs/explanation" / page).read_text("utf-8")))
        for page in ("promise.md", "detection.md")
    )
    assert len(promised) > 5
    assert promised <= found
