"""What may be written, key by key. A field `every_s` is written `every: 30s`; `form.py` sees to that."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, IPvAnyAddress, SecretStr, field_validator, model_validator

from checker.config import amounts
from checker.config.block import Block as Block
from checker.core.model import Duty

NAME = r"^[a-z0-9]([a-z0-9_-]{0,38}[a-z0-9])?$"
NAME_IN_WORDS = "at most 40 of a-z, 0-9, '-' and '_', such as 'us'"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WORKING_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
LINK = r"^https?://[^\s<>|]+$"
TOKEN_MIN = 16  # characters of a token of ours: who guesses may ask a few times a second, for years
STORE = r"^(sqlite:///|postgresql\+asyncpg://)."
STORE_IN_WORDS = (
    "'sqlite:///checker.db', or a reference to 'postgresql+asyncpg://user:password@host/database'"
)


class TargetEntry(Block):
    """A PostHog to watch."""

    app_host: str = Field(min_length=1)
    """Where people log in: a host name, with a port if it is not the usual one."""
    ingest_host: str | None = Field(None, min_length=1)
    """Where events and flags go; the app's host if left out."""
    aliases: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Other host names of the same app: a redirect to one of them stays at home."""
    public_name: str = Field("", max_length=80)
    """What customers call it, where they are told something: "PostHog Cloud US"; its name if left out."""
    project_id: str | None = Field(
        None,
        coerce_numbers_to_str=True,
        min_length=1,
        json_schema_extra={"type": ["string", "integer"]},
    )
    """The number in the app's address after /project/."""
    project_key: SecretStr | None = Field(None, min_length=1)
    """phc_…: write it as a reference."""
    personal_key: SecretStr | None = Field(None, min_length=1)
    """phx_…: write it as a reference."""
    plain_http: bool = False
    """Speak http, without TLS: for a PostHog on your own machine."""


class PaceEntry(Block):
    """How often things are looked at, where a check does not say."""

    every_s: float = Field(30.0, ge=1)
    """Between the starts of two looks."""
    timeout_s: float = Field(10.0, gt=0)
    """A look that takes longer has failed."""
    recheck_s: float = Field(5.0, gt=0)
    """Between two looks while in doubt."""


class CheckThresholds(Block):
    """When doubt about a check becomes a symptom, and when a symptom ends."""

    failed: int | None = Field(None, gt=0)
    """What a failed look adds to the score."""
    passed: int | None = Field(None, gt=0)
    """What a good look takes from the score."""
    ceiling: int | None = Field(None, gt=0)
    """The score rises no higher."""
    sees_at: int | None = Field(None, gt=0)
    """The score from which a location sees the failure."""
    alone_at: int | None = Field(None, gt=0)
    """The same where one location is all there is."""
    down_share: float | None = Field(None, gt=0, le=1)
    """The share of failed looks from which it is "down" and not "failing"."""
    down_streak: int | None = Field(None, gt=0)
    """So many failed looks in a row are "down", whatever went before."""
    partial_looks: int | None = Field(None, gt=0)
    """Scheduled looks in half an hour, from which their failures can be judged at all."""
    partial_noise: float | None = Field(None, gt=0, lt=1)
    """The share of looks that fail on a good day."""
    partial_odds: float | None = Field(None, gt=0, lt=1)
    """How rarely that noise alone may explain the failures of half an hour."""
    partial_rest_odds: float | None = Field(None, gt=0, lt=1)
    """The same without the worst location: one place must not make an outage."""
    partial_recent: float | None = Field(None, ge=0, lt=1)
    """The share that must have failed in the last five minutes, or it is over."""
    declare_after_s: float | None = None
    """How long the evidence must span."""
    recover_after_s: float | None = None
    """How long everything must have been well."""
    local_after_s: float | None = None
    """Seen by one location alone for so long: a problem of that location."""


class AllThresholds(CheckThresholds):
    """The same for every check that does not say otherwise, and what is not of one check."""

    live_for_s: float | None = None
    """A location counts if one of its controls answered within this."""
    repage_after_s: float | None = None
    """A relapse so long after an acknowledgement rings again, and so does what a person ended too early."""
    page_deadline_s: float | None = Field(None, gt=0)
    """A page that nobody has taken by then goes the second way, where there is one."""
    redeclare_after_s: float | None = None
    """Closed, and still failing so long after: declared again."""


class ControlEntry(Block):
    """A third party that tells whether it is our own network."""

    every_s: float | None = Field(None, ge=1)
    """Between the starts of two looks."""
    timeout_s: float | None = Field(None, gt=0)
    """A look that takes longer has failed."""
    recheck_s: float | None = Field(None, gt=0)
    """Between two looks while anything is in doubt."""
    required: bool = False
    """Refuse the config rather than switch this off when something that it needs is not set."""


class CheckEntry(ControlEntry):
    """A look at some targets, every so often."""

    probe: str
    """The kind of look."""
    surface: str = Field(pattern=NAME)
    """What a customer would call it: app, flags, insights, capture, ingestion, signup …"""
    targets: tuple[str, ...] = Field(min_length=1)
    """The targets that are looked at."""
    critical: bool = True
    """False: "Not on the critical path for customers"."""
    runbook: str = Field("", pattern=LINK)
    """A link for whoever is woken."""
    owners: tuple[str, ...] = ()
    """Who knows this part best."""
    depends_on: tuple[str, ...] = ()
    """Checks at the same target. While one of them is down, this one is listed and not shouted."""
    thresholds: CheckThresholds | None = None
    """Where this check differs from the rest."""


