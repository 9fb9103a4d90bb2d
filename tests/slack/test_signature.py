"""Only who knows the secret is believed, and nothing that a stranger sends breaks the question."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from checker.slack.signature import is_signed, sign

NOW = 1_700_000_000.0
STAMP = "1700000000"
ANYTHING = st.text(st.characters(codec=None))


def test_what_is_signed_with_the_secret_is_believed():
    assert is_signed("secret", STAMP, sign("secret", STAMP, b"body"), b"body", NOW + 300)


def test_without_a_secret_of_ours_nobody_is_believed():
    assert not is_signed("", STAMP, sign("", STAMP, b"body"), b"body", NOW)


@given(ANYTHING | st.just(STAMP), ANYTHING, st.binary())
def test_no_stranger_is_believed(timestamp: str, signature: str, body: bytes):
    assert not is_signed("secret", timestamp, signature, body, NOW)
