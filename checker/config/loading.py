"""The whole way: files → tree → values, with every problem of every file at once."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from checker.config import (
    ages,
    amounts,
    checks,
    controls,
    dependencies,
    folder,
    outlets,
    rules,
    timing,
    tokens,
)
from checker.config.alerts import alert_terms
from checker.config.checks import Ground
from checker.config.documents import merged
from checker.config.entries import (
    AllThresholds,
    BudgetsEntry,
    General,
    HeartbeatEntry,
    PaceEntry,
    Weekday,
    WorkingHoursEntry,
)
from checker.config.folder import File
from checker.config.form import Model, branch_of, fill
from checker.config.kinds import Kinds, installed
from checker.config.maintenance import maintenance
from checker.config.needs import has_values, refuse_unset
from checker.config.report import Report
from checker.config.rules import Table
from checker.config.settings import (
    Budgets,
    Pages,
    PlannedCheck,
    PlannedResponder,
    Settings,
    SignOfLife,
    Web,
)
from checker.config.source import Place, Source
from checker.config.symptoms import vocabulary
from checker.config.targets import Known, targets
from checker.config.tree import Branch, Entry, Scalar, Sequence
from checker.core.rules import Policy, Thresholds, WorkingHours

LISTS = ("rules", "never", "ages", "maintenance")
SECTIONS = ("targets", "checks", "controls", "responders", *LISTS, "pace", "thresholds")
TOKENS = ("token", "alertmanager_token")
NEEDED = ("targets", "checks", "controls", "rules")


def load(
    path: Path, env: Mapping[str, str], kinds: Kinds | None = None, stand_in: str = ""
) -> Settings:
    """The settings that the folder or file at `path` gives. Raises ConfigError with all that is wrong.

    `env` is where `${env:NAME}` looks. `kinds` are the probes and responders that there are. With a `stand_in`,
    checks whose keys are not set are on all the same: for those who ask what would be looked at, and never look.
    """
    files = folder.read(path)
    reading = _Reading(path, files, env, kinds or installed(), stand_in)
    settings = reading.settings(folder.digest_of(files))
    reading.report.check()
    return settings


class _Reading:
    """One reading of the config: its sections in the order in which they need each other."""

    def __init__(
        self,
        path: Path,
        files: tuple[File, ...],
        env: Mapping[str, str],
        kinds: Kinds,
        stand_in: str,
    ) -> None:
        self.kinds = kinds
        self.report = Report(file.name for file in files)
        self.whole = Place(Source(str(path), ()), 0, 0)
        self.top = merged(files, env, kinds.secret_keys(), self.report, stand_in)

    def settings(self, digest: str) -> Settings:
        """The settings, which are worth something only if the report has no problem."""
        self._refuse_missing()
        general = self._general() or General()
        known = self._targets()
        ground = self._ground(known)
        looks = self._looks(ground)
        witnesses = self._witnesses(ground)
        on = outlets.responders(self._section("responders"), self.kinds, self.report)
        policy = self._policy(general, ground, (*looks, *witnesses), on)
        self._say_unwatched(known, policy)
        return Settings(
            location=general.location,
            source_address=str(general.source_address) if general.source_address else None,
            store=general.store,
            web=Web(
                general.web.host,
                general.web.port,
                general.web.token,
                general.web.alertmanager_token,
                general.web.reading_token,
            ),
            ca_file=general.ca_file,
            checks=(*looks, *witnesses),
            policy=policy,
            responders=on,
            off=tuple(self.report.off),
            retention_s=general.retention_s,
            reload_every_s=general.reload_s,
            digest=digest,
            budgets=_budgets(general.budgets),
            locations=general.locations,
            heartbeat=_sign_of_life(general.heartbeat),
            drill_every_s=general.drill.every_s,
        )

    def _section(self, name: str) -> Branch:
        entry = self.top.get(name)
        branch = branch_of(entry, name, self.report) if entry else None
        return branch or Branch(self.whole, {})

    def _refuse_missing(self) -> None:
        for name in NEEDED:
            if name not in self.top and not self.report.incomplete:
                self.report.refuse(self.whole, f"`{name}` is missing")

    def _general(self) -> General | None:
        """What there is one of. Without a value may be: tokens of `web` to act with, and then nobody may; the
        heartbeat's address, and then there is none. Not `reading_token`: then anybody might read.
        """
        entries = {key: entry for key, entry in self.top.items() if key not in SECTIONS}
        if (web := entries.get("web")) and isinstance(web.value, Branch):
            kept = {
                k: e for k, e in web.value.entries.items() if k not in TOKENS or not _is_unset(e)
            }
            entries["web"] = Entry(web.place, Branch(web.value.place, kept))
        beat = entries["heartbeat"].value if "heartbeat" in entries else None
        if isinstance(beat, Branch) and not has_values(beat, "heartbeat", self.report):
            del entries["heartbeat"]
        branch = Branch(self.whole, entries)
        refuse_unset(branch, self.report)
        general = fill(General, Entry(self.whole, branch), branch, self.report, also=SECTIONS)
        if general and (web := entries.get("web")) and isinstance(web.value, Branch):
            tokens.refuse_equal(web.value, general.web, self.report)
        if general and general.ca_file:
            self._refuse_unusable(general.ca_file, entries["ca_file"])
        return general

    def _refuse_unusable(self, ca_file: str, entry: Entry) -> None:
        try:
            if not Path(ca_file).is_file():
                raise FileNotFoundError(2, "there is no such file")
            ssl.create_default_context(cafile=ca_file)
        except OSError as error:
            message = f"`ca_file` cannot be used: {error.strerror or error}"
            self.report.refuse(entry.value.place, message, "a PEM file with certificates")

    def _targets(self) -> dict[str, Known]:
        known = targets(self._section("targets"), self.report)
        if "targets" in self.top and not known and self.report.is_clean:
            self.report.refuse(self.top["targets"].place, "there is no target")
        return known

    def _ground(self, known: Mapping[str, Known]) -> Ground:
        """What checks are read against."""
        pace, given = self._block("pace", PaceEntry), self._block("thresholds", AllThresholds)
        thresholds = timing.merged(Thresholds(), given)
        if given and "thresholds" in self.top:
            timing.refuse_unreachable(thresholds, self.top["thresholds"], self.report)
        return Ground(
            kinds=self.kinds,
            targets=known or None,
            pace=pace or PaceEntry(),
            thresholds=thresholds,
            sound=pace is not None and given is not None,
            report=self.report,
        )

    def _block(self, name: str, model: type[Model]) -> Model | None:
        if name not in self.top:
            return model()
        branch = self._section(name)
        refuse_unset(branch, self.report)
        return fill(model, self.top[name], branch, self.report)

    def _looks(self, ground: Ground) -> tuple[PlannedCheck, ...]:
        section = self._section("checks")
        planned = checks.checks(section, ground)
        dependencies.refuse_wrong(section, self.report)
        if "checks" in self.top and not planned and self.report.is_clean:
            why = "every check is off" if section.entries else "there is no check"
            self.report.refuse(self.top["checks"].place, f"{why}: nothing would be watched")
        return planned

    def _witnesses(self, ground: Ground) -> tuple[PlannedCheck, ...]:
        found = self.report.count
        section = self._section("controls")
        planned = checks.controls(section, ground)
        if "controls" in self.top and self.report.count == found:
            place = self.top["controls"].place
            controls.refuse_too_few(planned, place, self.report)
            controls.refuse_their_own(planned, section, ground.targets or {}, self.report)
            if ground.sound:
                controls.refuse_too_rare(planned, place, ground.thresholds, self.report)
        return planned

    def _policy(
        self,
        general: General,
        ground: Ground,
        planned: tuple[PlannedCheck, ...],
        on: tuple[PlannedResponder, ...],
    ) -> Policy:
        watched = {check.name: check.watched for check in planned}
        seen = {check.target.name: None for check in planned if check.target}
        table = self._table(ground)
        never = rules.never_rows(self._list("never"), table)
        return Policy(
            watched=watched,
            rules=rules.rules(self._list("rules"), never, table),
            targets=tuple(name for name in ground.targets or () if name in seen),
            routes=outlets.routes(on),
            confirms=outlets.confirming(on),
            auto=outlets.by_itself(on),
            public_names={
                name: known.public_name
                for name, known in (ground.targets or {}).items()
                if known.public_name
            },
            working_hours=_working_hours(general.working_hours),
            thresholds=ground.thresholds,
            alerts=alert_terms(
                general.alerts, self._section("alerts"), ground.targets, self.report
            ),
            deployment=general.deployment,
            resolve_on_recovery=general.resolve_on_recovery,
            never=never.symptoms,
            ages=ages.ages(self._list("ages"), self.report),
            maintenance=maintenance(self._list("maintenance"), ground.targets, self.report),
        )

    def _table(self, ground: Ground) -> Table:
        """What the table's rows are read against."""
        sure = not self.report.incomplete
        words = vocabulary(self._section("checks"), self.kinds, sure)
        return Table(words, len(ground.targets) if ground.targets else None, self.report)

    def _list(self, name: str) -> Entry:
        """A list of rows; an empty one if it is left out."""
        return self.top.get(name) or Entry(self.whole, Sequence(self.whole, ()))

    def _say_unwatched(self, known: Mapping[str, Known], policy: Policy) -> None:
        for name in known:
            if name not in policy.targets:
                self.report.switch_off(f"target {name}", "no check looks at it")


def _sign_of_life(given: HeartbeatEntry) -> SignOfLife | None:
    return SignOfLife(given.url, given.every_s) if given.url else None


def _working_hours(given: WorkingHoursEntry | None) -> WorkingHours | None:
    if given is None:
        return None
    days = frozenset(get_args(Weekday).index(day) for day in given.days)
    begin, end = amounts.minutes(given.begin), amounts.minutes(given.end)
    return WorkingHours(days, begin, end, amounts.zone(given.zone))


def _budgets(given: BudgetsEntry) -> Budgets:
    allowed = Pages(*amounts.pages(given.max_pages)) if given.max_pages else None
    return Budgets(given.max_time_to_page_s, allowed)


def _is_unset(entry: Entry) -> bool:
    return isinstance(entry.value, Scalar) and bool(entry.value.unset)
