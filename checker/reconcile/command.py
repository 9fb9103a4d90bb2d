"""`checker incident reconcile`: the ledger beside PagerDuty and Slack, now."""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

import click

from checker import journal
from checker.assembly import policy_of, responders_of
from checker.calling import Asked, at_store, config_option, plain_errors, settings_for, store_option
from checker.config.settings import Settings
from checker.desk import Desk
from checker.reconcile.comparison import compare
from checker.reconcile.difference import Difference, Found, counted
from checker.reconcile.mending import mends
from checker.store.rows import Fate
from checker.store.store import Store

DONE_WITHIN_S = 30.0  # that what mends is waited for
LOOK_AGAIN_S = 0.5


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended: send again, end, say anew.")
@click.option("--by", default=getpass.getuser, show_default="your login", help="Who says so.")
@config_option
@store_option
def reconcile(repair: bool, by: str, **asked: Asked) -> None:
    """Compare what the store says was done with what PagerDuty and Slack show.

    Says each difference, and what to do. Without --repair nothing is changed anywhere. Exit code 1: there is something
    to be done, or somebody did not show what they hold.
    """
    journal.write_to(sys.stderr, "critical")  # what goes wrong is said below
    with plain_errors():
        settings = settings_for(**asked)

    async def work(store: Store) -> bool:
        found = await _compared(store, settings)
        click.echo("\n".join(told(found)))
        to_mend = [one for one in found.differences if one.can_be_mended]
        if not repair or not to_mend:
            return not found.wants_somebody
        by_hand = any(one.to_do and not one.can_be_mended for one in found.differences)
        return await _mended(store, to_mend, by) and not by_hand and found.is_whole

    sys.exit(0 if at_store(work, **asked) else 1)


def told(found: Found) -> Iterable[str]:
    """A paragraph for each difference, and a line for the rest."""
    for one in found.differences:
        about = ": ".join(filter(None, (one.incident, one.says)))
        yield f"{about}\n    {one.to_do}" if one.to_do else about
    for unseen in found.unseen:
        yield f"{unseen.responder} could not be compared: {unseen.why}"
    for unasked in found.unasked:
        yield f"{unasked.says}\n    Look there yourself."
    looked = f"Looked at: {counted(found.pages, 'page')}, {counted(found.rooms, 'room')}"
    waiting = f"; still on its way: {counted(found.waiting, 'effect')}" if found.waiting else ""
    yield f"{looked}; found: {counted(len(found.differences), 'difference')}{waiting}."


async def _compared(store: Store, settings: Settings) -> Found:
    responders = responders_of(settings)
    policy = policy_of(settings, await store.mark())
    try:
        return await compare(store, responders, policy, time.time(), _off(settings))
    finally:
        for responder in responders.values():
            await responder.close()


def _off(settings: Settings) -> Mapping[str, str]:
    """Responder → why it is off."""
    kind = "responder "
    return {o.what.removeprefix(kind): o.why for o in settings.off if o.what.startswith(kind)}


async def _mended(store: Store, differences: Sequence[Difference], by: str) -> bool:
    """Whether all of them were mended, as far as can be seen in half a minute."""
    desk = Desk(store)
    for one in differences:
        inbox_id, event = mends(one, by, time.time())
        if not await desk.redo(event, inbox_id):
            click.echo("No daemon runs on this store: it is mended as soon as one does.")
            return False
    fates = [await _fate(store, one) for one in differences]
    for one, (_, said) in zip(differences, fates, strict=True):
        click.echo(f"{one.incident}: {said}")
    return all(is_done for is_done, _ in fates)


async def _fate(store: Store, difference: Difference) -> tuple[bool, str]:
    """Whether it is mended, and what became of it."""
    if not difference.effects:
        return True, "said anew"
    wanted = difference.effects[0].id
    for _ in range(round(DONE_WITHIN_S / LOOK_AGAIN_S)):
        for one in await store.effects(difference.incident):
            if one.effect.id == wanted and one.fate is Fate.CONFIRMED:
                return True, f"done: {wanted}"
            if one.effect.id == wanted and one.fate is Fate.REFUSED:
                return False, f"refused: {wanted}: {one.why}"
        await asyncio.sleep(LOOK_AGAIN_S)
    return False, f"still on its way: {wanted}"
