"""Every secret that a config can hold is planted in one, a whole daemon runs on it, and all that fails says it back.

Nothing of them may be found again: in the log, on the pages, in the metrics, in what others are told, in the store.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from checker.config import load
from checker.config.entries import General, HeartbeatEntry, TargetEntry, WebEntry
from checker.config.kinds import installed
from checker.config.secrecy import secrets_of
from tests.security.mirror import Mirror
from tests.security.planted import found_in, planted_in, responders, secret, secret_fields
from tests.world.daemon import Process, checker, until
from tests.world.world import World

pytestmark = pytest.mark.timeout(120)

KINDS = installed()
NAMES = {
    *(f"{kind}.{n}" for kind, k in KINDS.responders.items() for n in secret_fields(k.settings)),
    *(f"{kind}.{n}" for kind, k in KINDS.probes.items() for n in secret_fields(k.params)),
    *(f"targets.{n}" for n in secret_fields(TargetEntry)),
    *(f"web.{n}" for n in secret_fields(WebEntry)),
    *(f"heartbeat.{n}" for n in secret_fields(HeartbeatEntry)),
    *(f"general.{n}" for n in secret_fields(General)),
}
# A file has no password. What a PostgreSQL's address does is looked at below.
NOT_HERE = {"general.store"}


def config(world: World, mirror: Mirror, folder: Path) -> Path:
    """Everything that can be told something, by itself and by a way that fails."""
    host = mirror.address.removeprefix("http://")
    keys = {name: secret(f"targets.{name}") for name in secret_fields(TargetEntry)}
    us = {"app_host": host, "ingest_host": host, "plain_http": True, "project_id": "1", **keys}
    eu = {"app_host": world.eu.app.address.removeprefix("http://"), "plain_http": True}
    bad = {f"bad-{kind}": {"kind": kind, **e} for kind, e in responders(mirror.address).items()}
    outlets = ("banner", "uptimerobot", "webhook", "slack_announcements")
    bad |= {f"bad-{kind}": bad[f"bad-{kind}"] | {"auto_from": "minor"} for kind in outlets}
    bad["bad-pagerduty_incident"] |= {"duties": ["fallback", "resolve"]}
    good = {
        "pagerduty": {
            "routing_key": world.pagerduty.routing_key,
            "base_url": world.pagerduty.address,
        },
        "slack": {"token": world.slack.token, "base_url": world.slack.api},
    }
    checks = {
        "app": {"probe": "page", "surface": "app", "targets": ["us", "eu"], "path": "/login"},
        "insights": {"probe": "insight", "surface": "insights", "targets": ["us"]},
        "flags": {"probe": "flags", "surface": "flags", "targets": ["us"], "canary": "on"},
        "capture": {"probe": "capture", "surface": "capture", "targets": ["us"]},
        "ingestion": {"probe": "ingestion", "surface": "ingestion", "targets": ["us"]},
        "stored": {"probe": "stored", "surface": "insights", "targets": ["us"], "every": "1h"},
        "queue": {
            "probe": "promql",
            "surface": "ingestion",
            "targets": ["us"],
            "url": mirror.address,
            "plain_http": True,
            "query": "up",
            "condition": "> 0",
            "token": secret("promql.token"),
        },
    }
    return world.config(
        folder,
        targets={"us": us, "eu": eu},
        checks={name: {"every": "15s"} | check for name, check in checks.items()},
        responders={**good, **bad},
        heartbeat={"url": f"{mirror.address}/beat/{secret('heartbeat.url')}", "every": "1s"},
        web={
            "host": "127.0.0.1",
            "port": 0,
            **{name: secret(f"web.{name}") for name in secret_fields(WebEntry)},
        },
    )


def test_every_secret_there_can_be_is_planted(tmp_path: Path):
    """A new kind that has one must be planted too."""
    entries = responders("http://127.0.0.1:1")
    others = {"promql.token"} | {n for n in NAMES if n.split(".")[0] in ("targets", "web")}
    assert planted_in(entries) | others | {"heartbeat.url"} | NOT_HERE == NAMES


async def test_each_of_them_is_known_as_a_secret(tmp_path: Path):
    async with World() as world, Mirror() as mirror:
        settings = load(config(world, mirror, tmp_path / "config"), {})
    known = " ".join(secrets_of(settings))
    assert [name for name in sorted(NAMES - NOT_HERE) if secret(name) not in known] == []


@dataclass
class Night:
    """A daemon in a bad night, and what it has said to whom."""

    world: World
    mirror: Mirror
    daemon: Process
    config: Path

    async def ask(self, path: str, method: str = "GET", token: str = "reading_token") -> str:
        """Status, headers and text of one answer."""
        headers = {"Authorization": f"Bearer {secret(f'web.{token}')}"}
        body = {"by": "ada", "text": "tried turning it off", "what": "x", "target": "us"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.request(
                method, self.daemon.address + path, json=body if method == "POST" else None
            ) as answer,
        ):
            return f"{answer.status} {dict(answer.headers)} {await answer.text()}"


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Night]:
    async with World() as world, Mirror() as mirror:
        folder = config(world, mirror, tmp_path / "config")
        daemon = Process(folder)
        await daemon.start()
        yield Night(world, mirror, daemon, folder)
        await daemon.kill()


async def goes_wrong(night: Night) -> None:
    """Wait until everything that can fail has failed, and people have been told what can be told."""
    wanted = {
        "/v2/enqueue",  # pages
        "/incidents",  # read back, and rung by the second way
        "/api/conversations.create",  # the room
        "/api/apps.connections.open",  # Slack's socket
        "/api/chat.postMessage",  # the announcement
        "/api/projects",  # the banner, insights
        "/psps/1",  # the status page
        f"/hook/{secret('webhook.address')}",
        f"/beat/{secret('heartbeat.url')}",
        "/api/v1",  # Prometheus
    }
    await until(lambda: bool(night.world.pagerduty.rings), 60, "the page")
    for who in ("slack", "webhook", "uptimerobot"):
        assert who in str(night.config.joinpath("checker.yaml").read_text())
    left: set[str] = set()

    def has_all() -> bool:
        left.clear()
        left.update(wanted - night.mirror.asked.keys())
        return not left

    try:
        await until(has_all, 60, "all to fail")
    except TimeoutError:
        raise AssertionError(f"never asked: {left} of {dict(night.mirror.asked)}") from None
    await asyncio.sleep(3.0)  # a second try of each, with another answer


async def test_no_secret_is_found_again_after_a_bad_night(night: Night):
    await goes_wrong(night)
    said = {"note": await night.ask("/api/v1/incidents/us-1/note", "POST", "token")}
    broken = night.config / "broken.yaml"
    broken.write_text((night.config / "checker.yaml").read_text().replace("pace:", "paze:"))
    said["refused reload"] = await night.ask("/-/reload", "POST", "token")
    said["wrong alerts"] = await night.ask("/webhooks/alertmanager", "POST", "alertmanager_token")
    broken.unlink()
    for path in ("/", "/metrics", "/-/ready", "/api/v1/status", "/api/v1/incidents"):
        said[path] = await night.ask(path)
    said["one"] = await night.ask("/api/v1/incidents/us-1")
    assert "us-1" in said["one"]
    for words in (
        ("config", "check"),
        ("doctor",),
        ("check",),
        ("incident", "list"),
        ("incident", "show", "us-1"),
        ("incident", "export", "us-1"),
    ):
        said[" ".join(words)] = (await checker(*words, "--config", night.config))[1]
    said["processes"] = command_line(night.daemon.pid)
    await night.daemon.stop()
    said["log"] = night.daemon.log.read_text()
    said |= told_to_people(night.world)
    for file in night.config.glob("*.db*"):
        said[file.name] = file.read_bytes().decode("latin-1")
    found = {where: names for where, text in said.items() if (names := found_in(text, NAMES))}
    assert found == {}


def command_line(pid: int) -> str:
    """What anybody on the machine sees of a process."""
    return Path(f"/proc/{pid}/cmdline").read_text()


def told_to_people(world: World) -> dict[str, str]:
    """What the Slack and the PagerDuty that work were told."""
    rooms = [(c.name, c.topic, c.purpose, c.messages) for c in world.slack.workspace.channels]
    return {
        "slack": str(rooms) + str(world.slack.workspace.directs),
        "files": str([upload.content for upload in world.slack.workspace.files]),
        "pagerduty": json.dumps([world.pagerduty.events, world.pagerduty.changes]),
    }


@pytest.mark.parametrize("wrong", ["password", "host"])
async def test_the_stores_password_is_in_no_error(tmp_path: Path, wrong: str):
    password = secret("general.store")
    url = f"postgresql+asyncpg://checker:{password}@127.0.0.1:1/checker?x={password}"
    async with World() as world:
        folder = world.config(tmp_path / "config", store=url)
        for words in (("run",), ("incident", "list"), ("doctor",), ("config", "check")):
            code, text = await checker(*words, "--config", folder)
            assert code != 0 or words == ("config", "check")
            assert text
            assert found_in(text, NAMES) == []
