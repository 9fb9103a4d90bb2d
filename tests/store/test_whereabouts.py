"""A database file that is deleted or replaced under a daemon is noticed, and one that is not found is explained."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from checker.store.store import Store
from checker.store.whereabouts import SameFile, file_at, holder_of, where_it_was_looked_for

SERVER = "postgresql+asyncpg://checker:pw@127.0.0.1/checker"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "checker.db"
    path.write_bytes(b"one")
    return path


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def held_by(pid: int, database: Path, host: str = "") -> None:
    lock = database.with_name("checker.db.lock")
    lock.write_text(f"pid {pid} on {host or socket.gethostname()}\n")


def test_a_file_that_stays_is_no_problem(database):
    same = SameFile(url(database))
    database.write_bytes(b"longer than before")

    assert same.problem() == ""


def test_a_file_that_was_deleted_is_one_and_says_what_to_do(database):
    same = SameFile(url(database))
    database.unlink()

    assert same.problem().startswith(f"the store {database} is gone (No such file or directory): ")
    assert "put the file back from a backup" in same.problem()


def test_a_file_that_was_replaced_is_one(database, tmp_path):
    same = SameFile(url(database))
    (tmp_path / "backup.db").write_bytes(b"one")
    (tmp_path / "backup.db").replace(database)

    assert same.problem().startswith(f"the store {database} is another file now: ")


def test_a_file_that_was_moved_away_and_back_is_the_same(database, tmp_path):
    same = SameFile(url(database))
    database.rename(tmp_path / "away.db")
    (tmp_path / "away.db").rename(database)

    assert same.problem() == ""


def test_a_server_has_no_file_to_lose():
    assert file_at(SERVER) is None
    assert SameFile(SERVER).problem() == ""
    assert where_it_was_looked_for(SERVER) == ""


async def test_a_store_that_is_open_names_its_daemon(tmp_path):
    path = tmp_path / "checker.db"
    store = await Store.open(url(path))
    try:
        assert holder_of(path) == f"pid {os.getpid()}"
        path.unlink()
        assert f"A daemon (pid {os.getpid()}) has opened it" in where_it_was_looked_for(url(path))
    finally:
        await store.close()


def test_a_daemon_that_has_ended_holds_nothing(database):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    held_by(ended.pid, database)

    assert holder_of(database) == ""


@pytest.mark.parametrize("said", ["", "pid 1", "pid x on y", "\0", "pid 9999999999 on {host}"])
def test_a_lock_that_names_nobody_holds_nothing(said, database):
    database.with_name("checker.db.lock").write_text(said.format(host=socket.gethostname()))

    assert holder_of(database) == ""


def test_a_daemon_on_another_machine_is_not_asked(database):
    held_by(os.getpid(), database, "elsewhere.test")

    assert holder_of(database) == ""


def test_a_daemon_of_another_user_is_one_all_the_same(database):
    held_by(1, database)

    assert holder_of(database) == "pid 1"


def test_a_path_from_the_root_needs_no_explanation(tmp_path):
    assert where_it_was_looked_for(url(tmp_path / "none.db")) == ""


def test_a_relative_path_is_said_to_be_one(tmp_path):
    said = where_it_was_looked_for("sqlite:///none.db")

    assert f"The path is relative, so {Path.cwd() / 'none.db'} was looked for." in said
    assert "sqlite:////var/lib/checker/checker.db" in said
