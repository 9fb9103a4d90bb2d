"""The banner above PostHog's app: a feature flag, 984 at home, read, changed and put back by its API.

posthog.com/docs/api/feature-flags: GET and PATCH of one flag, with a personal key that has `feature_flag:write`. "It's
the responsibility of the incident lead to enable the banner, and to disable it", so words come here only when they are
to be said. The flag lives in the US app, which may be what is down: it is tried until it is there, and nothing waits
for it.
"""

from __future__ import annotations

import ssl
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr

from checker.core.model import Duty
from checker.responders.banner_examined import fitness, keys
from checker.responders.banner_flag import Flag, Mode, change, face, part, unfit
from checker.responders.banner_steps import Change, Known, Record, newest, next_step
from checker.responders.contract import (
    Answer,
    ApiUrl,
    Attempt,
    Done,
    Later,
    Never,
    ResponderSettings,
)
from checker.responders.contract_findings import Finding, bad
from checker.responders.contract_http import (
    MEND_AFTER_S,
    Declined,
    NotDone,
    Outside,
    Terms,
    as_json,
    visible,
)

ROUNDS_MAX = 3  # of reading and changing, while others change it in between
HELD_MAX = 100  # incidents whose words are remembered
APPROVALS = ("approval_required", "change_request_pending")  # codes of a 409 that is no conflict
MEND = {
    401: "put in a personal key that is valid",
    403: "give the personal key the scope feature_flag:write, and this project",
    404: "look at host, project_id and flag",
}


class Settings(ResponderSettings):
    """One feature flag."""

    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PUBLISH, Duty.WITHDRAW})

    host: ApiUrl = Field(
        AnyHttpUrl("https://us.posthog.com"), description="the app that the flag is in"
    )
    project_id: int = Field(gt=0, description="the number in the app's address after /project/")
    flag: int = Field(984, gt=0, description="the number in the flag's address")
    personal_key: Annotated[SecretStr, AfterValidator(visible)] = Field(
        description="phx_…, with the scope feature_flag:write"
    )
    mode: Mode = Field(
        Mode.PAYLOAD,
        description="where the words go: payload; variant (its key, for old apps); "
        "toggle (nowhere: the app has words of its own)",
    )
    targets: tuple[str, ...] = Field((), description="speak of these only; of all if left out")
    timeout_s: float = Field(5.0, gt=0, le=60, description="of one request; it takes two")


class Responder:
    """Says PUBLISH in the flag, and puts back for WITHDRAW what was there before."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._host = str(settings.host).rstrip("/")
        self._url = (
            f"{self._host}/api/projects/{settings.project_id}/feature_flags/{settings.flag}/"
        )
        self._posthog = Outside(_terms(settings), tls)
        # By the effects' key, what we last meant the banner to say: an answer may be lost, and with
        # it the receipt that holds what was there before.
        self._meant: dict[str, Record] = {}

    async def carry_out(self, attempt: Attempt) -> Answer:
        target = attempt.effect.payload["target"]
        if self._settings.targets and target not in self._settings.targets:
            return Done({}, f"the banner: not for {target}")
        try:
            for _ in range(ROUNDS_MAX):
                if answer := await self._round(attempt):
                    return answer
        except NotDone as no:
            return no.answer
        return Later("the banner is being changed by others all the while")

    async def examine(self) -> list[Finding]:
        """Whether the flag is there and can say our words, and whether the key may write. Reads only."""
        try:
            flag = await self._read()
        except NotDone as no:
            return [bad(no.answer.why, "look at host, project_id, flag and personal_key")]
        name = self._settings.flag
        return [*fitness(name, flag, self._settings.mode), await keys(self._posthog, self._host)]

    async def close(self) -> None:
        await self._posthog.close()

    async def _round(self, attempt: Attempt) -> Answer | None:
        """Reads, decides, changes; None if somebody came in between."""
        flag, mode = await self._read(), self._settings.mode
        if why := unfit(flag, mode):
            return Never(f"flag {self._settings.flag} cannot be the banner: {why}")
        here = part(flag, mode)
        key = attempt.effect.payload["key"]
        step = next_step(attempt, mode, here, self._known(key, attempt))
        if not isinstance(step, Change):
            return step
        if step.to != here and not await self._change(key, flag, step):
            return None
        self._remember(key, step.then.receipt)
        return step.then

    async def _read(self) -> Flag:
        return await self._posthog.ask_for_object("GET", self._url)

    async def _change(self, key: str, flag: Flag, step: Change) -> bool:
        """Whether it is changed; False: it was changed by somebody else since it was read."""
        meant = self._meant.get(key)
        self._remember(key, step.then.receipt)
        try:
            await self._posthog.ask_for_object("PATCH", self._url, as_json(change(flag, step.to)))
        except NotDone as no:
            failure = _awaiting_approval(no) or no
            if failure.surely:
                self._remember(key, meant or {})
            if isinstance(failure, Declined) and failure.status == 409:
                return False
            raise failure from None
        return True

    def _known(self, key: str, attempt: Attempt) -> Known:
        theirs = {
            face(record["said"]): name.rpartition("/")[2]
            for name, record in self._meant.items()
            if name != key
        }
        theirs.pop("", None)
        return Known(newest(attempt.receipts.values()), self._meant.get(key), theirs)

    def _remember(self, key: str, record: Record) -> None:
        """The newest last; a record of nothing said is none."""
        self._meant.pop(key, None)
        if "said" in record:
            self._meant[key] = record
        if len(self._meant) > HELD_MAX:
            del self._meant[next(iter(self._meant))]


def _awaiting_approval(no: NotDone) -> NotDone | None:
    """Where a policy at PostHog wants a second person; unsure, because it is done once that one agrees."""
    said = no.said if isinstance(no, Declined) and no.status == 409 else None
    if not isinstance(said, dict) or said.get("code") not in APPROVALS:
        return None
    why = "PostHog wants somebody to approve the change of the banner: do it there"
    return NotDone(Later(why, MEND_AFTER_S, unsure=True))


def _terms(settings: Settings) -> Terms:
    key = settings.personal_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return Terms("PostHog", settings.timeout_s, headers, MEND, (key,))
