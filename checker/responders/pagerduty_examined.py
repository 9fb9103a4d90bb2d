"""A look at PagerDuty that rings nobody.

"Acknowledge" and "resolve" of a key that is not open are dropped, with 202 all the same (developer.pagerduty.com,
"Events API v2 overview"): so ending what was never begun shows that we are heard. It does not show whose telephone
would ring: only a page does.
"""

from __future__ import annotations

from checker.responders.contract import Answer, Done, Later
from checker.responders.contract_findings import Finding, bad, ok


def heard(answer: Answer) -> Finding:
    """What the answer to that says."""
    match answer:
        case Done():
            return ok("PagerDuty takes events with this routing key; whom it rings, a page shows")
        case Later():
            to_do = "look at base_url, proxies and the way out to events.pagerduty.com"
            return bad(answer.why, to_do)
    return bad(answer.why, "put in the integration key of an Events API v2 integration")
