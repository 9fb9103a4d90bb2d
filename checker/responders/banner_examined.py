"""A look at the banner's flag and at the key that is to change it. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from checker.responders.banner_flag import Flag, Mode, groups, unfit
from checker.responders.contract_findings import Finding, bad, ok, warning
from checker.responders.contract_http import NotDone, Outside
from probes.contract import one_line

SCOPE = "feature_flag:write"
WHOLE = "*"  # a key that may do everything


def fitness(number: int, flag: Flag, mode: Mode) -> Iterator[Finding]:
    """Whether the flag can say our words, and to whom."""
    if why := unfit(flag, mode):
        yield bad(f"flag {number} cannot be the banner", why)
        return
    name = one_line(str(flag.get("key")), 60)
    shown = "on" if flag.get("active") else "off"
    yield ok(f"PostHog's flag {number} ({name}) can be the banner; it is {shown}")
    if not any(group.get("rollout_percentage", 100) != 0 for group in groups(flag)):
        yield warning(
            f"flag {number} is rolled out to nobody", "give it a release condition with 100 %"
        )


async def keys(posthog: Outside, host: str) -> Finding:
    """What the key may do, as PostHog tells of the key that asks: `GET /api/personal_api_keys/@current/`."""
    try:
        told = await posthog.ask_for_object("GET", f"{host}/api/personal_api_keys/@current/")
    except NotDone:
        to_do = f"see that the personal key has the scope {SCOPE}"
        return warning("PostHog does not tell what the personal key may do", to_do)
    scopes = told.get("scopes")
    if isinstance(scopes, list) and {SCOPE, WHOLE} & {str(scope) for scope in scopes}:
        return ok("the personal key may change flags")
    return bad("the personal key may not change flags", f"give it the scope {SCOPE}")
