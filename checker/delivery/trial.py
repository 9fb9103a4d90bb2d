"""One try: asks a responder, for a bounded time, and always comes back with an answer."""

from __future__ import annotations

import asyncio
from enum import StrEnum

from checker.responders.contract import Answer, Attempt, Done, Later, Never, Responder


class Failure(StrEnum):
    """Why a try did not end in Done: a closed set, safe as a metric label."""

    THROTTLED = "throttled"  # the other side named a time
    UNSURE = "unsure"  # the answer was lost
    RETRY = "retry"  # not done, worth another try
    TIMEOUT = "timeout"  # no answer in time
    FAULT = "fault"  # the responder itself broke: a bug of ours
    REFUSED = "refused"  # for good


async def carry_out(
    responder: Responder, attempt: Attempt, within_s: float
) -> tuple[Answer, Failure | None]:
    """What the responder answered. Silence and bugs are an unsure Later: it may have been done."""
    try:
        async with asyncio.timeout(within_s):
            answer = await responder.carry_out(attempt)
            assert isinstance(answer, Done | Later | Never)
    except TimeoutError:
        return Later(f"no answer within {within_s:g} s", unsure=True), Failure.TIMEOUT
    except Exception as fault:
        # The kind only: the text of a foreign error may hold a token.
        why = f"the responder broke: {type(fault).__name__}"
        return Later(why, unsure=True), Failure.FAULT
    return answer, _failure(answer)


def _failure(answer: Answer) -> Failure | None:
    match answer:
        case Done():
            return None
        case Never():
            return Failure.REFUSED
        case Later() if answer.after_s is not None:
            return Failure.THROTTLED
        case Later() if answer.unsure:
            return Failure.UNSURE
        case Later():
            return Failure.RETRY
