"""The core's values as JSON text and back.

Reading is lenient in one direction: fields that this program does not know are passed over, and
fields that an older one did not write take their defaults, so that schemas only ever grow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter
from pydantic_core import to_json

from checker.core.events import Event
from checker.store.faults import StoreDamaged

T = TypeVar("T")

_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
_EVENTS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}


def text_of(value: object) -> str:
    """`value` as JSON. NaN and infinities are kept, as JavaScript's words for them."""
    return to_json(value, inf_nan_mode="constants", fallback=_plain).decode()


def value_of(kind: type[T], text: str, where: str) -> T:
    """The `kind` that `text` holds; StoreDamaged, naming `where`, when it holds none."""
    try:
        value: T = _adapter(kind).validate_json(text)
    except ValueError as error:
        raise StoreDamaged(
            f"{where} cannot be read as {kind.__name__}. Restore the store from a backup, "
            "or move it aside to start an empty one: what it knew of open incidents is then lost."
        ) from error
    return value


def kind_of(event: Event) -> str:
    """The event's kind as one word, for `event_of`."""
    return type(event).__name__


def event_of(kind: str, text: str, where: str) -> Event | None:
    """The event that was put in; None: a newer program's kind, unknown here."""
    known = _EVENTS.get(kind)
    return None if known is None else value_of(known, text, where)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
