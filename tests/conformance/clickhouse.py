"""A real ClickHouse, embedded: runs in an environment of its own that has `chdb` and nothing of ours.

Standard input is JSON, {"rows": [[uuid, event, distinct_id, timestamp], …], "queries": [sql, …]}. Standard output is,
for each query, {"rows": […]} or {"error": "…"}.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from chdb import session

# The part of PostHog's table that our queries speak of. Theirs is a ReplacingMergeTree, in which copies of an event
# become one sooner or later; here they shall stay.
TABLE = """
create table events (
    team_id Int64 default 1, uuid UUID, event String, distinct_id String, timestamp DateTime64(6, 'UTC')
) engine = MergeTree order by (team_id, toDate(timestamp), event, distinct_id, uuid)
"""


def answer(clickhouse: Any, sql: str) -> dict[str, Any]:
    try:
        found = json.loads(clickhouse.query(sql, "JSONCompact").bytes())
    except Exception as error:  # whatever it is, ClickHouse has refused it
        return {"error": str(error)[:200]}
    return {"rows": found["data"]}


def main() -> None:
    asked = json.load(sys.stdin)
    clickhouse = session.Session()
    clickhouse.query("set session_timezone = 'UTC', output_format_json_quote_64bit_integers = 0")
    clickhouse.query(TABLE)
    for row in asked["rows"]:  # one by one: duplicates in one insert would become one row
        values = ", ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in row)
        clickhouse.query(
            f"insert into events (uuid, event, distinct_id, timestamp) values ({values})"
        )
    json.dump([answer(clickhouse, sql) for sql in asked["queries"]], sys.stdout)


if __name__ == "__main__":
    main()
