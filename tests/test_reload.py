"""An edited config is taken up while the daemon runs, or refused without harm."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from checker.reload import Reloaded, Reloader


def digest(folder: Path) -> str:
    """Of what the files hold, through whatever symlinks there are."""
    return sha256((folder / "checks.yaml").read_bytes()).hexdigest()


def load(folder: Path) -> str:
    """The text is the settings; broken text is refused."""
    text = (folder / "checks.yaml").read_text()
    if not text.endswith("."):
        raise ValueError(f"checks.yaml:1:1: {text!r} has no end")
    return text


async def at_once(seconds: float) -> None:
    """A sleep that takes no time."""


class House:
    """Around the reloader: what runs, and what was told."""

    def __init__(
        self,
        folder: Path,
        load: Callable[[Path], str] = load,
        sleep: Callable[[float], object] = at_once,
    ) -> None:
        self.folder = folder
        self.running = load(folder)
        self.refusal: Exception | None = None  # what a swap raises
        self.swaps: list[str] = []
        self.told: list[tuple[bool, str]] = []
        self.reloader = Reloader(
            folder,
            load=load,
            digest=digest,
            swap=self.swap,
            report=lambda ok, text: self.told.append((ok, text)),
            running=digest(folder),
            sleep=sleep,
        )

    def write(self, text: str) -> None:
        (self.folder / "checks.yaml").write_text(text)

    async def swap(self, settings: str) -> None:
        if self.refusal:
            raise self.refusal
        self.swaps.append(settings)
        self.running = settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checks.yaml").write_text("one.")
    return tmp_path


async def test_why_the_config_is_refused_is_known_until_it_is_mended(folder: Path) -> None:
    house = House(folder)
    known = [house.reloader.refused]
    for text in ("two", "three."):
        house.write(text)
        await house.reloader.compare()
        known.append(house.reloader.refused)
    assert known == ["", "checks.yaml:1:1: 'two' has no end", ""]


async def test_new_content_is_taken_up(folder: Path) -> None:
    house = House(folder)
    house.write("two.")
    await house.reloader.compare()
    assert house.running == "two."
    assert house.told == [(True, "config reloaded")]


async def test_content_that_did_not_change_is_left_alone(folder: Path) -> None:
    house = House(folder)
    (folder / "checks.yaml").touch()
    await house.reloader.compare()
    assert (house.swaps, house.told) == ([], [])


async def test_asked_we_reload_even_what_did_not_change(folder: Path) -> None:
    house = House(folder)
    assert await house.reloader.reload() == Reloaded(True, "config reloaded")
    assert house.swaps == ["one."]


async def test_who_asks_is_told_what_is_broken(folder: Path) -> None:
    house = House(folder)
    house.write("tw")
    result = await house.reloader.reload()
    assert result == Reloaded(False, "checks.yaml:1:1: 'tw' has no end")
    assert house.running == "one."
    assert house.told == [(False, result.text)]


async def test_the_same_broken_content_is_told_once(folder: Path) -> None:
    house = House(folder)
    house.write("tw")
    for _ in range(3):
        await house.reloader.compare()
    assert house.told == [(False, "checks.yaml:1:1: 'tw' has no end")]


async def test_other_broken_content_is_told_again(folder: Path) -> None:
    house = House(folder)
    for text in ("tw", "thr"):
        house.write(text)
        await house.reloader.compare()
    assert [text for _, text in house.told] == [
        "checks.yaml:1:1: 'tw' has no end",
        "checks.yaml:1:1: 'thr' has no end",
    ]


async def test_a_half_written_file_is_taken_up_when_it_is_whole(folder: Path) -> None:
    house = House(folder)
    house.write("tw")
    await house.reloader.compare()
    house.write("two.")
    await house.reloader.compare()
    assert house.swaps == ["two."]


async def test_a_file_that_is_still_being_written_is_left_alone(folder: Path) -> None:
    async def somebody_writes(_seconds: float) -> None:
        house.write("two. three.")

    house = House(folder, sleep=somebody_writes)
    house.write("two.")
    await house.reloader.compare()
    assert house.swaps == []
    await house.reloader.compare()
    assert house.swaps == ["two. three."]


async def test_a_mistake_that_is_undone_is_told_as_well(folder: Path) -> None:
    house = House(folder)
    house.write("tw")
    await house.reloader.compare()
    house.write("one.")
    await house.reloader.compare()
    assert [ok for ok, _ in house.told] == [False, True]


async def test_what_lacked_a_secret_is_taken_up_once_it_is_there(folder: Path) -> None:
    def load_with_secret(folder: Path) -> str:
        if (folder / "checks.yaml").read_text() == "two.":
            (folder / "token").read_text()
        return load(folder)

    house = House(folder, load=load_with_secret)
    house.write("two.")
    await house.reloader.compare()
    (folder / "token").write_text("s3cret")
    await house.reloader.compare()
    assert house.swaps == ["two."]


async def test_a_file_that_is_away_changes_nothing_until_it_is_back(
    folder: Path,
) -> None:
    house = House(folder)
    os.remove(folder / "checks.yaml")
    for _ in range(2):
        await house.reloader.compare()
    house.write("one.")
    await house.reloader.compare()
    assert house.running == "one."
    assert [ok for ok, _ in house.told] == [False, True]


async def test_a_swap_that_fails_is_told_like_a_broken_file(folder: Path) -> None:
    house = House(folder)
    house.refusal = OSError("port 9877 is taken")
    assert await house.reloader.reload() == Reloaded(False, "port 9877 is taken")
    assert house.told == [(False, "port 9877 is taken")]


def mount(folder: Path, name: str, text: str) -> None:
    """As Kubernetes does: a new folder of its own, then one rename of the symlink `..data`."""
    (folder / name).mkdir()
    (folder / name / "checks.yaml").write_text(text)
    (folder / "..data_tmp").symlink_to(name)
    os.replace(folder / "..data_tmp", folder / "..data")
    if not (folder / "checks.yaml").is_symlink():
        (folder / "checks.yaml").symlink_to("..data/checks.yaml")


async def test_a_swapped_symlink_above_the_files_is_noticed(tmp_path: Path) -> None:
    mount(tmp_path, "..2026_11_01", "one.")
    house = House(tmp_path)
    mount(tmp_path, "..2026_11_02", "two.")
    await house.reloader.compare()
    assert house.swaps == ["two."]


async def test_a_symlink_to_the_same_content_is_left_alone(tmp_path: Path) -> None:
    mount(tmp_path, "..2026_11_01", "one.")
    house = House(tmp_path)
    mount(tmp_path, "..2026_11_02", "one.")
    await house.reloader.compare()
    assert house.swaps == []


class SlowLoad:
    """A load that says when it runs, and waits until it may end."""

    def __init__(self) -> None:
        self.loads = 0
        self.at_once = 0
        self.most_at_once = 0
        self.began = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, folder: Path) -> str:
        self.loads += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.began.set()
        assert self.may_end.wait(10)
        self.at_once -= 1
        return load(folder)


def slow_house(folder: Path) -> tuple[House, SlowLoad]:
    slow = SlowLoad()
    slow.may_end.set()
    house = House(folder, load=slow)
    slow.loads = 0
    slow.began.clear()
    slow.may_end.clear()
    return house, slow


async def test_the_loop_goes_on_while_a_config_is_loaded(folder: Path) -> None:
    house, slow = slow_house(folder)
    reloading = asyncio.create_task(house.reloader.reload())
    assert await asyncio.to_thread(slow.began.wait, 10)
    assert not reloading.done()  # we are here: the loop is free
    slow.may_end.set()
    assert (await reloading).ok


async def test_requests_take_turns_and_share_the_next_load(folder: Path) -> None:
    house, slow = slow_house(folder)
    first = asyncio.create_task(house.reloader.reload())
    assert await asyncio.to_thread(slow.began.wait, 10)
    later = [asyncio.create_task(house.reloader.reload()) for _ in range(20)]
    await asyncio.sleep(0)
    slow.may_end.set()
    results = await asyncio.gather(first, *later)
    assert all(result.ok for result in results)
    assert (slow.loads, slow.most_at_once) == (2, 1)


async def test_a_request_sees_what_was_written_before_it(folder: Path) -> None:
    house, slow = slow_house(folder)
    first = asyncio.create_task(house.reloader.reload())
    assert await asyncio.to_thread(slow.began.wait, 10)
    house.write("two.")
    second = asyncio.create_task(house.reloader.reload())
    slow.may_end.set()
    await asyncio.gather(first, second)
    assert house.swaps[-1] == "two."
    assert len(house.swaps) == 2


async def test_content_is_compared_at_its_pace(folder: Path) -> None:
    paces: list[float] = []
    enough = asyncio.Event()

    async def count(seconds: float) -> None:
        paces.append(seconds)
        if len(paces) == 3:
            enough.set()
            await asyncio.Event().wait()

    house = House(folder, sleep=count)
    following = asyncio.create_task(house.reloader.follow(30.0))
    await enough.wait()
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert paces == [30.0, 30.0, 30.0]
