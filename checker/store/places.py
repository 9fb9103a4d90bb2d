"""Which database an address means."""

from __future__ import annotations

from pydantic import SecretStr

from checker.store.faults import StoreError
from checker.store.place import Place, Url
from checker.store.postgres import Server
from checker.store.server_address import SCHEME
from checker.store.sqlite import File, file_of


def place_of(url: Url, busy_s: float) -> Place:
    """The place at `url`; StoreError, which does not repeat it, when there can be none.

    `busy_s`: how long to wait for another process that is writing to a file.
    """
    told = url.get_secret_value() if isinstance(url, SecretStr) else url
    scheme = told.partition(":")[0]
    if scheme == SCHEME:
        return Server(told)
    if scheme == "sqlite":
        return File(file_of(told), busy_s)
    raise StoreError(
        "the store must be a SQLite file, written as sqlite:///var/checker.db, or a PostgreSQL, "
        f"written as {SCHEME}://user:password@host/database"
    )
