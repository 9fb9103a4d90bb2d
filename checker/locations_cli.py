"""`checker locations`: who is there, who looks, who leads, and what is wrong where."""

from __future__ import annotations

import sys
import time

import click
from rich.table import Table
from rich.text import Text

from checker import screen
from checker.calling import Asked, at_store, plain_errors, settings_for
from checker.incident_cli import where
from checker.roll import Daemon, Location, Roll, call


@click.command()
@where
def locations(**asked: Asked) -> None:
    """Every daemon on the store: who looks, who leads, who is gone, blind, behind or has a wrong clock.

    Exits 1 when anything of that is wrong, or when there are fewer locations than the config says. One that is gone is
    told for a day, and then forgotten.
    """
    with plain_errors():
        wanted = settings_for(**asked).locations
    roll = at_store(lambda store: call(store, time.time()), **asked)
    if roll.locations:
        screen.console().print(_table(roll))
    wrong = [*roll.troubles(), *_missing(roll, wanted)]
    for line in wrong:
        click.echo(line, err=True)
    sys.exit(1 if wrong else 0)


def _missing(roll: Roll, wanted: int) -> list[str]:
    here = len(roll.here)
    return [f"{wanted} locations are configured, {here} looked from."] if here < wanted else []


def _table(roll: Roll) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("location", "replica", "now", "leads", "heard"):
        table.add_column(name, no_wrap=True)
    for name in ("behind", "clock"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("version", no_wrap=True)
    for location in roll.locations:
        for daemon in location.daemons:
            table.add_row(*_row(location, daemon))
    return table


def _row(location: Location, daemon: Daemon) -> tuple[str | Text, ...]:
    return (
        Text(location.name, style="bold red" if location.troubles else ""),
        Text(daemon.replica),
        _now(daemon),
        "leads" if daemon.leads else "",
        f"{daemon.heard_ago_s:.0f} s ago",
        f"{daemon.behind_s:.1f} s",
        f"{daemon.clock_offset_s:+.2f} s",
        Text(daemon.version),
    )


def _now(daemon: Daemon) -> Text:
    if daemon.gone:
        return Text("gone", style="bold red")
    if daemon.blind:
        return Text("blind", style="magenta")
    return Text("looks", style="green") if daemon.looks else Text("stands by", style="dim")
