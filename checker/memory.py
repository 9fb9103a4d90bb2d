"""What probes remember between looks. Pure and synchronous: the store keeps what is `dirty`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

MEMORY_MAX = 256 * 1024  # bytes of one memory as JSON


def key_of(check: str, remembers: str) -> str:
    """Whose memory the check's looks have: "us/canaries" is shared by all of us that name it.

    A probe that names none has one for its check alone, under the check's name.
    """
    target, _, _ = check.partition("/")
    return f"{target}/{remembers}" if remembers else check


def merged(memory: Any, patch: Any) -> Any:
    """`memory` after a JSON merge patch (RFC 7386, section 2). Neither argument is changed."""
    if not isinstance(patch, Mapping):
        return patch
    after = dict(memory) if isinstance(memory, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = merged(after.get(name), value)
    return after


class Memories:
    """This location's memories, by `key_of`. Those that were handed out never change."""

    def __init__(self, limit: int = MEMORY_MAX) -> None:
        self._limit = limit
        self._memories: dict[str, Mapping[str, Any]] = {}
        self._changed: set[str] = set()

    def get(self, key: str) -> Mapping[str, Any]:
        """What is remembered now, to read; empty at first."""
        return MappingProxyType(self._memories.get(key, {}))

    def apply(self, key: str, patch: Mapping[str, Any]) -> str:
        """Remember `patch`: a merge patch to what is remembered by then, for looks overlap.

        Returns "", or for the log why it was not taken; then the memory is as it was before.
        """
        try:
            after = merged(self._memories.get(key), patch)
            size = len(json.dumps(after, allow_nan=False, separators=(",", ":")).encode())
        except (TypeError, ValueError, RecursionError) as error:
            return f"memory {key}: not JSON ({type(error).__name__})"
        if size > self._limit:
            return f"memory {key}: {size} bytes, and {self._limit} is the most"
        if after != self._memories.get(key, {}):
            self._memories[key] = after
            self._changed.add(key)
        return ""

    def dirty(self) -> Mapping[str, Mapping[str, Any]]:
        """Each memory that has changed since the last call, whole."""
        changed, self._changed = self._changed, set()
        return {key: self.get(key) for key in sorted(changed)}

    def restore(self, memories: Mapping[str, Mapping[str, Any]]) -> None:
        """Take up what was kept by an earlier run, in place of everything."""
        self._memories = {key: dict(memory) for key, memory in memories.items()}
        self._changed = set()
