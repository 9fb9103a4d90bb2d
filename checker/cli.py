"""The command line. Exit codes: 0 done, 1 something failed or is wrong, 2 the call itself is off, 3 over budget."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import structlog
from rich.console import Console

from checker import config, journal, promises, screen
from checker.app import Daemon
from checker.backtest.command import backtest, diff
from checker.calling import (
    CommandLine,
    config_option,
    load_settings,
    plain_errors,
    store_option,
)
from checker.checkup import look_once
from checker.doctor.command import doctor
from checker.drill.command import drill
from checker.incident_cli import incident
from checker.locations_cli import locations
from checker.loop import Loop
from checker.maintenance_cli import maintenance
from checker.metrics import View
from checker.rehearsal.command import rehearse

ENDS_S = 8.5  # of the ten that a shutdown may take; what is left then costs no more than a crash

log = structlog.get_logger()

FROM_ENVIRONMENT = """
From the environment, where an option does not say it:

\b
CHECKER_CONFIG      the config: a folder or one file   (--config)
CHECKER_STORE       the database's URL                 (--store)
CHECKER_LISTEN      host:port                          (run --listen)
CHECKER_LOG_LEVEL   debug, info, warning or error      (run --log-level)
CHECKER_LOG_FORMAT  text or json                       (run --log-format)

Whatever the config names as ${env:NAME} is read from there too: `checker config check` says what is not set.
"""


@click.group(
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=FROM_ENVIRONMENT,
)
@click.version_option(package_name="posthog-checker")
def main() -> None:
    """Notices a PostHog Cloud outage from outside, and acts on it."""


# ── the daemon ────────────────────────────────────────────────────────────────────────────────


@main.command()
@config_option
@store_option
@click.option(
    "--listen",
    envvar="CHECKER_LISTEN",
    show_envvar=True,
    help="host:port, instead of the config's: 127.0.0.1:9877, [::1]:9877.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    envvar="CHECKER_LOG_LEVEL",
    show_envvar=True,
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    envvar="CHECKER_LOG_FORMAT",
    show_envvar=True,
    help="Else text on a terminal, and json elsewhere.",
)
def run(
    given: Path | None, store: str | None, listen: str | None, log_level: str, log_format: str
) -> None:
    """Run the daemon: look, judge, act. SIGHUP reloads, SIGTERM ends within ten seconds."""
    is_for_people = journal.write_to(sys.stderr, log_level, log_format)
    load = partial(load_settings, store=store, listen=listen)
    with plain_errors() if is_for_people else _logged_errors():
        daemon = Daemon(config.find(given, Path.cwd()), load)
        with asyncio.Runner(loop_factory=Loop) as runner:
            sys.exit(runner.run(_live(daemon)))


@contextlib.contextmanager
def _logged_errors() -> Iterator[None]:
    """Where programs read the log, a refused start is a line of it like any other."""
    try:
        with plain_errors(_not_started):
            yield
    except click.UsageError as error:
        _not_started(error.format_message())
        sys.exit(error.exit_code)


def _not_started(why: str) -> None:
    log.critical("not started", why=why)


async def _live(daemon: Daemon) -> int:
    """The daemon's life: 0 when it was asked to end, 1 when a part of it fell."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, _end, asked, ending)
    await daemon.start()
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    fallen = asyncio.create_task(daemon.fallen())
    waits = {asyncio.create_task(asked.wait()), fallen}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await stopped(daemon, ENDS_S)
    _say_what_is_left(daemon.view())
    return 1 if fallen.done() and not fallen.cancelled() else 0


async def stopped(daemon: Daemon, within_s: float) -> None:
    """Each part has its own time to end; where all of them take it at once, the rest is left as in a crash."""
    try:
        await asyncio.wait_for(daemon.stop(), within_s)
    except TimeoutError:
        log.warning("not ended in time", why=f"it took longer than {within_s:g} s")


def _end(asked: asyncio.Event, by: signal.Signals) -> None:
    if not asked.is_set():
        log.info("ending", why=by.name)
    asked.set()


def _say_what_is_left(view: View) -> None:
    """The log's last line. What is unsent is in the store, for the next start; what is unwritten is lost."""
    unsent, unwritten = sum(view.delivery.pending.values()), view.owed
    say = log.warning if unsent or unwritten else log.info
    say("ended", unsent=unsent, unwritten=unwritten)


# ── one look ──────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("names", nargs=-1)
@config_option
def check(names: tuple[str, ...], given: Path | None) -> None:
    """Look once at each check (or those NAMED) and show what was seen and how long it took."""
    console = screen.console()
    with plain_errors():
        settings = load_settings(config.find(given, Path.cwd()))
        chosen = screen.chosen(settings.checks, names)
        with screen.progress(len(chosen)) as advance:
            seen = asyncio.run(look_once(settings, chosen, advance))
    console.print(screen.looks(seen))
    for off in settings.off:
        console.print(f"off: {off.what} ({off.why})", style="dim", markup=False)
    sys.exit(1 if any(screen.is_bad(observation) for observation in seen) else 0)


# ── config ────────────────────────────────────────────────────────────────────────────────────


@main.group("config")
def config_group() -> None:
    """What the config says, and whether it is right."""


@config_group.command("check")
@config_option
def config_check(given: Path | None) -> None:
    """Say every error at once, with file:line:col; or what is watched, and how soon it pages."""
    with plain_errors():
        path = config.find(given, Path.cwd())
        settings = load_settings(path)
    Console(soft_wrap=True).print(screen.summary(path, settings), markup=False, highlight=False)
    silence = promises.silence(settings)
    if silence:
        click.secho(silence, fg="red", bold=True, err=True)
    exceeded = promises.broken(promises.promised(settings), settings)
    for line in exceeded:
        click.echo(line, err=True)
    sys.exit(3 if exceeded else 0)


@config_group.command("schema")
def config_schema() -> None:
    """Print the JSON Schema for editors."""
    click.echo(json.dumps(config.schema(), indent=2, ensure_ascii=False))


main.add_command(incident)
main.add_command(maintenance)
main.add_command(locations)
main.add_command(doctor)
main.add_command(drill)
main.add_command(rehearse)
main.add_command(backtest)
config_group.add_command(diff)
