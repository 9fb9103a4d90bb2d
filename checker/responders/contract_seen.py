"""What is seen when one looks, some time later, at what was done: for whoever compares it with the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from checker.responders.contract import Shown, Unread


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """The place where people meet, and what stands there."""

    name: str  # "#inc-20261123-us-app-42"
    is_archived: bool
    said: Mapping[str, str]  # the ts of each message → the id of the effect that it is of, or ""
    is_whole: bool  # all that was said since it opened was read


@runtime_checkable
class ShowsPages(Protocol):
    """A responder that pages, and can be asked for all its pages that are open."""

    async def open_pages(self, deployment: str) -> Mapping[str, Shown] | Unread:
        """Those of this deployment, by their keys. Never raises for what the other side does."""
        ...


@runtime_checkable
class ShowsRooms(Protocol):
    """A responder that makes rooms, and can look into them."""

    async def see_room(self, receipts: Mapping[str, Mapping[str, Any]]) -> RoomSeen | Unread | None:
        """The room that the receipts of one incident lead to; None: it is not there any more."""
        ...


def is_of(deployment: str, key: str) -> bool:
    """Whether a page's key is one of that deployment: "<deployment>/<incident>/<n>".

    The store's own mark may follow the name after a dot, which no name holds (core/effects.py).
    """
    whose, _, rest = key.partition("/")
    return whose.partition(".")[0] == deployment and rest.rpartition("/")[2].isdecimal()
