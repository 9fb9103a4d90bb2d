"""`checker drill`: the whole way out and back, now."""

from __future__ import annotations

import asyncio
import sys

import click

from checker import journal, screen
from checker.calling import Asked, config_option, plain_errors, settings_for, store_option
from checker.config.secrecy import secrets_of
from checker.config.settings import Settings
from checker.drill import memory
from checker.drill.drill import drill as make
from checker.drill.plan import WHAT_TO_WRITE, drilled
from checker.drill.report import Report, table, verdict
from checker.store.faults import StoreError
from checker.store.store import Store


@click.command()
@config_option
@store_option
def drill(**asked: Asked) -> None:
    """Page a test service, open a test room, close and end it all; say how long each step took.

    It goes to the responders that have `drill: true` and to nobody else; everything it sends says DRILL.
    """
    journal.write_to(sys.stderr, "critical")  # what goes wrong is in the table
    with plain_errors():
        settings = settings_for(**asked)
    if not drilled(settings):
        click.echo(WHAT_TO_WRITE, nl=False, err=True)
        sys.exit(1)
    report, unkept = asyncio.run(_drilled(settings))
    screen.console().print(table(report, secrets_of(settings)))
    click.echo(verdict(report))
    if unkept:
        click.echo(f"It is not remembered: {unkept}", err=True)
    sys.exit(0 if report.ok else 1)


async def _drilled(settings: Settings) -> tuple[Report, str]:
    """The drill, and why it could not be remembered beside the daemon's own."""
    report = await make(settings)
    try:
        store = await Store.open_shared(settings.store)
        try:
            known = await memory.recall(store)
            await memory.keep(store, known.after(report))
        finally:
            await store.close()
    except StoreError as error:
        return report, str(error)
    return report, ""
