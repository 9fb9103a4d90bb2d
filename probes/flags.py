"""Feature flags come back: asked as an SDK asks, PostHog returns a flag that is on for everyone.

"Feature flags are not being returned at all, or `/decide` is down" is judged by a canary flag of
our own, rolled out to everyone without a condition. A second one, with a condition on a person's
property, shows whether flags that need the database come back too. Always a POST: a GET is answered
with a constant, whatever is broken behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field, SecretStr
from yarl import URL

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange, Request
from probes.wire.redirects import REDIRECTS
from probes.wire.refusals import is_page, status_in_words, word

Key = Annotated[str, Field(min_length=1, max_length=400)]

ASK_AGAIN_S = 60.0  # how long PostHog's word on the canary itself is good: we do not ask each look

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.FLAGS: "the canary flag, which is on for everyone, was not returned as on",
        Reason.STATUS: "not a 200; a 429 counts, for customers have no rate limit here",
        Reason.REDIRECT: "an SDK's POST was redirected",
        Reason.BODY: "a 200 that is not JSON, or has no flags field",
        Reason.INCOMPLETE: "the canary is there, but flags that need the database are not",
        Reason.SLOW: "right, but SDKs have given up by then",
        Reason.OWN_KEY: "our project key is refused",
        Reason.OWN_QUOTA: "our project is over its quota for flags",
        Reason.OWN_FAULT: "our request is refused as malformed",
        Reason.CHALLENGE: "we are taken for a bot, or our address is blocked",
        Reason.LOOK_UP: "our canary flag is switched off, deleted, or has never been seen",
    }
)


class Params(ProbeParams):
    """Which flags are ours, and how they are asked for."""

    needs: ClassVar = ("project_key",)
    remembers: ClassVar = "flags"

    endpoint: Literal["decide", "flags"] = Field("flags", description="the path that is asked")
    version: int | None = Field(
        None, ge=1, le=4, description="of its answer; left out: 3 for decide, 2 for flags"
    )
    canary: Key = Field(description="key of a flag that is on for everyone, with no condition")
    database_canary: Key | None = Field(
        None, description="key of a flag with a condition on a property of the person"
    )
    distinct_id: Key = Field("posthog-checker-canary", description="the person who asks")
    slow_s: float | None = Field(
        3.0, gt=0, description="seconds; SDKs wait for 3 s by default, and then have no flags"
    )


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of an answer. `why` is PostHog's word for why it failed, if it did."""

    on: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What every version of the answer comes to. The first two have no field for `errors`."""

    flags: Mapping[str, Flag]
    errors: bool = False
    over_quota: bool = False
    constant: bool = False  # what a GET gets, and a bot: settings that nobody asked for


async def probe(params: Params, io: Io) -> Outcome:
    """Ask once. A canary that is missing may be our own doing: then PostHog is asked for that."""
    assert io.target is not None, "config gives every check of flags a target"
    found = judge(params, await io.fetch(_question(params, io.target, io.now().isoformat())))
    if found.verdict in (Verdict.PASSED, Verdict.DEGRADED):
        seen = _noted(io.memory, "seen", params.canary) is True
        return found if seen else replace(found, memory={"seen": {params.canary: True}})
    if found.reason is Reason.FLAGS and not found.values["flags_errors"]:
        return await _unless_ours(params, io, io.target, found)
    return found


def by_hand(params: Params, target: Target) -> str:
    """The same question: our flags, as an SDK asks for them."""
    return shell.curl(_question(params, shell.veiled(target), shell.NOW))


def judge(params: Params, answer: Exchange) -> Outcome:
    """What the answer says of flags, worst first."""
    if answer.failure is not None:
        return answer.failed()
    if answer.status != 200:
        return _refused(answer)
    body = answer.json()
    told = answer_of(body.value)
    if told is None:
        return answer.outcome(Reason.BODY, body.problem or "no flags field in the answer")
    values = {"flags_returned": float(len(told.flags)), "flags_errors": float(told.errors)}
    if told.over_quota:
        return answer.outcome(Reason.OWN_QUOTA, "our quota for flags is used up", values=values)
    if params.endpoint == "flags" and told.constant:
        return answer.outcome(Reason.CHALLENGE, "the constant answer that bots get", values=values)
    reason, detail = _verdict(params, told, sum(answer.phases.values()))
    return answer.outcome(reason, detail, values=values)


def answer_of(body: Any) -> Answer | None:
    """An answer of `/decide` (v1 to v4) or `/flags` (v1 to v4). None without a flags field."""
    if not isinstance(body, dict):
        return None
    given = body.get("flags", body.get("featureFlags"))
    if isinstance(given, list):
        flags = {key: Flag(on=True) for key in given if isinstance(key, str)}
    elif isinstance(given, dict):
        flags = {key: _flag(value) for key, value in given.items()}
    else:
        return None
    limited = body.get("quotaLimited")
    return Answer(
        flags,
        errors=body.get("errorsWhileComputingFlags") is True,
        over_quota=isinstance(limited, list) and "feature_flags" in limited,
        constant=not flags and "supportedCompression" in body,
    )


def _flag(value: Any) -> Flag:
    """One flag, whichever way it is written: a scalar, `enabled` and a variant, or a `value`."""
    if not isinstance(value, dict):
        return Flag(on=value is not None and value is not False)
    if value.get("failed") is True:
        reason = value.get("reason")
        why = word(reason.get("code")) if isinstance(reason, dict) else ""
        return Flag(on=False, why=why or "failed")
    on = value.get("enabled", value.get("value"))
    return Flag(on=on is not None and on is not False)


def _verdict(params: Params, told: Answer, took_s: float) -> tuple[Reason | None, str]:
    """The row of the table that holds for an answer with flags in it."""
    problem = _problem(told, params.canary)
    if problem:
        errors = ", and there were errors while computing flags" if told.errors else ""
        return Reason.FLAGS, problem + errors
    if params.database_canary is not None:
        problem = _problem(told, params.database_canary)
    if problem or told.errors:
        return Reason.INCOMPLETE, problem or "there were errors while computing flags"
    if params.slow_s is not None and took_s > params.slow_s:
        return Reason.SLOW, f"took {took_s:.2f} s, over {params.slow_s:g} s"
    return None, ""


def _problem(told: Answer, key: str) -> str:
    flag = told.flags.get(key)
    if flag is None:
        return f"flag {key} is missing among {len(told.flags)}"
    if flag.why:
        return f"flag {key} could not be computed ({flag.why})"
    return "" if flag.on else f"flag {key} is off"


def _refused(answer: Exchange) -> Outcome:
    """What a status other than 200 says. Whoever may not ask is us; for all else, it is down."""
    status = answer.status
    if status in REDIRECTS:
        return answer.outcome(Reason.REDIRECT, f"{status}: a POST was redirected")
    if status == 403 and is_page(answer):
        return answer.outcome(Reason.CHALLENGE, "403 with a page: our address is blocked")
    if status in (401, 403):
        return answer.outcome(Reason.OWN_KEY, f"{status}: our project key is refused")
    if status == 402:
        return answer.outcome(Reason.OWN_QUOTA, "402: our project has to pay first")
    if status in (400, 422):
        return answer.outcome(Reason.OWN_FAULT, f"{status}: our request is refused")
    return answer.outcome(Reason.STATUS, status_in_words(answer))


async def _unless_ours(params: Params, io: Io, target: Target, found: Outcome) -> Outcome:
    """`found`, a canary missing without a word of errors, unless we have removed it ourselves."""
    active, memory = await _is_active(params, io, target)
    if active is None and _noted(io.memory, "seen", params.canary) is True:
        active = True  # as far as we know: it was there before, and PostHog does not say
    if active:
        return replace(found, memory=memory)
    ours = "is switched off or deleted in our project"
    if active is None:
        ours = "has never been seen here: does it exist, and is it on for everyone?"
    return replace(
        found,
        verdict=Verdict.INCONCLUSIVE,
        reason=Reason.LOOK_UP,
        detail=f"our flag {params.canary} {ours}",
        memory=memory,
    )


async def _is_active(
    params: Params, io: Io, target: Target
) -> tuple[bool | None, Mapping[str, Any] | None]:
    """Whether PostHog's API has the canary as active (None: it does not say), and what to note."""
    now = io.now().timestamp()
    known = _noted(io.memory, "asked", params.canary)
    if isinstance(known, dict) and abs(now - known.get("at", 0.0)) < ASK_AGAIN_S:
        return known.get("active"), None
    if target.personal_key is None or target.project_id is None:
        return None, None
    inquiry = _inquiry(params, target.app_origin, target.project_id, target.personal_key)
    active = activity(await io.fetch(inquiry), params.canary)
    return active, {"asked": {params.canary: {"at": now, "active": active}}}


