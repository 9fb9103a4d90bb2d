"""All that is examined, part by part, at the same time and each for a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from checker.config.secrecy import secrets_of
from checker.config.settings import PlannedResponder, Settings
from checker.core.markdown import hidden
from checker.doctor import outlets, own
from checker.responders.contract import MakeResponder, Responder
from checker.responders.contract_findings import Finding, Health, bad

PART_WITHIN_S = 60.0  # one part, all in all: the longest that a config lets a call or a look take

Work = Mapping[str, Coroutine[Any, Any, list[Finding]]]  # part → what finds out about it


@dataclass(frozen=True, slots=True)
class Part:
    """What was found about one thing."""

    name: str  # "store", "responder slack"
    findings: tuple[Finding, ...]

    @property
    def bad(self) -> tuple[Finding, ...]:
        return tuple(found for found in self.findings if found.health is Health.BAD)


def is_well(parts: list[Part]) -> bool:
    """Whether nothing that was found is bad."""
    return not any(part.bad for part in parts)


async def examine(settings: Settings, within_s: float = PART_WITHIN_S) -> list[Part]:
    """Everything, in the order in which it is said. Never raises for what is wrong out there."""
    known = {"config": own.config(settings), "ways out": outlets.ways_out(settings)}
    work = {
        "store": own.store(settings.store),
        "controls": own.controls(settings),
        **{f"responder {planned.name}": _responder(planned) for planned in settings.responders},
    }
    return await _parts(settings, known, work, within_s)


async def examine_held(
    settings: Settings, responders: Mapping[str, Responder], within_s: float = PART_WITHIN_S
) -> list[Part]:
    """What tells people, with the very responders that a daemon holds. Never raises either."""
    work = {
        f"responder {planned.name}": outlets.examined(planned, responders[planned.name])
        for planned in settings.responders
        if planned.name in responders
    }
    return await _parts(settings, {"ways out": outlets.ways_out(settings)}, work, within_s)


async def _parts(
    settings: Settings, known: Mapping[str, list[Finding]], work: Work, within_s: float
) -> list[Part]:
    """What is known, and what comes of the work; free of secrets."""
    looked = await asyncio.gather(*(_bounded(part, within_s) for part in work.values()))
    found = dict(known) | dict(zip(work, looked, strict=True))
    secrets = secrets_of(settings)
    return [
        Part(name, tuple(_discreet(one, secrets) for one in said)) for name, said in found.items()
    ]


async def _responder(planned: PlannedResponder) -> list[Finding]:
    """The kind is the module's name."""
    make: MakeResponder = import_module(f"checker.responders.{planned.kind}").Responder
    return await outlets.responder(planned, make)


async def _bounded(part: Coroutine[Any, Any, list[Finding]], within_s: float) -> list[Finding]:
    """What it found. Silence and bugs are found too."""
    try:
        async with asyncio.timeout(within_s):
            return await part
    except TimeoutError:
        return [bad(f"no answer within {within_s:g} s", "look at the way out from this machine")]
    except Exception as fault:
        # The kind only: the text of a foreign error may hold a token.
        return [bad(f"the examination broke: {type(fault).__name__}", "report it: a bug of ours")]


def _discreet(finding: Finding, secrets: frozenset[str]) -> Finding:
    return replace(
        finding, what=hidden(finding.what, secrets), to_do=hidden(finding.to_do, secrets)
    )
