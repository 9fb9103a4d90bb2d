"""`checker rehearse`: what this config would have made of an outage, before there is one."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from checker import config
from checker.calling import config_option, plain_errors
from checker.config import ConfigError, Settings
from checker.config.problems import Problem
from checker.rehearsal.reading import read
from checker.rehearsal.story import Story, tell
from checker.rehearsal.telling import brief, whole

STAND_IN = "rehearsal"  # for keys that are not set: nobody is looked at


@click.command()
@click.argument(
    "stories", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="STORY..."
)
@config_option
def rehearse(stories: tuple[Path, ...], given: Path | None) -> None:
    """Play outage stories in virtual time, and say what would have happened.

    One STORY is told line by line; of several, only what went otherwise than expected. Nothing is looked at and
    nobody is told, so checks whose keys are not set are on all the same. Exit code 1 if anything was missed.
    """
    with plain_errors():
        settings = config.load(config.find(given, Path.cwd()), os.environ, stand_in=STAND_IN)
        found = read_all(stories, settings)
    say = whole if len(found) == 1 else brief
    missed = 0
    for path, story in found:
        told = tell(story, settings)
        missed += not told.met
        for line in say(str(path), told):
            click.echo(line)
    if len(found) > 1:
        click.echo(f"{len(found) - missed} of {len(found)} stories went as expected")
    sys.exit(1 if missed else 0)


def read_all(paths: Sequence[Path], settings: Settings) -> list[tuple[Path, Story]]:
    """Every story; ConfigError with all that is wrong with any of them."""
    found: list[tuple[Path, Story]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            found.append((path, read(path, settings)))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return found
