"""What PagerDuty's webhooks say, version 3, and how it signs them.

developer.pagerduty.com, "Webhooks Overview", "Verifying Signatures".
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

SECRET = "FA4Ewebhook5ecretFA4Ewebhook5ecret"


def message(
    what: str, key: str, by: str = "Ada Lovelace", assignees: tuple[str, ...] = (), **event: Any
) -> dict[str, Any]:
    """`what` happened to the incident with this key; `by` is empty where no person did it."""
    told = {
        "id": "01CH5M4VL4K6WZVGQVHBSNMGWD",
        "event_type": what,
        "resource_type": "incident",
        "occurred_at": "2026-11-23T12:00:07.131Z",
        "agent": user(by) if by else integration(),
        "client": None,
        "data": {
            "id": "PGR0VU2",
            "type": "incident",
            "number": 2,
            "status": "triggered",
            "incident_key": key,
            "created_at": "2026-11-23T12:00:00Z",
            "title": "MAJOR us-1: app down at us",
            "service": {"id": "P43Y0E8", "type": "service_reference", "summary": "PostHog Cloud"},
            "assignees": [user(name) for name in assignees],
            "urgency": "high",
            "resolve_reason": None,
        },
    }
    return {"event": told | event}


def user(name: str) -> dict[str, str]:
    return {"id": "PLH1HKV", "type": "user_reference", "summary": name}


def integration() -> dict[str, str]:
    return {
        "id": "PQ12345",
        "type": "events_api_v2_inbound_integration_reference",
        "summary": "checker",
    }


def as_bytes(said: Any) -> bytes:
    return json.dumps(said).encode()


def signature(body: bytes, *secrets: str) -> str:
    """The header's value: one signature for each secret."""
    made = (hmac.new(s.encode(), body, hashlib.sha256).hexdigest() for s in secrets or (SECRET,))
    return ",".join(f"v1={digest}" for digest in made)
