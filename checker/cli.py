"""The command line. Exit codes: 0 done, 1 something failed or is wrong, 2 the call itself is off."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from checker import config, journal, screen
from checker.app import Daemon
from checker.checkup import look_once
from checker.config import ConfigError, Settings
from checker.desk import Desk, Refusal
from checker.store.faults import StoreError
from checker.web.listening import CannotListen

T = TypeVar("T")

config_option = click.option(
    "--config",
    "given",
    type=click.Path(path_type=Path),
    envvar="CHECKER_CONFIG",
    help="A folder or one file. Else ./config, else /etc/checker.",
)
store_option = click.option(
    "--store", envvar="CHECKER_STORE", help="Database URL, instead of the config's."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="posthog-checker")
def main() -> None:
    """Notices a PostHog Cloud outage from outside, and acts on it."""


# ── the daemon ────────────────────────────────────────────────────────────────────────────────


@main.command()
@config_option
@store_option
@click.option("--listen", envvar="CHECKER_LISTEN", help="host:port, instead of the config's.")
@click.option("--log-level", default="info", show_default=True, envvar="CHECKER_LOG_LEVEL")
@click.option("--log-format", type=click.Choice(["text", "json"]), envvar="CHECKER_LOG_FORMAT")
def run(
    given: Path | None, store: str | None, listen: str | None, log_level: str, log_format: str
) -> None:
    """Run the daemon: look, judge, act. SIGHUP reloads, SIGTERM ends within ten seconds."""
    journal.write_to(sys.stderr, log_level, log_format)
    load = partial(_load, store=store, listen=listen)
    with _plain_errors():
        sys.exit(asyncio.run(_live(Daemon(config.find(given, Path.cwd()), load))))


async def _live(daemon: Daemon) -> int:
    """The daemon's life: 0 when it was asked to end, 1 when a part of it fell."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, asked.set)
    await daemon.start()
    loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    fallen = asyncio.create_task(daemon.fallen())
    waits = {asyncio.create_task(asked.wait()), fallen}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await daemon.stop()
    return 1 if fallen.done() and not fallen.cancelled() else 0


# ── one look ──────────────────────────────────────────────────────────────────────────────────


@main.command()
@click.argument("names", nargs=-1)
@config_option
def check(names: tuple[str, ...], given: Path | None) -> None:
    """Look once at each check (or those NAMED) and show what was seen and how long it took."""
    console = screen.console()
    with _plain_errors():
        settings = _load(config.find(given, Path.cwd()))
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
    """Say every error at once, with file:line:col; or what is watched and what is off."""
    with _plain_errors():
        path = config.find(given, Path.cwd())
        settings = _load(path)
    Console(soft_wrap=True).print(screen.summary(path, settings), markup=False)


@config_group.command("schema")
def config_schema() -> None:
    """Print the JSON Schema for editors."""
    click.echo(json.dumps(config.schema(), indent=2, ensure_ascii=False))


# ── incidents ─────────────────────────────────────────────────────────────────────────────────


@main.group()
def incident() -> None:
    """What was declared, and ending it."""


@incident.command("list")
@config_option
@store_option
@click.option("--limit", default=20, show_default=True)
def incident_list(given: Path | None, store: str | None, limit: int) -> None:
    """The newest incidents."""
    found = _at_desk(given, store, lambda desk: desk.newest(limit))
    screen.console().print(screen.incidents(found))


@incident.command("show")
@click.argument("id_", metavar="ID")
@config_option
@store_option
def incident_show(id_: str, given: Path | None, store: str | None) -> None:
    """One incident: how it stands, its timeline, and what was done about it."""
    story = _at_desk(given, store, lambda desk: desk.story(id_))
    screen.console().print(screen.story(story))


@incident.command("close")
@click.argument("id_", metavar="ID")
@click.option("--cause", required=True, help="The root cause, in a sentence.")
@click.option("--fix", required=True, help="What was done about it.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who closes it.")
@config_option
@store_option
def incident_close(
    id_: str, cause: str, fix: str, by: str, given: Path | None, store: str | None
) -> None:
    """End an incident: the root cause is known and a fix is in place."""
    said = _at_desk(given, store, lambda desk: desk.close_incident(id_, by, cause, fix))
    click.echo(said)


# ── what they share ───────────────────────────────────────────────────────────────────────────


def _load(path: Path, store: str | None = None, listen: str | None = None) -> Settings:
    """The settings at `path`, with what the command line says instead."""
    settings = config.load(path, os.environ)
    if store:
        settings = replace(settings, store=store)
    if listen:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdigit():
            raise click.BadParameter(f"{listen!r} is not host:port", param_hint="--listen")
        settings = replace(settings, web=replace(settings.web, host=host, port=int(port)))
    return settings


def _at_desk(
    given: Path | None, store: str | None, ask: Callable[[Desk], Coroutine[Any, Any, T]]
) -> T:
    async def work() -> T:
        settings = _load(config.find(given, Path.cwd()), store)
        async with Desk.at(settings.store) as desk:
            return await ask(desk)

    with _plain_errors():
        return asyncio.run(work())


@contextlib.contextmanager
def _plain_errors() -> Any:
    """What a person can mend is said plainly, without a traceback."""
    try:
        yield
    except (ConfigError, StoreError, CannotListen, Refusal, screen.Unknown) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
