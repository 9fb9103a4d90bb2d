"""Every secret that a config holds, for whoever must keep them out of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from checker.config.settings import Settings


def secrets_of(settings: Settings) -> frozenset[str]:
    """The values themselves: of targets, checks, responders and our own door."""
    return frozenset(filter(None, _inside(settings)))


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
