"""What of PostHog's refusals is our own doing, and how long we are asked to wait."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.contract import Reason
from probes.wire.exchange import Exchange
from probes.wire.refusals import (
    WAIT_MAX_S,
    WAIT_S,
    blocked,
    code,
    is_page,
    ours,
    retry_after_s,
    word,
)


def said(status: int, body: Any = None, **headers: str) -> Exchange:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange(status=status, body=json.dumps(body).encode(), headers=names)


def error(code: str) -> dict[str, Any]:
    return {"type": "x", "code": code, "detail": "A sentence.", "attr": None}


def reason_of(answer: Exchange) -> Reason | None:
    refusal = ours(answer)
    return refusal.reason if refusal else None


@pytest.mark.parametrize("status", [200, 202, 302, 404, 500, 503, 504, 512])
def test_what_is_not_our_doing_is_left_to_be_judged(status):
    assert ours(said(status)) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said(401, error("authentication_failed")), Reason.OWN_KEY),
        (said(403, error("permission_denied")), Reason.OWN_KEY),
        (said(404, error("not_found")), Reason.OWN_KEY),
        (said(429, error("throttled")), Reason.OWN_LIMIT),
        (said(400, error("invalid_input")), Reason.OWN_FAULT),
        (Exchange(status=403, body=b" <html>"), Reason.CHALLENGE),
    ],
)
def test_our_key_our_limit_and_our_request_are_told_apart(answer, reason):
    assert reason_of(answer) is reason


def test_the_word_for_the_error_is_shown():
    refusal = ours(said(403, error("permission_denied")))
    assert refusal is not None
    assert refusal.detail == "403: our key is refused (permission_denied)"


def test_the_sentence_is_never_shown_for_it_may_quote_our_key():
    quoting = {"code": "API key is not valid: phc_hush", "detail": "phc_hush"}
    assert code(said(401, quoting)) == ""
    assert "hush" not in str(ours(said(401, quoting)))


@pytest.mark.parametrize("value", [None, 7, "", "Upper", "two words", "x" * 41])
def test_only_one_plain_word_is_a_word(value):
    assert word(value) == ""


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (said(429), WAIT_S),
        (said(429, retry_after="17"), 17.0),
        (said(429, retry_after="0"), 1.0),
        (said(429, retry_after="999999999"), WAIT_MAX_S),
        (said(429, {"detail": "Expected available in 42 seconds."}), 42.0),
        (said(429, {"detail": "Expected available in 1 second."}), 1.0),
        (said(429, {"detail": "Too many queries at once."}), WAIT_S),
        (said(429, {"detail": 5}), WAIT_S),
        (said(429, {"detail": "in 42 seconds"}, retry_after="soon"), 42.0),
        (Exchange(status=429, body=b"<html>"), WAIT_S),
    ],
)
def test_we_wait_as_long_as_we_are_told_and_never_for_ever(answer, seconds):
    assert retry_after_s(answer) == seconds


def test_a_page_is_known_by_its_type_or_by_its_first_letter():
    assert is_page(said(403, content_type="text/html; charset=utf-8"))
    assert is_page(Exchange(body=b"\n<!doctype html>"))
    assert not is_page(said(403, error("permission_denied")))


@given(status=st.integers(100, 599), body=st.binary(), header=st.text())
def test_whatever_comes_is_read_without_an_exception(status, body, header):
    answer = Exchange(status=status, body=body, headers={"retry-after": header})
    ours(answer)
    assert 1.0 <= retry_after_s(answer) <= WAIT_MAX_S


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "detail"]), inner),
    )
)
def test_json_of_any_shape_is_read_without_an_exception(body):
    answer = said(429, body)
    assert 1.0 <= retry_after_s(answer) <= WAIT_MAX_S
    assert isinstance(code(answer), str)


# ── kept out ──────────────────────────────────────────────────────────────────────────────────


def shut(status: int = 403, body: str = "error code: 1020", server: str = "cloudflare") -> Exchange:
    return Exchange(status=status, body=body.encode(), headers={"server": server})


@pytest.mark.parametrize(
    "body",
    [
        "error code: 1006",
        "<title>Error 1020</title>",
        '<span class="cf-error-code">1010</span>',
        "<h1>Sorry, you have been blocked</h1>",
    ],
)
def test_cloudflare_says_that_we_are_kept_out(body):
    refusal = blocked(shut(body=body))
    assert refusal is not None
    assert refusal.reason is Reason.CHALLENGE


@pytest.mark.parametrize(
    "answer",
    [
        shut(status=503),
        shut(server="nginx"),
        shut(body="<h1>403 Forbidden</h1>"),
        shut(body="error code: 1016"),  # the origin's name is not found: theirs
        shut(body="error code: 10200"),
    ],
    ids=["status", "server", "no word of it", "of the origin", "another number"],
)
def test_any_other_403_is_left_to_be_judged(answer):
    assert blocked(answer) is None
