"""`checker backtest` and `checker config diff`: what another config would make of what was seen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from checker import config
from checker.backtest.backtest import backtest as replayed
from checker.backtest.document import document
from checker.backtest.plan import plan
from checker.backtest.report import Report, Trial, report
from checker.backtest.telling import lines, planned
from checker.calling import config_option, plain_errors, store_option
from checker.config import durations
from checker.core.incident import is_live
from checker.core.model import Incident
from checker.store.faults import StoreMissing
from checker.store.place import Url
from checker.store.store import Store

STAND_IN = "backtest"  # for keys that are not set: nobody is looked at
LIVE_MAX = 100  # incidents among which the live ones are looked for


def _seconds(_context: click.Context, _parameter: click.Parameter, text: str) -> float:
    try:
        return durations.seconds(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not {error}") from None


@click.command()
@config_option
@store_option
@click.option(
    "--since",
    "since_s",
    default="30d",
    show_default=True,
    metavar="DURATION",
    callback=_seconds,
    help="How far back.",
)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="OTHER",
    help="Another config, to be tried on the same looks and compared.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def backtest(
    given: Path | None, store: str | None, since_s: float, against: Path | None, as_json: bool
) -> None:
    """What a config would have declared: stored looks played through it once more.

    The looks are those of the config's store. Nothing is looked at, written or sent. Exit code 3 if the config on
    trial (OTHER, if there is one) exceeds a budget that it sets, 1 if there is nothing to play.
    """
    with plain_errors():
        paths = [config.find(given, Path.cwd()), *([against] if against else [])]
        trials = [_trial(path) for path in paths]
        url = store or trials[0].settings.store
        found = asyncio.run(_tried(trials, url, since_s))
    if as_json:
        click.echo(json.dumps(document(found), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found)))
    sys.exit(3 if found.is_exceeded else 0)


@click.command("diff")
@click.argument("other", type=click.Path(path_type=Path))
@config_option
def diff(other: Path, given: Path | None) -> None:
    """What a reload to the config OTHER would change: checks, rows of the table, severities.

    `checker backtest --against OTHER` says what would have come of it.
    """
    with plain_errors():
        here, there = _trial(config.find(given, Path.cwd())), _trial(other)
        live = asyncio.run(_live_at(here.settings.store))
    change = plan(here.settings, there.settings, live, time.time())
    click.echo("\n".join(planned(change)))


def _trial(path: Path) -> Trial:
    return Trial(str(path), config.load(path, os.environ, stand_in=STAND_IN))


async def _tried(trials: Sequence[Trial], url: Url, since_s: float) -> Report:
    until = time.time()
    since = until - since_s
    policies = [trial.settings.policy for trial in trials]
    async with _opened(url) as store:
        live = await _live(store)
        with _bar(since, until) as reached:
            tested = await replayed(store, policies, since, until, reached)
    return report(trials, tested, live)


async def _live_at(url: Url) -> list[Incident]:
    """The live incidents; none where no daemon has run yet."""
    try:
        async with _opened(url) as store:
            return await _live(store)
    except StoreMissing:
        return []


async def _live(store: Store) -> list[Incident]:
    return [incident for incident in await store.incidents(LIVE_MAX) if is_live(incident)]


@contextlib.asynccontextmanager
async def _opened(url: Url) -> AsyncIterator[Store]:
    store = await Store.open_shared(url)
    try:
        yield store
    finally:
        await store.close()


@contextlib.contextmanager
def _bar(since: float, until: float) -> Iterator[Callable[[float], None]]:
    """A bar on standard error: how much of the time has been played."""
    columns = (TextColumn("playing"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("playing", total=until - since)
        yield lambda at: bar.update(task, completed=at - since)
