"""YAML as a tree of values that know their place.

The parser is PyYAML's; the composing is ours, so that every value keeps file, line and column, and so that what
surprises people in YAML 1.1 is refused or read as YAML 1.2 does: keys given twice, anchors and aliases, tags,
`on` and `yes` as booleans, `22:30` as a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from checker.config.report import Report
from checker.config.source import Place, Source

DEPTH_MAX = 50  # of nesting
# libyaml's parser gives the same marks as the one in Python, four times as fast.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `raw` is what the file says; `text` is that with references expanded."""

    place: Place
    raw: str
    plain: bool  # written without quotes: may be a number, a boolean or nothing
    text: str = ""
    unset: str = ""  # why a reference in it has no value: "SLACK_BOT_TOKEN is not set"


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, where it stands, and its value."""

    place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class Branch:
    """A mapping. Its place is that of its first key."""

    place: Place
    entries: Mapping[str, Entry]


Node = Scalar | Sequence | Branch


class Unreadable(Exception):
    """The rest of this file cannot be made sense of; why was told to the report."""


# ── from text to tree ─────────────────────────────────────────────────────────────────────────


def compose(source: Source, text: str, report: Report) -> Node | None:
    """The one document in `text`; None if there is none. What is refused is told to `report`.

    Raises Unreadable where YAML's syntax is broken or the nesting is too deep.
    """
    return _Composer(source, text, report).document()


class _Composer:
    """Builds the tree from the parser's events, one document for a file."""

    def __init__(self, source: Source, text: str, report: Report) -> None:
        self.source = source
        self.report = report
        self.events = self._events(text)

    def document(self) -> Node | None:
        next(self.events)  # the stream's start
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        node = self._node(next(self.events), 1)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(after, "a second document begins here", "one document in a file")
        return node

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=_Loader)
        except yaml.YAMLError as error:
            self._broken(error)

    def _broken(self, error: yaml.YAMLError) -> NoReturn:
        """Where and why the parser stopped. What never ends is shown where it begins."""
        lines = self.source.lines
        last = max((i for i, text in enumerate(lines) if text.strip()), default=0)
        marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
        mark = next((mark for mark in marks if mark and mark.line <= last), None)
        line, column = (mark.line, mark.column) if mark else (last, len(lines[last]))
        stopped = marks[0]
        at_end = stopped is None or (stopped.line, stopped.column) >= (last, len(lines[last]))
        said = [getattr(error, "context", None), getattr(error, "problem", None)]
        words = " ".join(filter(None, said)) or "unreadable"
        place = Place(self.source, line + 1, column + 1)
        self.report.refuse(place, f"not YAML: {words}", hint=_advice(lines[line], words, at_end))
        raise Unreadable

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event)
        if depth > DEPTH_MAX:
            self.report.refuse(place, "nested too deep", f"at most {DEPTH_MAX} levels")
            raise Unreadable
        self._refuse_extras(event)
        match event:
            case yaml.SequenceStartEvent():
                return Sequence(place, tuple(self._items(depth)))
            case yaml.MappingStartEvent():
                return Branch(place, self._entries(depth))
            case yaml.ScalarEvent():
                return Scalar(place, event.value, event.implicit[0], event.value)
            case _:  # an alias, refused above
                return Scalar(place, "", plain=True)

    def _refuse_extras(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._refuse(event, "anchors and aliases are not used here", "the value written out")
        elif event.tag:
            self._refuse(event, f"the tag {event.tag} is not used here", "the value alone")

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _entries(self, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            if not isinstance(key, Scalar) or not key.raw:
                self._refuse(event, "this cannot be a key", "a word")
            elif key.raw in entries:
                first = entries[key.raw].place.line
                self._refuse(
                    event,
                    f"`{key.raw}` is given twice: first in line {first}",
                    "each key once",
                )
            else:
                entries[key.raw] = Entry(key.place, value)
        return entries

    def _place(self, event: Any) -> Place:
        return Place(self.source, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, message: str, expected: str) -> None:
        self.report.refuse(self._place(event), message, expected)


def _advice(line: str, words: str, at_end: bool) -> str:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent by spaces: YAML does not take tabs"
    if "mapping values are not allowed" in words:
        return "a text with ': ' in it needs quotes"
    return "the file ends before this does: was it cut off?" if at_end else ""


# ── from tree to plain values ─────────────────────────────────────────────────────────────────

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?")


def plain(node: Node) -> Any:
    """The tree as dicts, lists and YAML 1.2 core scalars, without places."""
    match node:
        case Branch():
            return {key: plain(entry.value) for key, entry in node.entries.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            return _resolved(node)


def _resolved(scalar: Scalar) -> bool | int | float | str | None:
    """What a scalar means. What came from a reference, or stands in quotes, is text."""
    text = scalar.text
    if not scalar.plain or text != scalar.raw:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def scalars(node: Node) -> Iterator[Scalar]:
    """Every scalar below, in order."""
    match node:
        case Branch():
            for entry in node.entries.values():
                yield from scalars(entry.value)
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case Scalar():
            yield node