def activity(answer: Exchange, key: str) -> bool | None:
    """Whether a list of our project's flags has `key` as active; None if it does not say."""
    body = answer.json().value
    if answer.failure is not None or answer.status != 200 or not isinstance(body, dict):
        return None
    listed = body.get("results")
    if not isinstance(listed, list):
        return None
    for flag in listed:
        if isinstance(flag, dict) and flag.get("key") == key:
            return flag.get("active") is True and flag.get("deleted") is not True
    return False if body.get("next") is None else None


def _question(params: Params, target: Target, now: str) -> Request:
    assert target.project_key is not None, "without a project key the check is off"
    version = params.version or (3 if params.endpoint == "decide" else 2)
    keys = [key for key in (params.canary, params.database_canary) if key is not None]
    body = {
        "api_key": target.project_key.get_secret_value(),
        "distinct_id": params.distinct_id,
        "groups": {},
        "person_properties": {},
        "group_properties": {},
        "geoip_disable": True,
        "flag_keys_to_evaluate": keys,
        "sent_at": now,
    }
    return Request(
        f"{target.ingest_origin}/{params.endpoint}/?v={version}",
        method="POST",
        headers={"Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )


def _inquiry(params: Params, origin: str, project: str, key: SecretStr) -> Request:
    """Asks the app for our project's flags: the answer holds settings, and no evaluation."""
    url = URL(f"{origin}/api/projects/{quote(project, safe='')}/feature_flags/", encoded=True)
    return Request(
        str(url.with_query(search=params.canary, limit=100)),
        headers={"Authorization": f"Bearer {key.get_secret_value()}"},
    )


def _noted(memory: Mapping[str, Any], what: str, key: str) -> Any:
    """What we remember of a flag, whatever shape the memory has come back in."""
    notes = memory.get(what)
    return notes.get(key) if isinstance(notes, Mapping) else None
