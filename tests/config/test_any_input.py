"""Whatever is in the files, it is either settings or problems with places."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.config import ConfigError, load
from checker.config.loading import SECTIONS
from tests.config.written import KINDS, completed
from tests.config.written import SECTIONS as GOOD

KEYS = st.sampled_from(
    [*SECTIONS, "web", "location", "us", "app", "probe", "page", "surface", "every", "thresholds",
     "token", "host", "app_host", "aliases", "symptom", "kind", "bell", "required", "json", "every_s"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), KEYS,
    st.sampled_from(["30s", "${env:SET}", "${env:UNSET}", "${file:/dev/null}", "${", "app down", "[", "us.test"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
MARKUP = st.text(
    st.sampled_from(string.ascii_lowercase[:6] + " \n\t:-?[]{}#&*!|>'\"%@`,${}é\x85\ufeff"),
    max_size=60,
)


def outcome(content: bytes, env: Mapping[str, str]) -> ConfigError | None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(content)
        try:
            load(Path(folder), env, KINDS)
        except ConfigError as error:
            return error
    return None


def is_in_place(error: ConfigError) -> bool:
    str(error)
    return all(
        p.line >= 0 and p.column >= (1 if p.line else 0) and p.message for p in error.problems
    )


def test_what_is_right_raises_nothing():
    assert outcome("".join(GOOD.values()).encode(), {}) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"%YAML 9.9\n---\n")
@example(b"a: |1000000000\n x")
@example(b"? " * 3000)
@example(b"- " * 3000)
@example(b"{" * 3000)
@example(b'a: "${file:/\\0}"')
def test_any_bytes_are_a_config_or_a_config_error(content):
    error = outcome(content, {})

    assert error is not None
    assert is_in_place(error)


@settings(max_examples=400, deadline=None)
@given(MARKUP)
def test_any_markup_is_a_config_or_a_config_error(text):
    error = outcome(completed(text + "\n").encode(), {})

    assert error is None or is_in_place(error)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=5), st.text(max_size=8))
def test_any_values_are_a_config_or_a_config_error(values, secret):
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False) if values else ""
    left_out = "".join(section for name, section in GOOD.items() if name not in values)

    error = outcome((text + left_out).encode(), {"SET": secret})

    assert error is None or is_in_place(error)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(GOOD)), VALUES)
def test_any_value_for_a_section_is_a_config_or_a_config_error(section, value):
    others = "".join(text for name, text in GOOD.items() if name != section)
    text = yaml.safe_dump({section: value}, allow_unicode=True) + others

    error = outcome(text.encode(), {"SET": "x"})

    assert error is None or is_in_place(error)
