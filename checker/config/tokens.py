"""The tokens of `web`: one for each role, so that whoever has one cannot do what another is for."""

from __future__ import annotations

from typing import Final

from checker.config.entries import WebEntry
from checker.config.report import Report
from checker.config.tree import Branch

ROLES: Final = ("token", "alertmanager_token", "reading_token")


def refuse_equal(section: Branch, web: WebEntry, report: Report) -> None:
    """Each token that is the same as one before it. Values are compared, and never shown."""
    seen: dict[str, str] = {}
    for key in (key for key in section.entries if key in ROLES):
        token = getattr(web, key)
        value = token.get_secret_value() if token else ""
        if value in seen:
            message = f"`{key}` is the same as `{seen[value]}`: whoever has one could do what the other is for"
            report.refuse(section.entries[key].value.place, message, "another one")
        elif value:
            seen[value] = key
