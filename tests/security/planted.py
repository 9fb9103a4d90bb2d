"""Every secret that a config can hold, each with a value that is found again wherever it turns up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

SHAPES = {"slack.token": "xoxb-", "slack.app_token": "xapp-", "slack_announcements.token": "xoxb-"}
CUT = 10  # characters of a secret that give it away


def secret(name: str) -> str:
    """Of the field of that name: 32 letters and digits, after what its kind begins with."""
    return SHAPES.get(name, "") + _digest(name)


def _digest(name: str) -> str:
    return sha256(f"planted {name}".encode()).hexdigest()[:32]


def found_in(text: str, names: Iterable[str]) -> list[str]:
    """Which of the secrets stand there, if only their beginnings or ends."""
    marks = {name: _digest(name) for name in names}
    return [n for n, mark in marks.items() if mark[:CUT] in text or mark[-CUT:] in text]


def responders(base: str) -> dict[str, dict[str, Any]]:
    """One of each kind that has a secret, all of them at `base`, "http://127.0.0.1:1234"."""
    return {
        "pagerduty": {
            "routing_key": secret("pagerduty.routing_key"),
            "rest_token": secret("pagerduty.rest_token"),
            "webhook_secret": secret("pagerduty.webhook_secret"),
            "service": "P43Y0E8",
            "base_url": base,
            "rest_url": base,
        },
        "pagerduty_incident": {
            "rest_token": secret("pagerduty_incident.rest_token"),
            "service": "P43Y0E9",
            "from_email": "checker@example.com",
            "rest_url": base,
        },
        "slack": {
            "token": secret("slack.token"),
            "app_token": secret("slack.app_token"),
            "signing_secret": secret("slack.signing_secret"),
            "base_url": f"{base}/api/",
            "page_users": ["U1"],
        },
        "slack_announcements": {
            "token": secret("slack_announcements.token"),
            "channel": "C1",
            "base_url": f"{base}/api/",
        },
        "banner": {"host": base, "project_id": 2, "personal_key": secret("banner.personal_key")},
        "uptimerobot": {
            "api_key": secret("uptimerobot.api_key"),
            "page_id": 1,
            "base_url": base,
        },
        "webhook": {
            "address": f"{base}/hook/{secret('webhook.address')}",
            "token": secret("webhook.token"),
            "signing_secret": secret("webhook.signing_secret"),
        },
    }


def secret_fields(model: type[BaseModel]) -> Iterator[str]:
    """The names of those that hold a secret."""
    for name, field in model.model_fields.items():
        if field.annotation is SecretStr or SecretStr in get_args(field.annotation):
            yield name


def planted_in(entries: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The secrets that really stand in these."""
    text = str(entries)
    return {
        name
        for kind, entry in entries.items()
        for key in entry
        if _digest(name := f"{kind}.{key}") in text
    }


PLANTED_NAMES = planted_in(responders("http://127.0.0.1:1"))
