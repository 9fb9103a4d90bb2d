"""What a drill is made with: the responders that are marked for it, and a policy that leads to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from checker.config.outlets import FALLBACK as CONSOLE
from checker.config.settings import PlannedResponder, Settings
from checker.core.model import Duty
from checker.core.rules import Policy
from checker.responders.contract import Responder

TARGET = "drill"
PUBLIC = frozenset({Duty.PUBLISH, Duty.WITHDRAW})  # no drill tells customers anything
WITHOUT = {Duty.PAGE: "pages", Duty.ROOM: "makes a room"}  # what must be drilled if it is there

WHAT_TO_WRITE = """\
No responder is marked for drills, so there is nobody whom a drill may disturb. In responders.yaml, add one for each way
out that is there in earnest, with a test service and a place where nobody minds, and `drill: true`:

  drill-pager:
    kind: pagerduty
    drill: true
    routing_key: ${env:PAGERDUTY_DRILL_ROUTING_KEY} # an integration of a service that rings nobody at night
    rest_token: ${env:PAGERDUTY_REST_TOKEN}
  drill-room:
    kind: slack
    drill: true
    token: ${env:SLACK_DRILL_TOKEN}
"""


def drilled(settings: Settings) -> tuple[PlannedResponder, ...]:
    """Those that are marked for drills, in the order of the config."""
    return tuple(planned for planned in settings.responders if planned.drill)


def policy_for(settings: Settings) -> Policy:
    """One target, nothing that is watched, and ways out only to those that are marked."""
    planned = drilled(settings)
    routes = {
        duty: names
        for duty in Duty
        if duty not in PUBLIC and (names := tuple(p.name for p in planned if duty in p.able))
    }
    return Policy(
        watched={},
        rules=(),
        targets=(TARGET,),
        routes=routes,
        deployment=settings.policy.deployment,
    )


def lacking(settings: Settings) -> Iterator[str]:
    """What is there in earnest and cannot be drilled, a sentence each."""
    printing = {planned.name for planned in settings.responders if planned.kind == CONSOLE}
    routes = policy_for(settings).routes
    for duty, does in WITHOUT.items():
        earnest = [name for name in settings.policy.routes.get(duty, ()) if name not in printing]
        if earnest and not routes.get(duty):
            yield f"{' and '.join(earnest)} {does}, but nothing of the kind has `drill: true`"


def responders_for(settings: Settings) -> dict[str, Responder]:
    """Made for one drill, by name. The kind is the module's name."""
    return {
        planned.name: import_module(f"checker.responders.{planned.kind}").Responder(
            planned.settings
        )
        for planned in drilled(settings)
    }
