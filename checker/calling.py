"""What every command shares: where its config is, whom it asks, and how it says what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import SecretStr

from checker import config, screen
from checker.config import ConfigError, Settings
from checker.desk import Desk, Refusal
from checker.store.faults import StoreError, StoreMissing
from checker.store.whereabouts import where_it_was_looked_for
from checker.web.listening import CannotListen

T = TypeVar("T")
Asked = Path | str | None  # what config_option and store_option give

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


def load_settings(path: Path, store: str | None = None, listen: str | None = None) -> Settings:
    """The settings at `path`, with what the command line says instead."""
    settings = config.load(path, os.environ)
    if store:
        settings = replace(settings, store=SecretStr(store))
    if listen:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            raise click.BadParameter(f"{listen!r} is not host:port", param_hint="--listen")
        settings = replace(settings, web=replace(settings.web, host=host, port=int(port)))
    return settings


def settings_for(given: Asked = None, store: Asked = None) -> Settings:
    """The settings that the two options name. ConfigError when they are not right."""
    path = config.find(Path(given) if given else None, Path.cwd())
    return load_settings(path, str(store) if store else None)


def at_desk(
    ask: Callable[[Desk], Coroutine[Any, Any, T]], given: Asked = None, store: Asked = None
) -> T:
    """What the desk beside the daemon of that config or store answers."""

    async def work() -> T:
        url = settings_for(given, store).store
        try:
            async with Desk.at(url) as desk:
                return await ask(desk)
        except StoreMissing as missing:
            more = where_it_was_looked_for(url)
            raise StoreMissing(f"{missing}\n{more}" if more else str(missing)) from None

    with plain_errors():
        return asyncio.run(work())


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """What a person can mend is said plainly, without a traceback."""
    try:
        yield
    except (ConfigError, StoreError, CannotListen, Refusal, screen.Unknown) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
