"""Config as somebody would write it, for kinds that exist only here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, SecretStr, field_validator

from checker.config import ConfigError, Problem, Settings, load
from checker.config.kinds import Kinds, ProbeKind, ResponderKind
from checker.core.model import Duty
from checker.responders.contract import ResponderSettings
from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict


class PageParams(ProbeParams):
    path: str = Field("/", pattern="^/")
    host: Literal["app", "ingest"] = "app"
    status: tuple[int, ...] = ()
    slow_s: float | None = Field(None, gt=0, le=60)
    json_: dict[str, str | int] = Field(default_factory=dict, alias="json")


class PrivateParams(ProbeParams):
    needs: ClassVar[tuple[str, ...]] = ("project_id", "personal_key")


class LagParams(ProbeParams):
    fastest_s: ClassVar[float] = 15.0


class ControlParams(ProbeParams):
    host: str


class ConsoleSettings(ResponderSettings):
    duties: ClassVar[frozenset[Duty]] = frozenset(Duty) - {Duty.FALLBACK}


class BellSettings(ResponderSettings):
    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PAGE, Duty.RESOLVE})
    on_request: ClassVar[frozenset[Duty]] = frozenset({Duty.FALLBACK})
    rings_at: ClassVar[str] = "routing_key"
    routing_key: SecretStr
    pin: SecretStr | None = None
    service: str | None = None
    timeout_s: float = 10.0

    @property
    def confirms(self) -> bool:
        return self.pin is not None

    @field_validator("routing_key")
    @classmethod
    def _is_long(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value()) < 8:
            raise ValueError("a routing key has eight letters")
        return key


class RoomSettings(ResponderSettings):
    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.ROOM, Duty.POST})
    token: SecretStr
    invite: tuple[str, ...] = ()


async def passes(params: Any, io: Io) -> Outcome:
    return Outcome(Verdict.PASSED)


def looked_up(params: PageParams, target: Target) -> str:
    return f"look up {target.app_origin}{params.path}"


KINDS = Kinds(
    probes={
        "page": ProbeKind(PageParams, passes, by_hand=looked_up),
        "private": ProbeKind(PrivateParams, passes),
        "lag": ProbeKind(LagParams, passes, {Reason.LATE: "late", Reason.STATUS: "no"}),
        "control": ProbeKind(ControlParams, passes),
    },
    responders={
        "console": ResponderKind(ConsoleSettings, object),
        "bell": ResponderKind(BellSettings, object),
        "room": ResponderKind(RoomSettings, object),
    },
)

SECTIONS = {
    "targets": "targets:\n  us: {app_host: us.test}\n  eu: {app_host: eu.test}\n",
    "checks": "checks:\n  app: {probe: page, surface: app, targets: [us, eu]}\n",
    "controls": "controls:\n  a: {host: a.test}\n  b: {host: b.test}\n  c: {host: c.test}\n",
    "rules": "rules:\n  - {symptom: app down, severity: critical, sentence: It is down}\n",
}


def completed(text: str) -> str:
    """`text` first, so that its lines keep their numbers, then every section that it leaves out."""
    left_out = (
        section for name, section in SECTIONS.items() if not re.search(f"(?m)^{name}:", text)
    )
    return "".join([text, *left_out])


def loaded(folder: Path, text: str = "", env: Mapping[str, str] | None = None) -> Settings:
    """What `text`, completed, comes to."""
    (folder / "checks.yaml").write_text(completed(text))
    return load(folder, env or {}, KINDS)


def refused(folder: Path, text: str, env: Mapping[str, str] | None = None) -> list[Problem]:
    """The problems of `text`, completed."""
    (folder / "checks.yaml").write_text(completed(text))
    return problems(folder, env)


def problems(path: Path, env: Mapping[str, str] | None = None) -> list[Problem]:
    """The problems of what lies at `path`; none if it is right."""
    try:
        load(path, env or {}, KINDS)
    except ConfigError as error:
        return list(error.problems)
    return []


def said(found: list[Problem]) -> list[str]:
    """Each problem as "line:column message"."""
    return [f"{p.line}:{p.column} {p.message}" for p in found]
