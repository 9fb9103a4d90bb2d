"""What every daemon tells of all the locations. Nothing, while the store cannot say who is there."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from checker.metrics.view import View

FAMILIES = {
    "up": "1 where somebody looks from there, 0 where nobody has for 15 s; absent a day later.",
    "leads": "1 where the daemon is that judges for all.",
    "blind": "1 where most controls fail; absent where nobody looks.",
    "behind_seconds": "How late its looks begin; absent where nobody looks.",
    "clock_offset_seconds": "How far its clock is ahead of the store's; absent where nobody looks.",
}


def located(view: View) -> Iterator[Metric]:
    """The `checker_location_*` families."""
    told = {
        name: GaugeMetricFamily(f"checker_location_{name}", help_, labels=("location",))
        for name, help_ in FAMILIES.items()
    }
    info = GaugeMetricFamily(
        "checker_location_info",
        "1 for each daemon that is there, looking or standing by.",
        labels=("location", "replica", "version"),
    )
    for location in view.roll.locations if view.roll else ():
        at, looker = [location.name], location.looker
        told["up"].add_metric(at, looker is not None)
        told["leads"].add_metric(at, any(one.leads for one in location.daemons))
        if looker is not None:
            told["blind"].add_metric(at, looker.blind)
            told["behind_seconds"].add_metric(at, looker.behind_s)
            told["clock_offset_seconds"].add_metric(at, looker.clock_offset_s)
        for one in location.daemons:
            if not one.gone:
                info.add_metric([location.name, one.replica, one.version], 1)
    yield from told.values()
    yield info
