"""`checker doctor`: found by day, not on the night when it is needed."""

from __future__ import annotations

import asyncio
import sys

import click

from checker import screen
from checker.calling import Asked, config_option, plain_errors, settings_for, store_option
from checker.doctor.examination import examine, is_well
from checker.doctor.report import table, verdict


@click.command()
@config_option
@store_option
def doctor(**asked: Asked) -> None:
    """Look once at all that must work: config, store, tokens and scopes, the way out. Pages nobody."""
    with plain_errors():
        settings = settings_for(**asked)
    parts = asyncio.run(examine(settings))
    screen.console().print(table(parts))
    click.echo(verdict(parts))
    sys.exit(0 if is_well(parts) else 1)
