"""What probes remember: merge patches, a bound, and what is left for the store to keep."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.memory import Memories, key_of, merged

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)

# RFC 7386, appendix A: original, patch, result.
APPENDIX_A = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


def test_what_was_applied_is_remembered():
    memories = Memories()
    assert memories.apply("us/canaries", {"turn": 1}) == ""
    assert memories.get("us/canaries") == {"turn": 1}


@pytest.mark.parametrize(("original", "patch", "result"), APPENDIX_A)
def test_a_patch_does_what_the_rfc_says(original, patch, result):
    assert merged(original, patch) == result


@given(OBJECTS, OBJECTS)
def test_a_patch_twice_is_a_patch_once(memory, patch):
    once = merged(memory, patch)
    assert merged(once, patch) == once


@given(OBJECTS, OBJECTS)
def test_neither_the_memory_nor_the_patch_is_changed(memory, patch):
    before = json.dumps([memory, patch])
    merged(memory, patch)
    assert json.dumps([memory, patch]) == before


def test_patches_of_looks_that_overlap_both_count():
    memories = Memories()
    memories.apply("us/canaries", {"canaries": {"a": [1], "b": [2]}})
    memories.apply("us/canaries", {"canaries": {"c": [3]}})
    memories.apply("us/canaries", {"canaries": {"a": None}})
    assert memories.get("us/canaries") == {"canaries": {"b": [2], "c": [3]}}


def test_a_memory_that_was_handed_out_stays_as_it_was():
    memories = Memories()
    memories.apply("us/canaries", {"canaries": {"a": [1]}})
    handed_out = memories.get("us/canaries")
    memories.apply("us/canaries", {"canaries": {"b": [2]}, "turn": 2})
    assert handed_out == {"canaries": {"a": [1]}}


def test_a_memory_can_only_be_read():
    memories = Memories()
    with pytest.raises(TypeError):
        memories.get("us/canaries")["turn"] = 1


def test_a_patch_that_makes_it_too_large_is_refused_and_said():
    memories = Memories(limit=100)
    memories.apply("us/canaries", {"turn": 1})
    problem = memories.apply("us/canaries", {"text": "x" * 100})
    assert problem == "memory us/canaries: 120 bytes, and 100 is the most"
    assert memories.get("us/canaries") == {"turn": 1}


def test_a_memory_may_be_as_large_as_the_limit():
    assert Memories(limit=len('{"a":"ä"}'.encode()) + 4).apply("us/x", {"a": "ä"}) == ""


def test_a_memory_that_is_full_can_still_shrink():
    memories = Memories(limit=30)
    memories.apply("us/canaries", {"a": "x" * 20})
    assert memories.apply("us/canaries", {"a": None, "b": 1}) == ""
    assert memories.get("us/canaries") == {"b": 1}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes", {1, 2}])
def test_what_is_not_json_is_refused_and_said(value):
    memories = Memories()
    assert memories.apply("us/canaries", {"turn": value}).startswith("memory us/canaries: not JSON")
    assert memories.get("us/canaries") == {}


def test_a_patch_without_end_is_refused_and_said():
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert "RecursionError" in Memories().apply("us/canaries", deep)


def test_dirty_is_what_has_changed_since_it_was_last_asked():
    memories = Memories()
    memories.apply("us/canaries", {"turn": 1})
    memories.apply("eu/canaries", {"turn": 1})
    assert memories.dirty() == {"us/canaries": {"turn": 1}, "eu/canaries": {"turn": 1}}
    memories.apply("eu/canaries", {"turn": 2})
    assert memories.dirty() == {"eu/canaries": {"turn": 2}}
    assert memories.dirty() == {}


def test_a_patch_that_changes_nothing_leaves_nothing_to_keep():
    memories = Memories()
    memories.apply("us/canaries", {"turn": 1})
    memories.dirty()
    memories.apply("us/canaries", {"turn": 1, "late": None})
    assert memories.dirty() == {}


def test_a_memory_that_has_become_empty_is_kept_as_that():
    memories = Memories()
    memories.restore({"us/canaries": {"turn": 1}})
    memories.apply("us/canaries", {"turn": None})
    assert memories.dirty() == {"us/canaries": {}}


def test_what_was_kept_is_restored_and_not_kept_again():
    memories = Memories()
    memories.restore({"us/canaries": {"turn": 7}})
    assert memories.get("us/canaries") == {"turn": 7}
    assert memories.dirty() == {}


def test_checks_of_a_target_that_name_the_same_memory_share_it():
    assert key_of("us/ingestion", "canaries") == key_of("us/capture", "canaries") == "us/canaries"
    assert key_of("eu/capture", "canaries") == "eu/canaries"


def test_a_check_that_names_no_memory_has_its_own():
    assert key_of("us/flags", "") == "us/flags"