class ResponderEntry(Block):
    """A way to tell people."""

    kind: str = ""
    """The kind of responder; its name if left out."""
    duties: tuple[Duty, ...] = ()
    """What it does, if not all that its kind does by itself. `[fallback, resolve]` is a second way to page."""
    drill: bool = False
    """Only for drills: it does nothing in earnest."""
    required: bool = False
    """Refuse the config rather than switch this off when something that it needs is not set."""
    auto_from: Literal["minor", "major", "critical"] | None = None
    """Tells customers without being told to, from this severity on; else a person publishes every word."""


class WebEntry(Block):
    """Where the daemon listens."""

    host: str = Field("127.0.0.1", min_length=1, max_length=253)
    """The address; 0.0.0.0 for all."""
    port: int = Field(9877, ge=0, le=65535)
    """The port; 0 for any that is free."""
    token: SecretStr | None = Field(None, min_length=TOKEN_MIN)
    """What callers must know to have anything done. Without it, nothing is done over HTTP."""
    alertmanager_token: SecretStr | None = Field(None, min_length=TOKEN_MIN)
    """The same for Alertmanager alone, which then cannot close incidents; `token` if left out."""
    reading_token: SecretStr | None = Field(None, min_length=TOKEN_MIN)
    """What callers must know to read: this one, or `token`. Without it, whoever can connect reads."""


class AlertsEntry(Block):
    """How alerts that Alertmanager sends to /webhooks/alertmanager are read."""

    label: str = Field("target", pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")
    """The label that names the target."""
    targets: dict[str, str] = Field({})
    """What that label says, and the target that it means, where it is not the target's own name."""
    hold_s: float = Field(5 * 3600.0, ge=60)
    """How long one fires of which nothing more is heard; longer than Alertmanager's `repeat_interval`."""


class WorkingHoursEntry(Block):
    """When a minor incident may ask people in: it "can be addressed within normal working hours"."""

    days: tuple[Weekday, ...] = Field(WORKING_DAYS, min_length=1)
    """Days of the week."""
    begin: str = Field("09:00", pattern=CLOCK)
    """The first minute, by the clock of the zone."""
    end: str = Field("18:00", pattern=CLOCK)
    """The first minute after."""
    zone: str = Field("UTC", max_length=60)
    """As in "Europe/London"."""

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        amounts.zone(zone)
        return zone

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.begin >= self.end:
            raise ValueError("`end` must be later than `begin`, on the same day")
        return self


class HeartbeatEntry(Block):
    """A sign of life, sent to whoever notices when it stays away: healthchecks and its like."""

    url: SecretStr | None = None
    """Asked with GET, while we are well. Whoever has it can pretend to be us: write it as a reference."""
    every_s: float = Field(30.0, ge=1)
    """Between two signs of life."""

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not re.fullmatch(LINK, url.get_secret_value()):
            raise ValueError("an address with http:// or https://")
        return url


class DrillEntry(Block):
    """Drills that the daemon makes by itself, through the responders that are marked `drill: true`."""

    every_s: float | None = Field(None, ge=3600)
    """From one to the next. Left out: only when somebody says `checker drill`."""


class BudgetsEntry(Block):
    """What you will bear: `config check` and `backtest` exit 3 when it is exceeded."""

    max_time_to_page_s: float | None = None
    """From the beginning of a total outage until somebody is paged, at worst."""
    max_pages: str | None = None
    """Pages that may ring without need: "3 per 30d"."""

    @field_validator("max_pages")
    @classmethod
    def _is_a_rate(cls, text: str | None) -> str | None:
        if text is not None:
            amounts.pages(text)
        return text


class General(Block):
    """What there is one of."""

    deployment: str = Field("posthog-checker", pattern=NAME)
    """The name of this installation: part of the keys that pages have at PagerDuty."""
    location: str = Field("local", pattern=NAME)
    """Where this daemon looks from."""
    locations: int = Field(1, ge=1, le=100)
    """From how many places daemons look, this one included: what the time to a page is reckoned with."""
    source_address: IPvAnyAddress | None = None
    """The IP address of this machine that looks go out from."""
    store: SecretStr = Field(
        SecretStr("sqlite:///checker.db"),
        json_schema_extra={"default": "sqlite:///checker.db", "pattern": STORE},
    )
    """A file: three slashes and a path, four for an absolute one. Or a PostgreSQL that several daemons share: write it as a reference."""
    web: WebEntry = WebEntry()
    pace: PaceEntry = PaceEntry()
    thresholds: AllThresholds = AllThresholds()
    retention_s: float = Field(30 * 86400.0, ge=3600)
    """How long single looks are kept. Incidents are kept for good."""
    reload_s: float = Field(30.0, ge=1)
    """How often the config's content is compared with what is running."""
    budgets: BudgetsEntry = BudgetsEntry()
    alerts: AlertsEntry = AlertsEntry()
    heartbeat: HeartbeatEntry = HeartbeatEntry()
    drill: DrillEntry = DrillEntry()
    working_hours: WorkingHoursEntry | None = None
    """When a minor incident may ask people in; always, if left out."""
    ca_file: str | None = Field(None, min_length=1)
    """A PEM file of authorities to trust in place of the system's own."""
    resolve_on_recovery: bool = False
    """End the page when everything is well again; otherwise it stays until a person closes."""

    @field_validator("store")
    @classmethod
    def _is_a_store(cls, url: SecretStr) -> SecretStr:
        if not re.match(STORE, url.get_secret_value()):
            raise ValueError(STORE_IN_WORDS)
        return url
