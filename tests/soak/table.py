"""The day as tables: what was bounded and what was seen, and the figures by the hour."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

from tests.soak.day import BLIP_S, NOISE, OUTAGE_S, Day
from tests.soak.readings import Reading
from tests.soak.verdict import Bound
from tests.soak.virtual import today

PAGE = Path(__file__).parents[2] / "docs/reference/soak.md"

HEAD = """# A day in its life

A real daemon with the shipped pace and thresholds lived {hours:g} hours in a loopback world (`tests/soak`), {speed:g} times
as fast as we do, by libfaketime. {noise:.0%} of all answers were wrong for no reason; {blips} times a surface failed for {blip:.0f} s;
twice its own network was lost; once the app of one cloud was down for {outage:.0f} min, and a person closed the incident.
Looks were kept for {keeps:g} h, so that it had to forget. The store lay in memory, for a disk is not sped up.
`make soak` does it again and ends badly on any miss; `make soak WRITE=--write` makes this page.

Lived on {day} with posthog-checker {version}, on {cores} cores, in {minutes:.0f} minutes: {kept} of {bounds} bounds kept.

| what | bound | seen |
|---|---|---|
{rows}

By the hour. Memory is what the kernel calls resident; processor time is real, so {speed:g} times less of a core where time is
not sped up. Stalls are moments when the machine took more than {stall:.0f} ms for something else: a second there. Timeouts are
sped up as well, so on a machine that others use too, looks are skipped and the store refuses what is then done again.

| hour | memory MB | descriptors | threads | database MB | log kB | processor s | looks | failed | could not tell | skipped | stalls | refused by the store | oldest look h |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
{hourly}
"""


def on_screen(bounds: Sequence[Bound]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("what", "bound", "seen"):
        table.add_column(title)
    for one in bounds:
        table.add_row(one.what, one.bound, one.seen, style="" if one.is_kept else "bold red")
    return table


def figures(one: Reading) -> str:
    """A reading in a line, for whoever watches."""
    return (
        f"{one.hour:5.1f} h  {one.rss_mb:6.1f} MB  {one.descriptors} descriptors  {one.threads} threads  "
        f"database {one.store_mb:.1f} MB  log {one.log_kb:.0f} kB  {one.cpu_s:.0f} s  {one.looks} looks, "
        f"{one.failed} failed, {one.unsure} could not tell, {one.skipped} skipped, {one.stalls} stalls, "
        f"{one.refused} refused by the store, oldest look {one.oldest_h:.2f} h"
    )


def write(day: Day, bounds: Sequence[Bound], speed: float) -> None:
    """Writes the page."""
    text = HEAD.format(
        hours=day.hours,
        speed=speed,
        noise=NOISE,
        blips=day.blips,
        blip=BLIP_S,
        outage=OUTAGE_S / 60,
        keeps=day.keeps_h,
        day=today(),
        version=version("posthog-checker"),
        cores=os.cpu_count(),
        minutes=day.real_s / 60,
        kept=sum(one.is_kept for one in bounds),
        bounds=len(bounds),
        rows="\n".join(map(_row, bounds)),
        stall=1000 / speed,
        hourly="\n".join(map(_hourly, day.readings[1::2])),
    )
    PAGE.write_text(text, encoding="utf-8")


def _row(one: Bound) -> str:
    seen = one.seen if one.is_kept else f"MISSED: {one.seen}"
    return f"| {one.what} | {one.bound} | {seen} |"


def _hourly(one: Reading) -> str:
    cells = (
        f"{one.hour:.0f}",
        f"{one.rss_mb:.1f}",
        str(one.descriptors),
        str(one.threads),
        f"{one.store_mb:.1f}",
        f"{one.log_kb:.0f}",
        f"{one.cpu_s:.0f}",
        *map(str, (one.looks, one.failed, one.unsure, one.skipped, one.stalls, one.refused)),
        f"{one.oldest_h:.2f}",
    )
    return f"| {' | '.join(cells)} |"
