"""The page about the HTTP API names all that there is, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.web.bodies import WORDS, DeclareBody, MaintenanceBody
from tests.security.routes import ROLES

PAGE = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \|(.*)$", re.M)
ROWS = ROW.findall(PAGE)


def told(name: str) -> str:
    """All that stands beside what has that name."""
    return " ".join(rest for first, rest in ROWS if first == name)


def test_every_address_is_told_and_no_other():
    assert {name for name, _ in ROWS if name.startswith("/")} == {path for _, path in ROLES}


def test_every_word_is_told_and_no_other():
    assert {name for name, _ in ROWS if re.fullmatch("[a-z]+", name)} == WORDS.keys()


@pytest.mark.parametrize("word", WORDS)
def test_every_key_of_a_word_is_told(word):
    keys = WORDS[word].model_fields.keys() - {"by"}
    assert [key for key in keys if f"`{key}`" not in told(word)] == []


@pytest.mark.parametrize(
    ("path", "body"), [("/api/v1/incidents", DeclareBody), ("/api/v1/maintenance", MaintenanceBody)]
)
def test_every_key_of_what_is_announced_is_told(path, body):
    keys = body.model_fields.keys() - {"by"}
    assert [key for key in keys if f"`{key}`" not in told(path)] == []
