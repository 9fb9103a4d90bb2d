"""A real Alertmanager on loopback is understood, whichever way it brings the token."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from checker.core.events import Alerted, Event
from checker.core.model import Phase
from tests.core.story import make_policy
from tests.core.test_alerts import CRITICAL
from tests.web.listener import Listener
from tests.web.site import TOKEN, site
from tests.web.test_webhooks import PATH

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
AUTH = {
    "bearer": {"authorization": {"type": "Bearer", "credentials": TOKEN}},
    "basic": {"basic_auth": {"username": "checker", "password": TOKEN}},
}
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "alertmanager.md"
YAML = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="Alertmanager is not installed (Debian package prometheus-alertmanager)"
)


class Waiting(Listener):
    """A listener whose words can be waited for."""

    def __init__(self) -> None:
        super().__init__(make_policy(rules=(CRITICAL,)))
        self.queue: asyncio.Queue[Event] = asyncio.Queue()

    async def put_inbox(self, inbox_id: str, event: Event, at: float) -> bool:
        is_new = await super().put_inbox(inbox_id, event, at)
        self.queue.put_nowait(event)
        return is_new


@asynccontextmanager
async def alertmanager(folder: Path, url: str, auth: dict[str, Any]) -> AsyncIterator[str]:
    """The origin of one that sends all that it hears to `url`, at once."""
    receiver = {"url": url, "send_resolved": True, "http_config": auth}
    config = {
        "route": {"receiver": "checker", "group_wait": "0s", "group_interval": "1s"},
        "receivers": [{"name": "checker", "webhook_configs": [receiver]}],
    }
    written = folder / "alertmanager.yml"
    written.write_text(json.dumps(config))
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        f"--config.file={written}",
        f"--storage.path={folder / 'data'}",
        "--web.listen-address=127.0.0.1:0",
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        yield f"http://{await _address(process.stderr)}"
    finally:
        process.kill()
        await process.communicate()


async def _address(log: asyncio.StreamReader) -> str:
    said = []
    while line := (await log.readline()).decode():
        said.append(line)
        found = re.search(r'Listening on"? address=(127\.0\.0\.1:\d+)', line)
        if found:
            return found[1]
    raise AssertionError("".join(said))


def disk_full(ends_in_s: float) -> list[dict[str, Any]]:
    """What a Prometheus posts: https://prometheus.io/docs/alerting/latest/alerts_api/."""
    now = datetime.now(UTC)
    return [
        {
            "labels": {"alertname": "DiskFull", "severity": "critical", "target": "us"},
            "annotations": {"summary": "98 % of /data"},
            "startsAt": (now - timedelta(minutes=5)).isoformat(),
            "endsAt": (now + timedelta(seconds=ends_in_s)).isoformat(),
        }
    ]


async def tell(prometheus: aiohttp.ClientSession, alerts: list[dict[str, Any]]) -> None:
    async with prometheus.post("/api/v2/alerts", json=alerts) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("way", AUTH)
async def test_what_it_sends_opens_an_incident_and_recovers_it(way, tmp_path):
    listener = Waiting()
    async with (
        site(say=listener.say) as there,
        alertmanager(tmp_path, f"http://127.0.0.1:{there.port}{PATH}", AUTH[way]) as origin,
        aiohttp.ClientSession(origin) as prometheus,
    ):
        await tell(prometheus, disk_full(600))
        fired = await listener.queue.get()
        opened = listener.state.incidents["us-1"]
        await tell(prometheus, disk_full(-1))
        ended = await listener.queue.get()

    assert isinstance(fired, Alerted)
    assert isinstance(ended, Alerted)
    assert [alert.is_firing for alert in (*fired.alerts, *ended.alerts)] == [True, False]
    assert "98 % of /data" in opened.symptoms[0].evidence
    assert listener.state.incidents["us-1"].phase is Phase.RECOVERED


@pytest.mark.parametrize("block", YAML)
async def test_it_understands_the_receivers_of_our_page(block, tmp_path):
    written = tmp_path / "alertmanager.yml"
    written.write_text(block)
    checked = await asyncio.create_subprocess_exec(
        "amtool", "check-config", str(written), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await checked.communicate()

    assert checked.returncode == 0, said.decode()
    assert PATH in block
