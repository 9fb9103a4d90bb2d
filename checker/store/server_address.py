"""A PostgreSQL server's address, as it stands in the config: one or several hosts, and perhaps a password."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from checker.store.faults import StoreError

SCHEME = "postgresql+asyncpg"
_HOST = re.compile(r"([\w.%-]+|\[[0-9a-fA-F:.]+\])?(:\d{1,5})?")
_FORM = (
    "the store's address cannot be read. A PostgreSQL is written as "
    "postgresql+asyncpg://user:password@host1:5432,host2:5432/database, and in user and password "
    "whatever is neither letter nor digit as %40 and the like"
)


class Address:
    """Where to connect to. Its text leaves out user, password and options."""

    def __init__(self, url: str) -> None:
        """StoreError, which does not repeat it, when `url` is not such an address."""
        try:
            parts = urlsplit(url)
        except ValueError:
            raise StoreError(_FORM) from None
        login, _, hosts = parts.netloc.rpartition("@")
        if not _is_one(parts, hosts):
            raise StoreError(_FORM)
        options = parts.query
        if "target_session_attrs=" not in options:  # a store is written to
            options = "&".join(filter(None, [options, "target_session_attrs=read-write"]))
        self._name = f"postgresql://{hosts}{parts.path}"
        self._password = login.partition(":")[2]
        self._hosts = [
            (host or "local", f"postgresql://{f'{login}@' if login else ''}{host}{parts.path}?{options}")
            for host in hosts.split(",")
        ]  # fmt: skip

    def __str__(self) -> str:
        return self._name

    def hosts(self) -> list[tuple[str, str]]:
        """Each host's name, and how to connect to it; in the order in which to try."""
        return list(self._hosts)

    def prefer(self, dsn: str) -> None:
        """From now on, try that one first: it has taken us."""
        self._hosts.sort(key=lambda host: host[1] != dsn)

    def without_password(self, words: str) -> str:
        """What a driver has to say, in case that it repeats what it was given."""
        for secret in filter(None, {self._password, unquote(self._password)}):
            words = words.replace(secret, "…")
        return words


def _is_one(parts: SplitResult, hosts: str) -> bool:
    return (
        parts.scheme == SCHEME
        and all(_HOST.fullmatch(host) for host in hosts.split(","))
        and re.fullmatch(r"/[^/@]+", parts.path) is not None
        and not parts.fragment
    )
