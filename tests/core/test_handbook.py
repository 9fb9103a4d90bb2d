"""The shipped table and the handbook's examples, held against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
TABLE = yaml.safe_load((HERE.parents[1] / "config" / "severity.yaml").read_text())
EXAMPLES = yaml.safe_load((HERE / "handbook.yaml").read_text())
SECTIONS = ("rules", "never", "ages")

Row = dict[str, Any]


def name(row: Row) -> str:
    """A row as the examples speak of it."""
    more = [
        row.get("scope"),
        row.get("share"),
        None if row.get("critical", True) else "non-critical",
    ]
    alert = f"alert {row['alert']}" if "alert" in row else None
    return ", ".join([row.get("symptom") or alert or row["severity"], *filter(None, more)])


ROWS = [(section, row) for section in SECTIONS for row in TABLE[section]]
CLAIMS = [
    (section, named, example)
    for example in EXAMPLES
    for section in SECTIONS
    for named in example.get(section, ())
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["sentence"])
def test_an_example_has_a_row_or_a_reason(example):
    assert any(example.get(key) for key in (*SECTIONS, "unseen"))


@pytest.mark.parametrize(("section", "named", "example"), CLAIMS, ids=str)
def test_the_row_that_an_example_names_is_there_and_quotes_it(section, named, example):
    (row,) = (row for other, row in ROWS if other == section and name(row) == named)

    assert row["sentence"] == example["sentence"]


@pytest.mark.parametrize(
    ("section", "row"), ROWS, ids=lambda x: x if isinstance(x, str) else name(x)
)
def test_every_row_of_the_table_comes_from_an_example(section, row):
    (example,) = (e for e in EXAMPLES if e["sentence"] == row["sentence"])

    assert name(row) in example[section]


@pytest.mark.parametrize(("section", "named", "example"), CLAIMS, ids=str)
def test_the_row_is_as_severe_as_the_handbook_says(section, named, example):
    (row,) = (row for other, row in ROWS if other == section and name(row) == named)
    word = row.get("becomes") if section == "ages" else row.get("severity", "no incident")

    assert word == example["says"] or (
        example["says"] == "an incident" and word in ("major", "critical")
    )


def test_no_example_is_given_twice():
    assert len({example["sentence"] for example in EXAMPLES}) == len(EXAMPLES)
