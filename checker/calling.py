"""What every command shares: where its config is, whom it asks, and how it says what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import SecretStr

from checker import config, screen
from checker.config import ConfigError, Settings
from checker.config.problems import did_you_mean
from checker.desk import Desk, Refusal
from checker.store.faults import StoreError, StoreMissing
from checker.store.store import Store
from checker.store.whereabouts import where_it_was_looked_for
from checker.web.listening import CannotListen

T = TypeVar("T")
Asked = Path | str | None  # what config_option and store_option give

config_option = click.option(
    "--config",
    "given",
    type=click.Path(path_type=Path),
    envvar="CHECKER_CONFIG",
    show_envvar=True,
    help="A folder or one file. Else ./config, else /etc/checker.",
)
store_option = click.option(
    "--store",
    envvar="CHECKER_STORE",
    show_envvar=True,
    help="Database URL, instead of the config's.",
)


_TAKES_NO_MORE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EPIPE)


class CommandLine(click.Group):
    """The commands; an output that takes nothing more is said in a line, and ends with 1."""

    def main(self, *words: Any, **more: Any) -> Any:
        """As click's, which knows only of a pipe that was closed."""
        try:
            try:
                return super().main(*words, **more)
            finally:
                sys.stdout.flush()
        except OSError as error:
            # What went wrong with a file names it.
            if error.filename is not None or error.errno not in _TAKES_NO_MORE:
                raise
            _let_go_of_output()
            click.echo(f"The output could not be written: {error.strerror}.", err=True)
            sys.exit(1)


def _let_go_of_output() -> None:
    """What is still to be written goes nowhere: the interpreter would try again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def load_settings(path: Path, store: str | None = None, listen: str | None = None) -> Settings:
    """The settings at `path`, with what the command line says instead."""
    settings = config.load(path, os.environ)
    if store:
        settings = replace(settings, store=SecretStr(store))
    if listen:
        host, port = host_and_port(listen)
        settings = replace(settings, web=replace(settings.web, host=host, port=port))
    return settings


def host_and_port(listen: str) -> tuple[str, int]:
    """The parts of "127.0.0.1:9877", "localhost:9877" or "[::1]:9877"."""
    host, _, port = listen.rpartition(":")
    known = re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+(%\w+)?\]", host)
    if not known or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        right = "host:port, such as 127.0.0.1:9877, 0.0.0.0:9877 or [::1]:9877"
        raise click.BadParameter(f"{listen!r} is not {right}", param_hint="--listen")
    return host.strip("[]"), int(port)


def known_target(target: str, given: Asked = None, store: Asked = None) -> str:
    """The target, if the config has one of that name; else the call itself is off, and says which there are."""
    with plain_errors():
        targets = settings_for(given, store).policy.targets
    if target not in targets:
        hint = did_you_mean(target, targets)
        near = f" {hint[:1].upper()}{hint[1:]}" if hint else ""
        there_are = f"no target {target!r}; there are: {', '.join(targets)}.{near}"
        raise click.BadParameter(there_are, param_hint="TARGET")
    return target


def settings_for(given: Asked = None, store: Asked = None) -> Settings:
    """The settings that the two options name. ConfigError when they are not right."""
    path = config.find(Path(given) if given else None, Path.cwd())
    return load_settings(path, str(store) if store else None)


def at_desk(
    ask: Callable[[Desk], Coroutine[Any, Any, T]], given: Asked = None, store: Asked = None
) -> T:
    """What the desk beside the daemon of that config or store answers."""

    async def work(url: SecretStr) -> T:
        async with Desk.at(url) as desk:
            return await ask(desk)

    return _beside_daemon(work, given, store)


def at_store(
    ask: Callable[[Store], Coroutine[Any, Any, T]], given: Asked = None, store: Asked = None
) -> T:
    """The same of the store itself."""

    async def work(url: SecretStr) -> T:
        opened = await Store.open_shared(url)
        try:
            return await ask(opened)
        finally:
            await opened.close()

    return _beside_daemon(work, given, store)


def _beside_daemon(
    work: Callable[[SecretStr], Coroutine[Any, Any, T]], given: Asked, store: Asked
) -> T:
    with plain_errors():
        url = settings_for(given, store).store
        try:
            return asyncio.run(work(url))
        except StoreMissing as missing:
            more = where_it_was_looked_for(url)
            raise StoreMissing(f"{missing}\n{more}" if more else str(missing)) from None


def _to_people(why: str) -> None:
    click.echo(why, err=True)


@contextlib.contextmanager
def plain_errors(say: Callable[[str], None] = _to_people) -> Iterator[None]:
    """What a person can mend is said plainly, without a traceback."""
    try:
        yield
    except (ConfigError, StoreError, CannotListen, Refusal, screen.Unknown) as error:
        say(str(error))
        sys.exit(1)
