"""A look at PagerDuty that rings nobody.

"Acknowledge" and "resolve" of a key that is not open are dropped, with 202 all the same (developer.pagerduty.com,
"Events API v2 overview"): so ending what was never begun shows that we are heard. It does not show whose telephone
would ring: that a page shows, or the service, where the token may see the keys of its integrations.
"""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from checker.responders.contract import Answer, Done, Later, Unread
from checker.responders.contract_findings import Finding, bad, ok, warning
from checker.responders.pagerduty_people import name_of
from checker.responders.pagerduty_rest import ODD, Rest, inside

QUIET = {"maintenance": warning, "disabled": bad}  # a service that rings nobody


def heard(answer: Answer) -> Finding:
    """What the answer to that says."""
    match answer:
        case Done():
            return ok("PagerDuty takes events with this routing key; whom it rings, a page shows")
        case Later():
            to_do = "look at base_url, proxies and the way out to events.pagerduty.com"
            return bad(answer.why, to_do)
    return bad(answer.why, "put in the integration key of an Events API v2 integration")


async def service_found(rest: Rest, service: str, routing_key: SecretStr | None) -> Finding:
    """Whether there is such a service, whether it rings, and whether our routing key is one of its own."""
    missing = f"there is no service {service}"
    found = await rest.read(f"/services/{service}", {"include[]": "integrations"}, missing)
    told = inside(found, "service")
    if told is None:
        why = found.why if isinstance(found, Unread) else ODD
        to_do = (
            "set `service` to the end of the service's address, and rest_token to one that reads"
        )
        return bad(f"the service cannot be seen: {why}", to_do)
    name = f"the service {name_of(told) or service}"
    status = str(inside(told, "status"))
    if status in QUIET:
        return QUIET[status](f"{name} is {status}: it rings nobody", "switch it on again")
    keys = _keys(inside(told, "integrations"))
    key = routing_key.get_secret_value() if routing_key else ""
    if not key or not keys or key.startswith("R"):  # R…: of rules that choose the service
        return ok(f"{name} is there")
    if key in keys:
        return ok(f"{name} is there, and it is the one that our routing key rings")
    to_do = "set `service` to the one that it rings, or take the key of an integration of this one"
    return bad(f"{name} is there, but our routing key rings another", to_do)


def _keys(integrations: Any) -> list[str]:
    """Those that the token may see."""
    listed = integrations if isinstance(integrations, list) else []
    keys = (inside(one, "integration_key") for one in listed)
    return [key for key in keys if isinstance(key, str)]


def secret_seen(secret: SecretStr, others: list[SecretStr | None]) -> Finding:
    """Whether it can be the one that PagerDuty made for a webhook."""
    text = secret.get_secret_value()
    if any(other and other.get_secret_value() == text for other in others):
        to_do = "put in the secret that PagerDuty showed when the webhook was made"
        return bad("webhook_secret is a key that has another use", to_do)
    if not (text.isascii() and text.isprintable()) or " " in text:
        to_do = "copy it again: PagerDuty's are letters, digits and signs"
        return warning("webhook_secret does not look like one of PagerDuty's", to_do)
    return ok("what PagerDuty signs is heard at /webhooks/pagerduty; it must be able to reach us")
