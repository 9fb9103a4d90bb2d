"""What is ours: the config, the store, and the way out from here."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence

from checker.checkup import look_once
from checker.config.kinds import CONTROL
from checker.config.settings import Off, Settings
from checker.core.model import Observation
from checker.responders.contract_findings import Finding, bad, ok, warning
from checker.store.faults import StoreError, StoreMissing
from checker.store.place import Url
from checker.store.store import Store
from checker.store.whereabouts import file_at, holder_of, where_it_was_looked_for
from probes.contract import Verdict

NAMED_MAX = 6  # of what is off for one reason


def config(settings: Settings) -> list[Finding]:
    """That it is right, or we would not be here; and what is off, by what it lacks."""
    targets = ", ".join(settings.policy.targets)
    checks = sum(check.kind != CONTROL for check in settings.checks)
    rules = len(settings.policy.rules)
    return [ok(f"it is right: {checks} checks at {targets}, {rules} rules"), *_off(settings.off)]


def _off(off: Sequence[Off]) -> Iterator[Finding]:
    by_why: defaultdict[str, list[str]] = defaultdict(list)
    for one in off:
        by_why[one.why].append(one.what)
    for why, whats in by_why.items():
        more = f" and {len(whats) - NAMED_MAX} more" if len(whats) > NAMED_MAX else ""
        named = ", ".join(whats[:NAMED_MAX])
        yield warning(f"off: {named}{more} ({why})", "give it, or leave out what needs it")


async def store(url: Url) -> list[Finding]:
    """Whether it opens; the daemon's claim on it is left alone."""
    try:
        newest = await _newest(url)
    except StoreMissing as missing:
        return [await asyncio.to_thread(_missing, url, missing)]
    except StoreError as error:
        return [bad(str(error), "until then no daemon starts on it")]
    return [ok(f"it opens; the newest incident is {newest or 'yet to come'}")]


async def _newest(url: Url) -> str:
    """The newest incident's id; empty if there was none."""
    opened = await Store.open_shared(url)
    try:
        found = await opened.incidents(1)
    finally:
        await opened.close()
    return found[0].id if found else ""


def _missing(url: Url, missing: StoreMissing) -> Finding:
    """A first start makes the store: whether it could."""
    path = file_at(url)
    if path is None or path.exists():
        return warning(str(missing), "start the daemon")
    holder = holder_of(path)
    if holder:
        return bad(
            f"{path} was deleted under the daemon that runs on it ({holder})",
            "write down what is open on the daemon's own page, stop it, put a backup back, start it",
        )
    home = path.parent
    if not home.is_dir():
        to_do = "see whether the address is right; if it is, make the folder"
        return bad(f"none can be made at {path}: there is no folder {home}", to_do)
    if os.access(home, os.W_OK | os.X_OK):
        parts = ("start the daemon: it makes one", where_it_was_looked_for(url))
        return warning(f"there is none yet at {path}", ". ".join(filter(None, parts)))
    return bad(
        f"none can be made at {path}", f"let this user write to {home}, or name another file"
    )


async def controls(settings: Settings) -> list[Finding]:
    """A look at each. A location most of whose controls fail is blind, and never declares."""
    planned = [check for check in settings.checks if check.kind == CONTROL]
    seen = await look_once(settings, planned, lambda: None)
    failed = [look for look in seen if look.outcome.verdict is not Verdict.PASSED]
    found = [warning(_told(look), "see that it answers, or take another") for look in failed]
    if 2 * len(failed) > len(seen):
        blind = f"{len(failed)} of {len(seen)} do not answer: from here nothing is ever declared"
        return [*found, bad(blind, "look at this machine's own network")]
    return [ok(f"{len(seen) - len(failed)} of {len(seen)} answer"), *found]


def _told(look: Observation) -> str:
    outcome = look.outcome
    return f"{look.check}: {outcome.detail or outcome.reason or outcome.verdict}"
