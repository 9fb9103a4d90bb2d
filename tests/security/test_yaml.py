"""Config, rules and stories are YAML that somebody else may have written: read by one door, which bounds it.

What that door refuses, case by case, is in tests/config/test_yaml.py.
"""

from __future__ import annotations

import ast
import re
import tracemalloc
from pathlib import Path

import pytest

from checker.config import ConfigError, load
from checker.rehearsal.reading import read
from tests.config.written import loaded, problems, refused

ROOT = Path(__file__).parents[2]
PRODUCT = [*ROOT.glob("probes/**/*.py"), *ROOT.glob("checker/**/*.py")]
MB = 1024 * 1024

LEVELS = "".join(
    f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "nested": "location: " + "[" * 20_000 + "\n",
    "nested mappings": "location: " + "{a: " * 20_000 + "\n",
    "aliases": "a: &a [x, x, x, x, x, x, x, x, x]\n" + LEVELS,
    "merge": "a: &a {b: 1}\nweb: {<<: *a}\n",
    "twice": "location: a\nlocation: b\n",
    "python": "location: !!python/object/apply:os.system ['true']\n",
    "many keys": "".join(f"k{n}: 1\n" for n in range(10_000)),
    "a long one": "location: " + "x" * MB + "\n",
    "wide": "location: [" + "a," * 50_000 + "a]\n",
    "a long number": "retention: " + "9" * 100_000 + "\n",
    "a telling line": "location: " + "token" * 50_000 + "\n",
    "a telling gap": "location: token" + " " * 900_000 + "x\n",
    "an endless key": "k" * 1_000_000 + ": 1\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_refused_and_takes_little_room(tmp_path: Path, text: str):
    tracemalloc.start()
    try:
        assert refused(tmp_path, text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * MB


def test_a_story_is_read_by_the_same_door(tmp_path: Path):
    settings = load(ROOT / "config", {})
    for name in ("nested", "aliases", "twice", "python", "a long one"):
        (tmp_path / "story.yaml").write_text(HOSTILE[name])
        with pytest.raises(ConfigError):
            read(tmp_path / "story.yaml", settings)


def test_the_most_that_a_file_may_hold_is_a_megabyte(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"#" * (MB + 1))
    assert next(p.message for p in problems(tmp_path)) == "too long"


def test_a_time_of_day_is_no_number_of_minutes(tmp_path: Path):
    """YAML 1.1 would read 22:30 as 1350."""
    hours = loaded(tmp_path, "working_hours: {begin: 08:30, end: 22:30}\n").policy.working_hours
    assert hours is not None
    assert (hours.begins_min, hours.ends_min) == (510, 1350)


def test_only_one_module_knows_the_parser_and_it_makes_no_objects():
    """`yaml.parse` gives events; nothing here constructs what a document names."""
    knows = {
        path.relative_to(ROOT).as_posix(): path.read_text()
        for path in PRODUCT
        if any(
            (isinstance(node, ast.Import) and any(a.name == "yaml" for a in node.names))
            or (
                isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "yaml"
            )
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }
    assert set(knows) == {"checker/config/tree.py", "checker/config/documents.py"}
    called = {call for text in knows.values() for call in re.findall(r"yaml\.([a-z]\w*)\(", text)}
    assert called == {"parse"}


def test_nothing_else_of_the_product_makes_objects_of_what_it_reads():
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert not {a.name for a in node.names} & {"pickle", "marshal", "shelve"}, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec"), path
