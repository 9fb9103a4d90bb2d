"""The metrics as text: conventions, forms, and who waits for whom."""

import asyncio
import shutil
import subprocess
import threading

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as families

from checker.metrics import Exposition
from checker.metrics.exposition import KEEP_S
from tests.metrics.rig import full
from tests.metrics.sample import (
    trouble,
)

TO_AVOID = {
    "type", "region", "zone", "cluster", "az", "datacenter", "dc", "owner", "customer", "stage",
    "service", "environment", "env", "job", "instance",
}  # fmt: skip


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_every_metric_has_a_help_and_no_label_that_clashes_with_a_targets():
    page = await Exposition(full()).render("")
    found = list(families(page.body.decode()))
    assert len(found) > 40
    assert [f.name for f in found if not f.documentation] == []
    labels = {label for f in found for s in f.samples for label in s.labels}
    assert not labels & TO_AVOID


async def test_no_sample_has_a_time_stamp_and_only_counters_end_in_total():
    page = await Exposition(full()).render("")
    for family in families(page.body.decode()):
        assert all(sample.timestamp is None for sample in family.samples)
        ends = any(sample.name.endswith("_total") for sample in family.samples)
        assert ends == (family.type == "counter"), family.name


async def test_probes_say_that_they_keep_their_own_schedule_and_there_are_no_created_series():
    page = await Exposition(full()).render("")
    found = {f.name: f for f in families(page.body.decode())}
    assert "not at the scrape" in found["probe_success"].documentation
    assert b"_created" not in page.body


async def test_promtool_finds_nothing_to_say():
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    page = await Exposition(full()).render("")
    found = await asyncio.to_thread(
        subprocess.run, [promtool, "check", "metrics"], input=page.body, capture_output=True
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")


async def test_a_reader_that_prefers_openmetrics_gets_it():
    page = await Exposition(full()).render(
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"
    )
    assert page.content_type.startswith("application/openmetrics-text; version=1.0.0")
    assert page.body.endswith(b"# EOF\n")
    assert len(list(openmetrics(page.body.decode()))) > 40


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "text/plain;version=7",
        "application/openmetrics-text;version=abc",
        "application/openmetrics-text;version=0.0.1",
        "application/openmetrics-text;version=" + "9" * 5000,
    ],
)
async def test_any_other_reader_gets_the_text_format(accept):
    page = await Exposition(full()).render(accept)
    assert page.content_type == "text/plain; version=0.0.4; charset=utf-8"


async def test_a_rendering_is_kept_for_a_second_and_no_longer():
    metrics, clock = full(), Clock()
    exposition = Exposition(metrics, clock)
    first = await exposition.render("")
    metrics.stalled(1.0)
    clock.now = KEEP_S - 0.01
    assert await exposition.render("") is first
    clock.now = KEEP_S
    assert b"checker_loop_stall_seconds_count 1.0" in (await exposition.render("")).body


async def test_those_who_ask_at_the_same_time_share_one_rendering():
    metrics = full()
    times: list[int] = []
    view = trouble()
    metrics.show(lambda: times.append(1) or view)
    exposition = Exposition(metrics)
    pages = await asyncio.gather(*(exposition.render("") for _ in range(20)))
    assert len(times) == 1
    assert all(page is pages[0] for page in pages)


async def test_one_who_leaves_takes_the_rendering_from_nobody_else():
    exposition = Exposition(full())
    impatient = asyncio.create_task(exposition.render(""))
    patient = asyncio.create_task(exposition.render(""))
    await asyncio.sleep(0)
    impatient.cancel()
    assert b"probe_success" in (await patient).body


async def test_the_view_is_taken_on_the_loop_and_rendered_in_a_thread():
    metrics, threads = full(), {}
    view = trouble()

    def read():
        threads["read"] = threading.current_thread()
        return view

    class Collector:
        def collect(self):
            threads["rendered"] = threading.current_thread()
            return []

    metrics.show(read)
    metrics.registry.register(Collector())
    await Exposition(metrics).render("")
    assert threads["read"] is threading.main_thread()
    assert threads["rendered"] is not threading.main_thread()


async def test_a_rendering_that_failed_is_not_kept():
    metrics = full()
    view = trouble()
    answers = iter([None, view])

    def read():
        now = next(answers)
        if now is None:
            raise RuntimeError("not ready")
        return now

    metrics.show(read)
    exposition = Exposition(metrics, Clock())
    with pytest.raises(RuntimeError, match="not ready"):
        await exposition.render("")
    assert b"probe_success" in (await exposition.render("")).body
