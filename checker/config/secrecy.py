"""Every secret that a config holds, for whoever must keep them out of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from checker.config.settings import Settings


def secrets_of(settings: Settings) -> frozenset[str]:
    """The values themselves: of targets, checks, responders, our own door and the store; and passwords in addresses."""
    whole = frozenset(filter(None, _inside(settings)))
    return whole | {password for value in whole for password in _passwords(value)}


def _passwords(address: str) -> Iterator[str]:
    """What stands before the @ of an address, as it is written and as it is meant."""
    try:
        password = urlsplit(address).password if "://" in address else None
    except ValueError:  # no address after all
        password = None
    if password:
        yield from (password, unquote(password))


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    else:
        for part in _parts(value):
            yield from _inside(part)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, tuple | list | frozenset):
        return list(value)
    if isinstance(value, BaseModel):
        return [part for _, part in value]
    if is_dataclass(value):
        return [getattr(value, field.name) for field in fields(value)]
    return []
