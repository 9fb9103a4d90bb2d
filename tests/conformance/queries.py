"""Our look-ups in a real ClickHouse: what it refuses must not pass the fake, what both take must come to the same."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp

from probes.wire.canaries import EVENT
from probes.wire.sighting import question
from tests.conformance.findings import Findings
from tests.probes.aviary import target_at
from tests.world.cloud import Cloud

NOW = time.time()
OLD = NOW - 10 * 86400
MUTATIONS = 600
TOKENS = re.compile(r"\w+|\W")

Answer = dict[str, Any]  # {"rows": [[uuid, copies], …]} or {"error": "…"}


def uuid(number: int) -> str:
    return str(UUID(int=number << 64 | 0x4000_8000_0000_0000_0000 | number))


async def check(python: Path, findings: Findings) -> None:
    """Ask both the same, and compare."""
    async with Cloud("US") as cloud, aiohttp.ClientSession() as session:
        await _capture(cloud, session)
        ours = [_sql(range(1, 3)), _sql(range(1, 9)), _sql(range(1, 1001)), _sql([99])]
        mutated = [_mutated(sql, random.Random(seed)) for seed, sql in enumerate(ours[:2] * 300)]
        queries = [*ours, *map(as_posthog_prints_it, ours), *mutated]
        said = await _clickhouse(python, cloud, queries)
        fake = [await _fake(cloud, session, sql) for sql in queries]
    for number, sql in enumerate(ours):
        what = f"a look-up of {sql.count(chr(39)) // 2 - 2} canaries"
        findings.compare(
            f"ClickHouse: {what} is answered as the fake answers it",
            _rows(said[number]),
            _rows(fake[number]),
        )
        printed = said[len(ours) + number]
        findings.compare(
            f"ClickHouse: {what}, as PostHog would print it", _rows(printed), _rows(fake[number])
        )
    _compare_mutations(
        findings, list(zip(mutated, fake[-len(mutated) :], said[-len(mutated) :], strict=True))
    )


def _compare_mutations(findings: Findings, asked: Sequence[tuple[str, Answer, Answer]]) -> None:
    refused = sum("error" in said for _, _, said in asked)
    taken = sum("error" not in fake for _, fake, _ in asked)
    let_in = [
        (sql, said["error"]) for sql, fake, said in asked if "error" in said and "error" not in fake
    ]
    differ = [
        sql
        for sql, fake, said in asked
        if "rows" in said and "rows" in fake and _rows(said) != _rows(fake)
    ]
    findings.note(
        f"of {len(asked)} damaged queries ClickHouse refuses {refused}, the fake takes {taken}"
    )
    findings.compare("what ClickHouse refuses does not pass the fake", let_in, [])
    findings.compare("what both take comes to the same", differ, [])


def _rows(answer: Answer) -> Any:
    """To compare: in any order, as ClickHouse gives them."""
    return sorted(answer["rows"], key=repr) if "rows" in answer else answer


def _sql(numbers: Sequence[int]) -> str:
    """The query as the probe would send it for these canaries."""
    request = question(target_at(""), [uuid(number) for number in numbers], NOW - 600)
    return str(json.loads(request.body or b"")["query"]["query"])


def as_posthog_prints_it(sql: str) -> str:
    """The functions that PostHog's printer makes of HogQL's operators, with its own filter and settings."""
    since, uuids, rest = re.search(
        r"toDateTime\('(.*?)'\) and uuid in \((.*?)\)(.*?) --", sql
    ).groups()  # type: ignore[union-attr]
    conditions = ", ".join(
        [
            "equals(events.team_id, 1)",
            f"equals(events.event, '{EVENT}')",
            f"greaterOrEquals(toTimeZone(events.timestamp, 'UTC'), toDateTime('{since}', 'UTC'))",
            f"in(events.uuid, tuple({uuids}))",
        ]
    )
    columns = "toString(events.uuid), count()"
    return (
        f"select {columns} from events where and({conditions}){rest} settings max_execution_time=10"
    )


def _mutated(sql: str, dice: random.Random) -> str:
    """The query with one of its words or signs gone, twice, changed, or cut in two."""
    words = TOKENS.findall(sql.partition(" -- ")[0])
    at = dice.randrange(len(words))
    word = words[at]
    instead = {
        "gone": "",
        "twice": word * 2,
        "cut": word[: dice.randrange(len(word) + 1)],
        "other": dice.choice(words),
        "wrong": dice.choice(["(", "'", ",", "0", "nothing", ")", "-", "99", " "]),
    }
    words[at] = instead[dice.choice(sorted(instead))]
    return "".join(words) + " -- nonce"


async def _capture(cloud: Cloud, session: aiohttp.ClientSession) -> None:
    """Canaries once and twice, one that is too old, and somebody else's event."""
    events = [
        (1, EVENT, NOW, 1),
        (2, EVENT, NOW, 3),
        (3, EVENT, OLD, 1),
        (4, "other", NOW, 1),
        (5, EVENT, NOW - 500, 1),
    ]
    for number, event, at, copies in events:
        cloud.events.copies = copies
        body = {"api_key": "phc_canary", "event": event, "distinct_id": "a", "uuid": uuid(number)}
        body["timestamp"] = datetime.fromtimestamp(at, UTC).isoformat()
        async with session.post(f"{cloud.ingest.address}/i/v0/e/", json=body) as answer:
            assert answer.status == 200, await answer.text()


async def _fake(cloud: Cloud, session: aiohttp.ClientSession, sql: str) -> Answer:
    body = {"query": {"kind": "HogQLQuery", "query": sql}, "refresh": "force_blocking"}
    keys = {"Authorization": "Bearer phx_canary"}
    path = f"{cloud.app.address}/api/projects/1/query/"
    async with session.post(path, json=body, headers=keys) as answer:
        if answer.status != 200:
            return {"error": answer.status}
        return {"rows": (await answer.json())["results"]}


async def _clickhouse(python: Path, cloud: Cloud, queries: Sequence[str]) -> list[Answer]:
    rows = [
        [event.uuid, event.event, event.distinct_id, event.timestamp]
        for event in cloud.events.visible().values()
        for _ in range(event.copies)
    ]
    process = await asyncio.create_subprocess_exec(
        str(python), str(Path(__file__).with_name("clickhouse.py")), stdin=-1, stdout=-1
    )
    said, _ = await process.communicate(json.dumps({"rows": rows, "queries": queries}).encode())
    if process.returncode != 0:
        raise RuntimeError(f"ClickHouse ended with {process.returncode}")
    return list(json.loads(said))
