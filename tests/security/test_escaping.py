"""What comes from outside is shown and never obeyed: in Slack, in a browser, in logs, in files and their names.

The landing page has its own, in tests/web/test_landing.py, which a real browser opens too.
"""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from checker.core.model import Observation
from checker.desk import Refusal
from checker.export import file_name, put
from checker.journal import write_to
from checker.metrics import Exposition, Metrics
from checker.responders.pagerduty_event import trigger
from checker.responders.slack_message import escaped, escaped_lines, full, plain
from probes.contract import Outcome, Reason, Verdict, one_line
from tests.metrics.sample import ROUTES, plan, show
from tests.responders.effects import notice, page
from tests.web.site import BEARER, site

MENTIONS = ("<!channel>", "<!here>", "<@U0123>", "<#C0123>", "<https://evil.example|status page>")
FENCES = ("```\n<!channel>\n```", "*bold* <!everyone>", "&lt;!channel&gt;", "\u2028<!channel>")
FORGED = 'x\n{"event": "paged", "level": "info"}\r\x1b[2K\x1b[31mall is well\x07'


# ── Slack ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", [*MENTIONS, *FENCES])
def test_nobody_is_called_and_no_link_is_made_by_what_was_seen(text: str):
    said = notice(title=text, lines=[{"label": text, "text": text}], next="")
    for message in (full(said), plain(said)):
        shown = json.dumps(message.blocks, ensure_ascii=False) + message.text
        assert not re.search(r"<[!@#h]", shown)


@given(st.text(alphabet="<>&!@#|`*_~\n\r\u2028\x00\x1bab", max_size=400), st.integers(1, 300))
def test_no_text_whatever_makes_a_control_sequence(text: str, limit: int):
    for shown in (escaped(text, limit), escaped_lines(text, limit)):
        assert not set("<>") & set(shown)
        assert not re.search(r"&(?!(amp|lt|gt);)", shown)
        assert 1 <= len(shown) <= limit


@given(st.text(max_size=3000))
def test_what_was_seen_is_never_formatted(text: str):
    """Only what is ours stands in mrkdwn; the rest is plain_text, which Slack does not read."""
    said = notice(title=text, lines=[{"label": "Seen", "text": f"x {text}"}], next="")
    for block in full(said).blocks:
        for cell in block.get("fields", [block.get("text")]):
            assert cell["type"] == "plain_text" or cell["text"] == "*Seen*"


# ── PagerDuty ─────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_one_line_however_it_was_seen():
    event = trigger(page(summary=FORGED, source=FORGED, component=FORGED).payload, None)["payload"]
    for name in ("summary", "source", "component"):
        assert not re.search(r"[\x00-\x1f\x7f]", event[name])


# ── the log ───────────────────────────────────────────────────────────────────────────────────


def written(form: str) -> io.StringIO:
    stream = io.StringIO()
    write_to(stream, form=form)
    return stream


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_foreign_text_forges_a_line_or_moves_the_cursor(log_as_it_was: None, form: str):
    stream = written(form)
    structlog.get_logger().warning("seen", body=FORGED, why=[FORGED, {FORGED: FORGED}])
    structlog.get_logger().warning(FORGED)
    text = stream.getvalue()
    assert text.count("\n") == 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]", text)


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_libraries_log_comes_in_the_same_lines(log_as_it_was: None, form: str):
    stream = written(form)
    logging.getLogger("aiohttp.client").warning("odd header %s", FORGED)
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert "odd header" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


def test_an_exception_with_a_foreign_text_stays_in_its_line(log_as_it_was: None):
    stream = written("json")
    try:
        raise ValueError(FORGED)
    except ValueError:
        structlog.get_logger().exception("it broke")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "it broke"


@given(st.text())
def test_one_line_is_one(text: str):
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", one_line(text))


# ── metrics and HTTP ──────────────────────────────────────────────────────────────────────────


async def test_no_body_becomes_a_label():
    """Labels are words of closed sets; what was seen would be a new series each time."""
    metrics = Metrics(CollectorRegistry())
    view = show()
    metrics.watch([plan(name) for name in view.policy.watched], ROUTES)
    metrics.show(lambda: view)
    outcome = Outcome(Verdict.FAILED, Reason.BODY, f"it says {FORGED}")
    seen = Observation("us/app", "l1", 1_700_000_000.0, outcome, 0.1)
    metrics.looked(seen, "page", "us")
    text = (await Exposition(metrics).render("")).body.decode()
    assert 'reason="body"' in text
    assert "all is well" not in text
    assert list(text_string_to_metric_families(text))


@pytest.mark.parametrize("path", ["/%0d%0aX-Forged:%201", "/<script>alert(1)</script>", "/%00"])
async def test_no_address_comes_back_in_a_header_or_as_markup(path: str):
    async with site() as there, there.client.get(path) as answer:
        assert "X-Forged" not in answer.headers
        assert "<script>" not in await answer.text()
        assert answer.headers["Content-Type"].startswith(("text/plain", "application/json"))


async def test_what_a_person_wrote_comes_back_as_json_that_no_browser_sniffs():
    async with (
        site() as there,
        there.client.post("/api/v1/incidents/%3Cscript%3E/note", headers=BEARER) as answer,
    ):
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


# ── files ─────────────────────────────────────────────────────────────────────────────────────

NAMES = ["../us-1", "/etc/passwd", "us-1/../../x", "us-1\x00.md", "..", "us-1\n", "-", "a" * 5000]


@pytest.mark.parametrize("name", NAMES[:6])
def test_no_id_leads_out_of_the_folder(name: str):
    with pytest.raises(Refusal):
        file_name(name)


@given(st.text(max_size=50))
def test_whatever_a_file_is_named_after_it_is_one_step_long(name: str):
    try:
        made = file_name(name)
    except Refusal:
        return
    assert Path(made).name == made
    assert re.fullmatch(r"[a-z0-9_-]+\.md", made)


def test_a_link_that_lies_there_is_not_written_through(tmp_path: Path):
    outside = tmp_path / "outside"
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "us-1.md").symlink_to(outside)
    with pytest.raises(Refusal, match="is there already"):
        put("text", "us-1", tmp_path / "here", force=False)
    assert not outside.exists()
