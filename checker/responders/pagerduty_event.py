"""What an event says: PagerDuty's shapes, made from an effect's payload and kept within their limits.

developer.pagerduty.com, "Send an event" and "Send a change event".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from pydantic import AnyHttpUrl

from probes.contract import one_line

# The documented limits of an event.
KEY_MAX = 255  # characters of dedup_key
SUMMARY_MAX = 1024  # characters of payload.summary
BODY_MAX = 512 * 1000  # bytes; "512 KB", so the smaller of the two readings

FIELD_MAX = 255  # characters of source, component and a link's text: ours, for a telephone's screen
SEVERITIES = {"minor": "warning", "major": "error", "critical": "critical"}


def trigger(payload: Mapping[str, Any], client_url: AnyHttpUrl | None) -> dict[str, Any]:
    """What a trigger says beside its key."""
    client = {"client": "posthog-checker"} | ({"client_url": str(client_url)} if client_url else {})
    since = datetime.fromtimestamp(payload["since"], UTC)
    more = {
        "component": one_line(payload["component"], FIELD_MAX),
        "timestamp": since.isoformat(timespec="milliseconds"),
        "custom_details": dict(payload["details"]),
    }
    said = bare(payload)["payload"] | more
    return client | {"payload": said, "links": list(_links(payload["links"]))}


def bare(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a trigger must have."""
    return {
        "payload": {
            "summary": one_line(payload["summary"], SUMMARY_MAX),
            "source": one_line(payload["source"], FIELD_MAX),
            "severity": SEVERITIES[payload["severity"]],
        }
    }


def change(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a change event says beside the routing key."""
    at = datetime.fromtimestamp(payload["at"], UTC)
    said = {
        "summary": one_line(payload["summary"], SUMMARY_MAX),
        "source": one_line(payload["source"], FIELD_MAX),
        "timestamp": at.isoformat(timespec="milliseconds"),
        "custom_details": dict(payload["details"]),
    }
    return fitted({"payload": said, "links": list(_links(payload["links"]))})


def _links(links: Any) -> Iterator[dict[str, str]]:
    for link in links:
        yield {"href": link["href"], "text": one_line(link["text"], FIELD_MAX)}


def fitted(event: dict[str, Any]) -> dict[str, Any]:
    """The event under BODY_MAX: the details go first, then the links."""
    for smaller in (event, _without_details(event), _without_details(event) | {"links": []}):
        if len(as_json(smaller)) <= BODY_MAX:
            return smaller
    return smaller


def _without_details(event: dict[str, Any]) -> dict[str, Any]:
    note = {"left out": "the details were too long for PagerDuty"}
    return event | {"payload": event["payload"] | {"custom_details": note}}


def as_json(event: Mapping[str, Any]) -> bytes:
    """In ASCII: no text, however strange, can fail to be encoded."""
    return json.dumps(event).encode("ascii")


def short_key(key: str) -> str:
    """The key, or a digest of one that is too long: trigger and resolve must come to the same."""
    return key if len(key) <= KEY_MAX else sha256(key.encode("utf-8", "replace")).hexdigest()
