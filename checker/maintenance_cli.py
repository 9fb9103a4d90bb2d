"""`checker maintenance …`: planned work. It is looked at all the while, and declared at the end if it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import click
from rich.table import Table
from rich.text import Text

from checker import screen
from checker.calling import Asked, at_desk, known_target, plain_errors, settings_for
from checker.config import durations
from checker.config.amounts import moment
from checker.core.model import Maintenance
from checker.core.wording import stamp
from checker.incident_cli import by_option, where
from probes.contract import one_line

T = TypeVar("T")


@click.group()
def maintenance() -> None:
    """Planned work: while it lasts, nothing new is declared at its target."""


@maintenance.command()
@click.argument("target")
@click.option("--for", "lasting", required=True, help="How long, such as 2h; at most 7d.")
@click.option("--begins", help="A time with its zone: 2026-11-23T22:00:00Z. Else now.")
@click.option("--why", default="", help="What is done.")
@by_option
@where
def announce(
    target: str, lasting: str, begins: str | None, why: str, by: str, **asked: Asked
) -> None:
    """Announce work at TARGET."""
    begin = _read(moment, begins, "--begins") if begins else time.time()
    length = _read(durations.seconds, lasting, "--for")
    known_target(target, **asked)
    planned = Maintenance(target, begin, begin + length, by, one_line(why))
    click.echo(at_desk(lambda desk: desk.plan(planned), **asked))


@maintenance.command()
@click.argument("target")
@where
def end(target: str, **asked: Asked) -> None:
    """End all announced work at TARGET, also what is to come: what fails there is declared again."""
    known_target(target, **asked)
    click.echo(at_desk(lambda desk: desk.end_work(target), **asked))


@maintenance.command("list")
@where
def list_(**asked: Asked) -> None:
    """What is planned: by the config, and by a word."""
    with plain_errors():
        configured = settings_for(**asked).policy.maintenance
    said = at_desk(lambda desk: desk.planned(), **asked)
    ahead = [m for m in configured if m.ends > time.time()]
    screen.console().print(_table([*ahead, *said]))


def _table(planned: Sequence[Maintenance]) -> Table | Text:
    if not planned:
        return Text("Nothing is planned.")
    table = Table(box=None, pad_edge=False)
    for name in ("target", "begins", "ends", "by", "why"):
        table.add_column(name, no_wrap=name in ("target", "begins", "ends"))
    for m in sorted(planned, key=lambda m: m.begins):
        table.add_row(m.target, stamp(m.begins), stamp(m.ends), Text(m.by), Text(m.why))
    return table


def _read(reader: Callable[[str], T], text: str, option: str) -> T:
    try:
        return reader(text)
    except ValueError as error:
        raise click.BadParameter(f"expected {error}", param_hint=option) from None
