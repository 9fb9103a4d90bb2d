"""Each part of the examination by itself."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from checker.config import load
from checker.config.settings import Off, PlannedResponder, Settings
from checker.core.model import Duty, Person
from checker.doctor import outlets, own
from checker.doctor.examination import Part, examine
from checker.doctor.report import verdict
from checker.responders.contract import Attempt, Done, ResponderSettings, Shown, Unread
from checker.responders.contract_findings import NEVER_PAGED, Finding, Health, bad, ok, warning
from checker.store.store import Store

CONFIG = """
targets: {us: {app_host: us.test, project_key: "${env:KEY}"}}
checks:
  app: {probe: page, surface: app, targets: [us]}
  flags: {probe: flags, surface: flags, targets: [us], canary: c}
controls: {a: {tcp: "a.test:1"}, b: {tcp: "b.test:1"}, c: {tcp: "c.test:1"}}
rules: [{symptom: app down, severity: critical, sentence: It is down}]
"""


class BellSettings(ResponderSettings):
    duties: ClassVar[frozenset[Duty]] = frozenset({Duty.PAGE})


class Bell:
    """Pages, and is asked what became of it."""

    def __init__(self, said: Shown | Unread | None = None, every_s: float | None = 15.0) -> None:
        self._said = said
        self.reads_every_s = every_s
        self.keys: list[str] = []
        self.closed = False

    async def carry_out(self, attempt: Attempt) -> Done:
        raise AssertionError("a look is no page")

    async def look_up(self, key: str) -> Shown | Unread | None:
        self.keys.append(key)
        return self._said

    async def close(self) -> None:
        self.closed = True


class Switchboard(Bell):
    """Knows who is on call too."""

    knows_on_call = True

    def __init__(self, people: tuple[Person, ...] | Unread) -> None:
        super().__init__()
        self._people = people

    async def on_call(self) -> tuple[Person, ...] | Unread:
        return self._people


class Broken(Bell):
    async def examine(self) -> list[Finding]:
        raise RuntimeError("xoxb-secret")


BELL = PlannedResponder("bell", "bell", BellSettings())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "checker.yaml").write_text(CONFIG)
    read = load(tmp_path / "checker.yaml", {})
    return replace(read, store=f"sqlite:///{tmp_path}/var/checker.db")


def routed(settings: Settings, **routes: str) -> Settings:
    """With these responders, none of which prints."""
    by_duty = {Duty(duty): tuple(names.split()) for duty, names in routes.items()}
    policy = replace(settings.policy, routes=by_duty)
    return replace(settings, policy=policy, responders=(BELL,))


# ── config ────────────────────────────────────────────────────────────────────────────────────


def test_what_is_off_is_said_once_for_each_thing_that_lacks(settings: Settings):
    right, off = own.config(settings)
    assert (right.health, right.what) == (Health.OK, "it is right: 1 checks at us, 1 rules")
    assert (off.health, off.what) == (Health.WARNING, "off: check us/flags (KEY is not set)")


def test_many_things_off_for_one_reason_are_not_all_named(settings: Settings):
    many = tuple(Off(f"check us/c{n}", "KEY is not set") for n in range(9))
    _, off = own.config(replace(settings, off=many))
    assert off.what.endswith("check us/c5 and 3 more (KEY is not set)")


# ── store ─────────────────────────────────────────────────────────────────────────────────────


async def test_before_the_first_start_there_is_no_store(tmp_path: Path):
    (said,) = await own.store(f"sqlite:///{tmp_path}/checker.db")
    assert said.health is Health.WARNING
    assert said.to_do == "start the daemon: it makes one"
    assert not (tmp_path / "checker.db").exists()


async def test_a_folder_that_is_not_there_asks_whether_the_address_is_right(tmp_path: Path):
    (said,) = await own.store(f"sqlite:///{tmp_path}/var/checker.db")
    assert said.health is Health.BAD
    assert said.what.endswith(f"there is no folder {tmp_path}/var")
    assert said.to_do.startswith("see whether the address is right")
    assert not (tmp_path / "var").exists()


async def test_a_store_that_was_deleted_under_its_daemon_is_bad(tmp_path: Path):
    store = await Store.open(f"sqlite:///{tmp_path}/checker.db")
    (tmp_path / "checker.db").unlink()
    (said,) = await own.store(f"sqlite:///{tmp_path}/checker.db")
    await store.close()
    assert said.health is Health.BAD
    assert f"was deleted under the daemon that runs on it (pid {os.getpid()})" in said.what


async def test_a_relative_path_is_told_from_the_root():
    (said,) = await own.store("sqlite:///none.db")
    assert f"there is none yet at {Path.cwd() / 'none.db'}" in said.what
    assert "The path is relative" in said.to_do


async def test_a_place_where_no_store_can_be_made_is_bad(tmp_path: Path):
    (tmp_path / "file").touch()
    (said,) = await own.store(f"sqlite:///{tmp_path}/file/checker.db")
    assert said.health is Health.BAD
    assert said.what.startswith(f"none can be made at {tmp_path}/file/checker.db")


async def test_an_empty_file_wants_a_daemon(tmp_path: Path):
    (tmp_path / "checker.db").touch()
    (said,) = await own.store(f"sqlite:///{tmp_path}/checker.db")
    assert (said.health, said.to_do) == (Health.WARNING, "start the daemon")


async def test_a_file_that_is_no_store_is_bad(tmp_path: Path):
    (tmp_path / "checker.db").write_bytes(b"not a database" * 1000)
    (said,) = await own.store(f"sqlite:///{tmp_path}/checker.db")
    assert said.health is Health.BAD
    assert "is damaged" in said.what


# ── ways out ──────────────────────────────────────────────────────────────────────────────────


def test_one_that_pages_and_one_that_makes_rooms_are_well_with_a_second_way(settings: Settings):
    said = outlets.ways_out(routed(settings, page="bell", fallback="gong", room="bell"))
    assert [finding.health for finding in said] == [Health.OK] * 3
    assert said[1].what == "the second way to page is gong"


def test_nobody_who_pages_is_bad(settings: Settings):
    said = outlets.ways_out(routed(settings, room="bell"))
    assert (said[0].health, said[0].what[:21]) == (Health.BAD, "nobody would be rung:")


def test_what_is_printed_rings_nobody(settings: Settings):
    assert [planned.kind for planned in settings.responders] == ["console"]
    assert outlets.ways_out(settings)[0].health is Health.BAD


def test_without_a_second_way_to_page_there_is_a_warning(settings: Settings):
    said = outlets.ways_out(routed(settings, page="bell", room="bell"))
    assert said[1].health is Health.WARNING
    assert "no second way to page when bell fails" in said[1].what


def test_two_that_page_are_each_others_second_way(settings: Settings):
    said = outlets.ways_out(routed(settings, page="bell gong", room="bell"))
    assert [finding.what for finding in said] == ["bell and gong pages", "bell makes the room"]


def test_without_a_room_there_is_a_warning(settings: Settings):
    said = outlets.ways_out(routed(settings, page="bell gong"))
    assert said[-1].health is Health.WARNING


# ── responders ────────────────────────────────────────────────────────────────────────────────


async def examined(bell: Any) -> list[Finding]:
    return await outlets.responder(BELL, lambda _: bell)


async def test_a_token_that_reads_is_tried_on_a_page_that_never_was():
    bell = Bell()
    said, _ = await examined(bell)
    assert said == ok("what becomes of a page can be looked up")
    assert bell.keys == [NEVER_PAGED]
    assert bell.closed


async def test_a_token_that_may_not_read_is_bad():
    said, _ = await examined(Bell(Unread("PagerDuty answered 401")))
    assert said.health is Health.BAD
    assert "PagerDuty answered 401" in said.what


async def test_without_a_token_that_reads_accepted_has_to_suffice():
    said, _ = await examined(Bell(every_s=None))
    assert said.health is Health.WARNING
    assert "that it was accepted has to suffice" in said.what


async def test_who_is_on_call_is_named():
    _, said = await examined(Switchboard((Person("Ada"), Person("Bob"))))
    assert said == ok("on call now: Ada, Bob")


@pytest.mark.parametrize(
    ("people", "what"),
    [
        ((), "nobody is on call: a page would ring nobody"),
        (
            Unread("PagerDuty answered 403"),
            "who is on call cannot be asked: PagerDuty answered 403",
        ),
    ],
)
async def test_nobody_on_call_is_bad_and_so_is_not_to_know(people: Any, what: str):
    _, said = await examined(Switchboard(people))
    assert (said.health, said.what) == (Health.BAD, what)


async def test_a_pager_that_does_not_know_who_is_on_call_is_a_warning():
    _, said = await examined(Bell())
    assert said.health is Health.WARNING
    assert "who is on call cannot be asked" in said.what


async def test_the_console_has_nothing_that_could_be_wrong(settings: Settings):
    (console,) = settings.responders
    parts = {part.name: part for part in await examine(replace(settings, checks=()))}
    assert parts[f"responder {console.name}"].findings == (
        ok("there is nothing that could be wrong"),
    )


async def test_one_that_breaks_is_closed_all_the_same():
    bell = Broken()
    with pytest.raises(RuntimeError):
        await examined(bell)
    assert bell.closed


async def test_a_part_that_breaks_is_said_by_the_kind_of_its_fault(settings: Settings):
    broken = PlannedResponder("x", "contract_findings", BellSettings())  # no Responder in there
    parts = {p.name: p for p in await examine(replace(settings, checks=(), responders=(broken,)))}
    (said,) = parts["responder x"].findings
    assert (said.health, said.what) == (Health.BAD, "the examination broke: AttributeError")


# ── what is said at the end ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([ok("a")], "Ready."),
        ([ok("a"), warning("b")], "Ready; 1 to think about."),
        ([bad("a", "b"), warning("b")], "1 to mend, 1 to think about."),
    ],
)
def test_the_last_line_says_whether_there_is_something_to_do(findings: list[Finding], said: str):
    assert verdict([Part("x", tuple(findings))]) == said
