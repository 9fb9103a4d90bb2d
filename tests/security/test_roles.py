"""Who may do what over HTTP: nobody, a reader, Alertmanager, whoever acts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.config.written import loaded, refused
from tests.metrics.sample import roll, show
from tests.security.routes import ACT, ALERTS, OPEN, READ, ROLES, address, app_routes
from tests.web.listener import Listener, open_incident
from tests.web.site import TOKEN, Daemon, Site, site

READING, ALERTING = "only-for-reading", "only-for-all-alerts"
TOKENS = {"nobody": "", "reader": READING, "alertmanager": ALERTING, "actor": TOKEN}
NOTE = {"by": "ada", "text": "x"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def password(token: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'anybody:{token}'.encode()).decode()}"}


@asynccontextmanager
async def house(
    listener: Listener | None = None, daemon: Daemon | None = None, reading: str | None = READING
) -> AsyncIterator[Site]:
    """A site with a token for each role."""
    heard = listener or await open_incident()
    tokens = {
        "reading_token": None if reading is None else SecretStr(reading),
        "alertmanager_token": SecretStr(ALERTING),
    }
    daemon = daemon or Daemon(view=replace(show(), roll=roll()))
    async with site(daemon, desk=heard.desk, say=heard.say, **tokens) as there:
        yield there


def test_every_address_has_a_role():
    assert app_routes() == ROLES.keys()


# ── reading ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize(
    ("who", "status"), [("reader", 200), ("actor", 200), ("nobody", 401), ("alertmanager", 401)]
)
async def test_who_reads_where_reading_needs_a_token(path: str, who: str, status: int):
    async with house() as there:
        found = await there.get(address(path), headers=bearer(TOKENS[who]))
    assert found[0] == status


@pytest.mark.parametrize("path", READ)
async def test_anybody_reads_where_no_reading_token_is_set(path: str):
    async with house(reading=None) as there:
        assert (await there.get(address(path)))[0] == 200


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("who", ["reader", "actor"])
async def test_a_browser_may_send_the_token_as_a_password(path: str, who: str):
    async with house() as there:
        assert (await there.get(address(path), headers=password(TOKENS[who])))[0] == 200


async def test_a_browser_is_told_to_ask_for_it():
    async with house() as there, there.client.get("/") as answer:
        assert answer.headers["WWW-Authenticate"].startswith('Bearer, Basic realm="')


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/api/v1/incidents/us-99"])
async def test_whoever_may_not_read_learns_nothing_of_what_is_there(path: str):
    async with house() as there:
        assert (await there.get(path))[0] == 401


async def test_head_tells_no_more_than_get():
    async with house() as there, there.client.head("/metrics") as answer:
        assert answer.status == 401


@pytest.mark.parametrize("path", OPEN)
async def test_whatever_keeps_us_running_needs_no_token(path: str):
    async with house() as there:
        assert (await there.get(path))[0] == 200


async def test_what_is_missing_is_told_to_readers_only():
    daemon = Daemon(missing=["the store /secret/place is gone"])
    async with house(daemon=daemon) as there:
        assert await there.get("/-/ready") == (503, "Not ready.\n")
        told = await there.get("/-/ready", headers=bearer(READING))
    assert told == (503, "Not ready. Missing:\n- the store /secret/place is gone\n")


@pytest.mark.parametrize("given", [{}, password(""), {"Authorization": "Bearer "}])
async def test_an_empty_reading_token_lets_nobody_in(given: dict[str, str]):
    async with house(reading="") as there:
        assert (await there.get("/metrics", headers=given))[0] == 401


# ── acting ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ACT)
@pytest.mark.parametrize("who", ["nobody", "reader", "alertmanager"])
async def test_who_may_not_act(path: str, who: str):
    listener, daemon = await open_incident(), Daemon()
    before = dict(listener.heard)
    async with house(listener, daemon) as there:
        status, _ = await there.ask(
            "POST", address(path), headers=bearer(TOKENS[who]), json={"by": "ada", "text": "x"}
        )
    assert status == 401
    assert (listener.heard, daemon.reloads) == (before, 0)


@pytest.mark.parametrize("path", ACT)
async def test_a_password_never_acts(path: str):
    listener, daemon = await open_incident(), Daemon()
    async with house(listener, daemon) as there:
        status, _ = await there.ask("POST", address(path), headers=password(TOKEN), json=NOTE)
    assert (status, daemon.reloads, len(listener.heard)) == (401, 0, 1)


async def test_whoever_has_the_token_acts():
    listener = await open_incident()
    async with house(listener) as there:
        said = await there.ask(
            "POST", "/api/v1/incidents/us-1/note", headers=bearer(TOKEN), json=NOTE
        )
    assert said[0] == 200
    assert [entry.what for entry in listener.entries] == ["declared", "note"]


@pytest.mark.parametrize(
    ("who", "status"), [("alertmanager", 400), ("nobody", 401), ("reader", 401), ("actor", 401)]
)
async def test_only_alertmanager_tells_of_alerts_where_it_has_a_token_of_its_own(
    who: str, status: int
):
    async with house() as there:
        found = await there.ask("POST", ALERTS[0], headers=bearer(TOKENS[who]), data=b"{}")
    assert found[0] == status


# ── nothing changes by reading ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", sorted({path for _, path in ROLES}))
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("trick", [{}, {"X-HTTP-Method-Override": "POST"}, {"X-Method": "POST"}])
async def test_nothing_changes_by_get_whatever_one_may_do(
    path: str, method: str, trick: dict[str, str]
):
    listener, daemon = await open_incident(), Daemon()
    before, state = dict(listener.heard), listener.state
    async with house(listener, daemon) as there:
        await there.ask(
            method,
            f"{address(path)}?_method=POST&by=ada&text=x",
            headers=bearer(TOKEN) | trick,
            json=NOTE,
        )
    assert (listener.heard, listener.state, daemon.reloads) == (before, state, 0)


# ── the config ────────────────────────────────────────────────────────────────────────────────


def test_a_reading_token_is_read_from_the_config(tmp_path: Path):
    text = "web: {reading_token: '${env:READING}', token: '${env:ACTING}'}\n"
    web = loaded(tmp_path, text, {"READING": READING, "ACTING": TOKEN}).web
    assert web.reading_token == SecretStr(READING)


def test_a_reading_token_without_a_value_is_refused_for_anybody_could_read(tmp_path: Path):
    [problem] = refused(tmp_path, "web: {reading_token: '${env:READING}'}\n")
    assert problem.message == "READING is not set"


@pytest.mark.parametrize("other", ["token", "alertmanager_token"])
def test_whoever_may_only_read_has_another_token(tmp_path: Path, other: str):
    text = f"web: {{reading_token: '{TOKEN}', {other}: '{TOKEN}'}}\n"
    [problem] = refused(tmp_path, text)
    assert "another one" in f"{problem.message} {problem.expected}"
    assert TOKEN not in str(problem)
