"""What the config comes to: frozen values, checked, with every default filled in.

Durations are seconds. A reload makes a new `Settings`; nothing in an old one changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from checker.core.model import Duty, Severity
from checker.core.rules import Policy, Watched
from checker.responders.contract import ResponderSettings
from probes.contract import ProbeParams, Target


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One check at one target ("us/app"), or one control ("control/cloudflare", target None)."""

    name: str
    kind: str  # the probe's module name; a control's is "control"
    params: ProbeParams
    target: Target | None
    watched: Watched
    every_s: float
    timeout_s: float


@dataclass(frozen=True, slots=True)
class PlannedResponder:
    """One responder that is on."""

    name: str
    kind: str  # the module's name in checker.responders
    settings: ResponderSettings
    only: frozenset[Duty] = frozenset()  # what the config has it do; none: what its kind does
    auto_from: Severity | None = None  # tells customers by itself from here on; None: never
    drill: bool = False  # only a drill uses it

    @property
    def duties(self) -> frozenset[Duty]:
        """What it does in earnest."""
        return frozenset() if self.drill else self.able

    @property
    def able(self) -> frozenset[Duty]:
        """What it does in earnest, or in a drill."""
        return self.only or self.settings.duties


@dataclass(frozen=True, slots=True)
class Off:
    """Something that is configured and does not run, to be said once at start."""

    what: str  # "responder slack", "check us/flags"
    why: str  # "SLACK_BOT_TOKEN is not set"


@dataclass(frozen=True, slots=True)
class Web:
    """Where we listen. Without a token, whatever acts over HTTP is refused."""

    host: str = "127.0.0.1"
    port: int = 9877
    token: SecretStr | None = None
    alertmanager_token: SecretStr | None = None  # for alerts alone; None: the same
    reading_token: SecretStr | None = None  # for reading alone; None: anybody reads


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """Where the heartbeat goes, and how often."""

    url: SecretStr
    every_s: float


@dataclass(frozen=True, slots=True)
class Pages:
    """So many pages in any `per_s` seconds."""

    count: int
    per_s: float


@dataclass(frozen=True, slots=True)
class Budgets:
    """What the operators will bear, for `config check` and `backtest`. None: nobody said."""

    max_time_to_page_s: float | None = None  # from a total outage to the page, at worst
    max_pages: Pages | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a daemon needs to know. `digest` is that of the very bytes it was read from."""

    location: str
    source_address: str | None  # the IP address that looks go out from; None: any
    store: SecretStr  # "sqlite:///checker.db", or a PostgreSQL's address with its password
    web: Web
    ca_file: str | None  # PEM of the authorities that looks trust; None: the system's own
    checks: tuple[PlannedCheck, ...]  # controls last
    policy: Policy
    responders: tuple[PlannedResponder, ...]  # in the order of the config; never empty
    off: tuple[Off, ...]
    retention_s: float  # how long observations are kept
    reload_every_s: float  # how often the folder's digest is compared
    digest: str
    budgets: Budgets = Budgets()
    locations: int = 1  # from how many places daemons look, this one included
    heartbeat: SignOfLife | None = None  # None: nobody waits for one
    drill_every_s: float | None = None  # None: a drill is only made when somebody says so
