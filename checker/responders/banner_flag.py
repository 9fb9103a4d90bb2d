"""What the banner is made of: a part of a feature flag, and what customers see of it.

PostHog's app shows a banner while the flag `cloud-announcement` is on (announcementLogic.ts): the flag's payload, as
Markdown; a text of its own if there is no payload; older builds the variant's key, with `_` for spaces.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from probes.contract import one_line

TEXT_MAX = 500  # characters: ours, for a bar above every page
OWN_WORDS = "the app's own words"

Flag = Mapping[str, Any]  # as the API shows it
Part = Mapping[str, Any]  # of a flag: all that we change, as JSON


class Mode(StrEnum):
    """Where in the flag the words are."""

    PAYLOAD = "payload"  # a boolean flag's payload
    VARIANT = "variant"  # the key of its one variant
    TOGGLE = "toggle"  # nowhere: it is on or off, and the app has a text of its own


def part(flag: Flag, mode: Mode) -> Part:
    """What we would change, as it is."""
    filters = _filters(flag)
    match mode:
        case Mode.PAYLOAD:
            own = {"payload": _payloads(flag).get("true")}
        case Mode.VARIANT:
            own = {"multivariate": filters.get("multivariate"), "payloads": _payloads(flag)}
        case Mode.TOGGLE:
            own = {}
    return {"active": flag.get("active") is True, **own}


def with_words(mode: Mode, text: str) -> Part:
    """The same part when it says `text`."""
    match mode:
        case Mode.PAYLOAD:
            return {"active": True, "payload": json.dumps(as_markdown(text))}
        case Mode.VARIANT:
            # Payloads belong to the variants by name; one without its variant is refused.
            return {"active": True, "multivariate": _only(as_key(text)), "payloads": {}}
        case Mode.TOGGLE:
            return {"active": True}


def off(here: Part) -> Part:
    """The part as it is, not shown."""
    return {**here, "active": False}


def change(flag: Flag, to: Part) -> dict[str, Any]:
    """The body that makes it so. Filters are replaced whole, so all else in them is said again as it is.

    A conflict is only looked for where `version` and `original_flag` are there (posthog/api/feature_flag.py).
    """
    before = {"active": flag.get("active")}
    body: dict[str, Any] = {"active": to["active"]}
    if len(to) > 1:
        before["filters"] = flag.get("filters")
        body["filters"] = _filters(flag) | _own_filters(flag, to)
    if isinstance(flag.get("version"), int):
        body |= {"version": flag["version"], "original_flag": before}
    return body


def face(here: Part) -> str:
    """What customers see of it; empty: nothing."""
    if not here["active"]:
        return ""
    said = _decoded(here["payload"]) if "payload" in here else _variants(here.get("multivariate"))
    return str(said or OWN_WORDS)


def unfit(flag: Flag, mode: Mode) -> str:
    """Why this flag cannot say our words in this mode; empty: it can."""
    if flag.get("deleted"):
        return "it is deleted: restore it at PostHog"
    if mode is Mode.TOGGLE:
        return ""
    if flag.get("has_encrypted_payloads"):
        return "its payload is encrypted: make it a plain one"
    if mode is Mode.PAYLOAD and _filters(flag).get("multivariate"):
        return "it has variants: set `mode: variant`, or make it a boolean flag"
    if mode is Mode.VARIANT and any(group.get("variant") for group in groups(flag)):
        return "a release condition names a variant: take that out"
    return ""


def groups(flag: Flag) -> list[Mapping[str, Any]]:
    """The release conditions."""
    found = _filters(flag).get("groups")
    return [g for g in found if isinstance(g, Mapping)] if isinstance(found, list) else []


def as_markdown(text: str) -> str:
    """One line, in which links stay links, but nothing is loaded from elsewhere and no HTML begins.

    The handbook's own banners hold links: "[More info](https://status.posthog.com/)".
    """
    return one_line(text, TEXT_MAX).replace("<", "&lt;").replace("![", r"\![")


def as_key(text: str) -> str:
    """The same as a variant's key."""
    return one_line(text, TEXT_MAX).replace(" ", "_")


def _own_filters(flag: Flag, to: Part) -> dict[str, Any]:
    if "payload" not in to:
        return {"multivariate": to["multivariate"], "payloads": to["payloads"]}
    others = {key: value for key, value in _payloads(flag).items() if key != "true"}
    return {"payloads": others | ({} if to["payload"] is None else {"true": to["payload"]})}


def _variants(multivariate: Any) -> str:
    """The keys of the variants."""
    found = multivariate.get("variants") if isinstance(multivariate, Mapping) else None
    shown = [v for v in found if isinstance(v, Mapping)] if isinstance(found, list) else []
    return ", ".join(str(variant.get("key")) for variant in shown)


def _only(key: str) -> dict[str, Any]:
    return {"variants": [{"key": key, "name": "", "rollout_percentage": 100}]}


def _filters(flag: Flag) -> dict[str, Any]:
    found = flag.get("filters")
    return dict(found) if isinstance(found, Mapping) else {}


def _payloads(flag: Flag) -> dict[str, Any]:
    found = _filters(flag).get("payloads")
    return dict(found) if isinstance(found, Mapping) else {}


def _decoded(payload: Any) -> Any:
    """A payload is JSON in a string; what is none stays as it is."""
    try:
        return json.loads(payload) if isinstance(payload, str) else payload
    except (ValueError, RecursionError):
        return payload
