"""Who may open a store, and what is said to those who may not."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing as closed

import pytest

from checker.store import sqlite
from checker.store.faults import StoreDamaged, StoreError, StoreInUse, StoreMissing
from checker.store.sqlite import File
from checker.store.store import Store
from tests.store.values import closing, declared, incident, opened, shared, url_of


def file_in(folder):
    path = sqlite.file_of(url_of(folder))
    path.parent.mkdir(exist_ok=True)
    return path


async def test_a_store_is_made_where_its_folder_is(tmp_path):
    file_in(tmp_path)
    async with opened(tmp_path) as store:
        assert (tmp_path / "var" / "checker.db").is_file()
        assert store.is_new


async def test_a_store_that_was_there_is_not_new(tmp_path):
    async with opened(tmp_path):
        pass
    async with opened(tmp_path) as store:
        assert not store.is_new


async def test_no_folder_is_made_for_an_address_that_may_be_mistyped(tmp_path):
    with pytest.raises(StoreError) as refusal:
        await Store.open(url_of(tmp_path))
    assert f"there is no folder {tmp_path / 'var'} for it. Is the address right?" in str(
        refusal.value
    )
    assert not (tmp_path / "var").exists()


async def test_a_second_daemon_is_refused_and_told_who_has_the_store(tmp_path):
    async with opened(tmp_path):
        with pytest.raises(StoreInUse) as refusal:
            await Store.open(url_of(tmp_path))
    assert str(file_in(tmp_path)) in str(refusal.value)
    assert f"pid {os.getpid()} on " in str(refusal.value)
    assert "Stop that one first" in str(refusal.value)


async def test_a_closed_store_can_be_opened_again(tmp_path):
    async with opened(tmp_path) as store:
        await store.close()
        async with opened(tmp_path) as again:
            assert await again.incidents() == []


async def test_the_command_line_reads_beside_a_running_daemon(tmp_path):
    async with opened(tmp_path) as daemon, shared(tmp_path) as cli:
        await daemon.commit(declared())
        assert await cli.incidents() == [incident()]


async def test_the_command_line_reads_when_no_daemon_runs(tmp_path):
    async with opened(tmp_path) as daemon:
        await daemon.commit(declared())
    async with shared(tmp_path) as cli:
        assert await cli.incidents() == [incident()]


async def test_the_command_line_makes_no_store(tmp_path):
    with pytest.raises(StoreMissing, match="has a daemon run"):
        await Store.open_shared(url_of(tmp_path))
    assert not (tmp_path / "var").exists()


async def test_the_command_line_does_not_migrate_what_no_daemon_has_made(tmp_path):
    file_in(tmp_path).touch()
    with pytest.raises(StoreMissing, match="start the daemon once"):
        await Store.open_shared(url_of(tmp_path))


def noise(path):
    path.write_bytes(b"\x9d" * 9000)


def head(path):
    with path.open("r+b") as file:
        file.write(bytes(8192))


def middle(path):
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\x9d" * 16384)


def half(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("harm", [noise, head, middle, half])
async def test_a_damaged_file_is_refused_with_what_to_do_and_left_as_it_is(tmp_path, harm):
    async with opened(tmp_path) as store:
        for number in range(100):
            await store.put_inbox(f"cli/{number}", closing("us-1" * 1000), 1.0)
    path = file_in(tmp_path)
    harm(path)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="move it and its -wal and -shm files aside") as refusal:
        await Store.open(url_of(tmp_path))
    assert str(path) in str(refusal.value)
    assert path.read_bytes() == before


async def test_a_log_that_was_cut_off_leaves_what_was_written_before_and_all_of_that(tmp_path):
    async with opened(tmp_path) as store:
        for number in range(100):
            await store.put_inbox(f"cli/{number}", closing("us-1" * 1000), 1.0)
        held = file_in(tmp_path)
        copy = tmp_path / "copy"
        shutil.copytree(held.parent, copy / "var")  # as a crash leaves it: with its log
    log = file_in(copy).with_name("checker.db-wal")
    os.truncate(log, log.stat().st_size // 2 + 1234)
    async with opened(copy) as store:
        left = [name for name, _ in await store.inbox(100)]
    assert left == [f"cli/{number}" for number in range(len(left))]
    assert 0 < len(left) < 100


async def test_a_refused_store_is_not_left_claimed(tmp_path):
    noise(file_in(tmp_path))
    for _ in range(2):
        with pytest.raises(StoreDamaged):
            await Store.open(url_of(tmp_path))


async def test_an_incident_that_cannot_be_read_is_damage_and_named(tmp_path):
    async with opened(tmp_path) as store:
        await store.commit(declared())
    with closed(sqlite3.connect(file_in(tmp_path))) as hand, hand:
        hand.execute("""UPDATE incidents SET body = '{"id": 4}'""")
    async with opened(tmp_path) as store:
        with pytest.raises(StoreDamaged, match="incident us-1 cannot be read"):
            await store.restore()


async def test_a_database_of_something_else_is_left_alone(tmp_path):
    with closed(sqlite3.connect(file_in(tmp_path))) as hand, hand:
        hand.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreDamaged, match="a database of something else"):
        await Store.open(url_of(tmp_path))


def refused_by_sqlite(path, text):
    """What SQLite raises for that statement on a file that may only be read."""
    with closed(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as hand:
        try:
            hand.execute(text)
        except sqlite3.Error as error:
            return error
    raise AssertionError("SQLite took it")


def test_a_file_that_may_only_be_read_is_said_with_what_to_do(tmp_path):
    file_in(tmp_path).touch()
    fault = File(file_in(tmp_path), 0.0).fault_of(
        refused_by_sqlite(file_in(tmp_path), "CREATE TABLE t (x)")
    )
    assert "attempt to write a readonly database. SQLite writes even to read" in str(fault)
    assert "as the user that the daemon runs as" in str(fault)


def test_a_file_that_cannot_be_opened_is_said_with_what_to_do(tmp_path):
    with pytest.raises(sqlite3.Error) as raised:
        sqlite3.connect(tmp_path)
    fault = File(tmp_path, 0.0).fault_of(raised.value)
    assert "unable to open database file. SQLite writes even to read" in str(fault)


async def test_a_store_that_cannot_be_made_is_said_with_what_to_do(tmp_path):
    with pytest.raises(StoreError, match="Name a file in a folder that this user may write to"):
        await Store.open(f"sqlite:///{tmp_path}/{'long' * 100}")


async def test_a_file_that_is_no_database_is_asked_about_before_it_is_called_damaged(tmp_path):
    file_in(tmp_path).write_text("root:x:0:0:root:/root:/bin/sh\n" * 100)
    with pytest.raises(StoreDamaged) as refusal:
        await Store.open(url_of(tmp_path))
    assert f"{file_in(tmp_path)} is no SQLite database. Is the address right?" in str(refusal.value)
    assert "damaged" not in str(refusal.value).partition("If it is")[0]
    assert os.listdir(tmp_path / "var") == [
        "checker.db"
    ]  # no lock: another program's may have that name


@pytest.mark.parametrize("url", ["sqlite://", "nonsense", "postgresql://ada:hunter2@db/checker"])
async def test_an_address_that_names_no_file_is_refused_without_repeating_it(url):
    with pytest.raises(StoreError, match=r"sqlite:///var/checker\.db") as refusal:
        await Store.open(url)
    assert "hunter2" not in str(refusal.value)
