"""`checker incident reconcile` beside a store: who is off, or has no token, is no proof that all is well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from checker.cli import main
from tests.store.values import declared, opened, url_of

CONFIG = """
targets: {us: {app_host: us.test}}
checks: {app: {probe: page, surface: app, targets: [us]}}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
responders:
  pager: {kind: pagerduty, routing_key: "${env:KEY_OF_NOBODY}", rest_token: "${env:TOKEN_OF_NOBODY}"}
"""
Reconcile = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("log_as_it_was")  # the command sets it up


@pytest.fixture
async def reconcile(tmp_path: Path) -> Reconcile:
    """The command, beside a store with an open incident, the page of which PagerDuty took."""
    async with opened(tmp_path) as store:
        await store.restore()
        await store.commit(declared())
        await store.confirmed("us-1/page/1@pager", 101.0, {"status": "accepted"})
    (tmp_path / "checker.yaml").write_text(CONFIG)

    def run(**env: str) -> Result:
        where = ["--config", str(tmp_path), "--store", url_of(tmp_path)]
        return CliRunner().invoke(main, ["incident", "reconcile", *where], env=env)

    return run


def test_without_a_key_the_pager_is_off_and_its_page_was_not_compared(reconcile: Reconcile):
    result = reconcile()

    said = (
        "pager was not asked: it is off (KEY_OF_NOBODY is not set); 1 page of us-1 was not compared"
    )
    assert said in result.output
    assert result.exit_code == 1


def test_without_a_token_to_ask_with_its_page_was_not_compared(reconcile: Reconcile):
    result = reconcile(KEY_OF_NOBODY="k" * 32)

    said = "pager was not asked: it has no rest_token; 1 page of us-1 was not compared."
    assert said in result.output
    assert result.exit_code == 1
