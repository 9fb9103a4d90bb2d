"""`checker incident …`: what was declared, and what a person says about it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from checker import screen
from checker.calling import (
    Asked,
    at_desk,
    config_option,
    known_target,
    plain_errors,
    settings_for,
    store_option,
)
from checker.config.secrecy import secrets_of
from checker.core.events import (
    Cancelled,
    Closed,
    Dismissed,
    Joined,
    Led,
    Noted,
    Published,
    SeveritySet,
    StatusSaid,
    SyncTaken,
    Uneventful,
)
from checker.core.model import Severity
from checker.desk import Desk, Refusal, StillFails
from checker.export import document, put
from checker.reconcile.command import reconcile
from checker.unrung import printing


class Said(click.ParamType[str]):
    """Something that a person says: not nothing, and not a book."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """One text of 1 to SAID_MAX characters, as it was written."""
        text = value.strip()
        if not text:
            self.fail("it must not be empty", param, ctx)
        if len(text) > SAID_MAX:
            self.fail(f"it has {len(text)} characters, and {SAID_MAX} is the most", param, ctx)
        return text


SAID_MAX = 3000  # characters: what a message in Slack may hold
SAID = Said()

by_option = click.option(
    "--by", type=SAID, default=getpass.getuser, show_default="your login", help="Who says so."
)

severity_choice = click.Choice([s.word for s in Severity])


def where(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which daemon's store it is about."""
    return config_option(store_option(command))


@click.group()
def incident() -> None:
    """What was declared, and what people say about it."""


incident.add_command(reconcile)


@incident.command("list")
@where
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
def list_(limit: int, **asked: Asked) -> None:
    """The newest incidents."""
    screen.console().print(screen.incidents(at_desk(lambda desk: desk.newest(limit), **asked)))


@incident.command()
@click.argument("id_", metavar="ID")
@where
def show(id_: str, **asked: Asked) -> None:
    """One incident: how it stands, its timeline, and what was done about it."""
    screen.console().print(screen.story(at_desk(lambda desk: desk.story(id_), **asked)))


@incident.command()
@click.argument("id_", metavar="ID")
@click.option("--to", type=click.Path(path_type=Path), help="A file, or a folder for ID.md.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@where
def export(id_: str, to: Path | None, force: bool, **asked: Asked) -> None:
    """The document for its analysis, in Markdown: paste it into a pull request."""
    story = at_desk(lambda desk: desk.story(id_), **asked)
    with plain_errors():
        settings = settings_for(**asked)
        text = document(story, secrets_of(settings), printing(settings.responders))
        click.echo(put(text, id_, to, force) if to else text, nl=to is not None)


@incident.command()
@click.argument("target")
@click.argument("what", type=SAID)
@click.option("--severity", type=severity_choice, default="major", show_default=True)
@by_option
@where
def declare(target: str, what: str, severity: str, by: str, **asked: Asked) -> None:
    """Raise an incident at TARGET. When in doubt, raise an incident; you lead it until you hand over."""
    level = Severity[severity.upper()]
    known_target(target, **asked)
    prints = printing(settings_for(**asked).responders)

    async def said(desk: Desk) -> str:
        return (await desk.declare(target, by, what, level, prints=prints)).said

    click.echo(at_desk(said, **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.argument("text", type=SAID)
@by_option
@where
def note(id_: str, text: str, by: str, **asked: Asked) -> None:
    """Take a note: what is known, what was tried. It gets a time stamp and goes into the room."""
    click.echo(at_desk(lambda desk: desk.say(Noted(desk.now(), id_, by, text)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.argument("text", type=SAID)
@by_option
@where
def status(id_: str, text: str, by: str, **asked: Asked) -> None:
    """Say in a sentence how things stand; it is kept in the summary."""
    click.echo(at_desk(lambda desk: desk.say(StatusSaid(desk.now(), id_, by, text)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.option("--to", "to", type=SAID, help="Hand over to them; else you take it.")
@by_option
@where
def lead(id_: str, to: str | None, by: str, **asked: Asked) -> None:
    """Take the lead, or hand it over."""
    click.echo(at_desk(lambda desk: desk.say(Led(desk.now(), id_, by, to or by)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.argument("level", type=severity_choice)
@by_option
@where
def severity(id_: str, level: str, by: str, **asked: Asked) -> None:
    """Say how severe it is. Your word stands until worse than you knew of is seen."""
    word = Severity[level.upper()]
    click.echo(at_desk(lambda desk: desk.say(SeveritySet(desk.now(), id_, by, word)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.option("--cause", type=SAID, required=True, help="The root cause, in a sentence.")
@click.option("--fix", type=SAID, required=True, help="What was done about it.")
@click.option("--anyway", is_flag=True, help="Even if checks still fail.")
@by_option
@where
def close(id_: str, cause: str, fix: str, anyway: bool, by: str, **asked: Asked) -> None:
    """End an incident: the root cause is known and a fix is in place."""

    async def said(desk: Desk) -> str:
        try:
            return await desk.say(Closed(desk.now(), id_, by, cause, fix), anyway=anyway)
        except StillFails as failing:
            raise Refusal(f"{failing} Close it all the same with --anyway.") from None

    click.echo(at_desk(said, **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.option("--why", type=SAID, required=True, help="Why it was no incident.")
@by_option
@where
def cancel(id_: str, why: str, by: str, **asked: Asked) -> None:
    """End what was declared in error."""
    click.echo(at_desk(lambda desk: desk.say(Cancelled(desk.now(), id_, by, why)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@by_option
@where
def join(id_: str, by: str, **asked: Asked) -> None:
    """Say that you are there to help."""
    click.echo(at_desk(lambda desk: desk.say(Joined(desk.now(), id_, by)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.argument("outlet")
@click.argument("text", type=SAID, required=False)
@by_option
@where
def publish(id_: str, outlet: str, text: str | None, by: str, **asked: Asked) -> None:
    """Tell customers by OUTLET: the draft, or your TEXT. `show` names the outlets. Again: an edit."""
    word = partial(Published, incident=id_, by=by, outlet=outlet, text=text or "")
    click.echo(at_desk(lambda desk: desk.say(word(desk.now())), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@click.argument("outlet")
@by_option
@where
def dismiss(id_: str, outlet: str, by: str, **asked: Asked) -> None:
    """Say that customers need not be told by OUTLET."""
    click.echo(at_desk(lambda desk: desk.say(Dismissed(desk.now(), id_, by, outlet)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@by_option
@where
def sync(id_: str, by: str, **asked: Asked) -> None:
    """Say that you schedule the sync of an ended incident."""
    click.echo(at_desk(lambda desk: desk.say(SyncTaken(desk.now(), id_, by)), **asked))


@incident.command()
@click.argument("id_", metavar="ID")
@by_option
@where
def uneventful(id_: str, by: str, **asked: Asked) -> None:
    """Say that an ended incident needs no sync."""
    click.echo(at_desk(lambda desk: desk.say(Uneventful(desk.now(), id_, by)), **asked))
