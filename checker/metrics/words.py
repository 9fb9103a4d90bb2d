"""Label values that come from other rooms, kept to a closed set."""

from __future__ import annotations

import re

WORDS_MAX = 32  # distinct words of one kind
OTHER = "other"  # what is beyond that, or no word at all

_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Words:
    """The words of one label. A mistake elsewhere can cost a name, never a series without end."""

    def __init__(self, *known: str) -> None:
        self._known = set(known)

    @property
    def known(self) -> frozenset[str]:
        return frozenset(self._known)

    def accept(self, word: str) -> str:
        """The word itself, or "other"."""
        if word in self._known:
            return word
        if len(self._known) >= WORDS_MAX or not _WORD.fullmatch(word):
            return OTHER
        self._known.add(word)
        return word
