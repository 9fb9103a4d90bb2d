"""From files to one tree: every file's top-level keys side by side, with references expanded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from yaml.reader import Reader

from checker.config import source, tree
from checker.config.folder import FILE_MAX, File
from checker.config.problems import Problem
from checker.config.references import Expansion
from checker.config.report import Report
from checker.config.source import Place, Source
from checker.config.tree import Branch, Entry, Node

LOOKING = ("targets", "checks", "controls")  # the sections that say what is looked at

_MARK = re.compile(r"(<{7}|>{7})( |$)")  # =======, between them, may stand in a text
_BOM = b"\xef\xbb\xbf"
_UNPRINTABLE: Any = Reader.NON_PRINTABLE  # YAML's own: what may not stand in a document


def merged(
    files: Iterable[File],
    env: Mapping[str, str],
    secret_keys: Iterable[str],
    report: Report,
    stand_in: str = "",
) -> dict[str, Entry]:
    """Top-level key → its entry. A file that cannot be read is told and makes the report incomplete.

    `stand_in` is the value of what has none, in the sections that say what is looked at.
    """
    secret_keys = tuple(secret_keys)
    expansion, looking = Expansion(env, report), Expansion(env, report, stand_in)
    top: dict[str, Entry] = {}
    for file in files:
        branch = _document(file, secret_keys, report)
        report.incomplete |= branch is None
        for key, entry in branch.entries.items() if branch else ():
            if key in top:
                first = top[key].place
                where = f"{first.source.name}:{first.line}"
                report.refuse(entry.place, f"`{key}` is given twice: first at {where}", "each key in one file")  # fmt: skip
            else:
                expand = looking.expand if key in LOOKING else expansion.expand
                top[key] = Entry(entry.place, expand(entry.value))
    return top


def _document(file: File, secret_keys: Iterable[str], report: Report) -> Branch | None:
    if file.refused:
        report.add(Problem(file.name, 0, 0, file.refused, "a readable file"))
        return None
    if len(file.content) > FILE_MAX:
        report.add(Problem(file.name, 0, 0, "too long", f"at most {FILE_MAX} bytes"))
        return None
    text = _text(file, report)
    if text is None:
        return None
    read = source.read(file.name, text, secret_keys)
    odd = _UNPRINTABLE.search(text)
    if odd:
        place = _place_after(read, text[: odd.start()])
        report.refuse(place, f"the character U+{ord(odd[0]):04X} cannot stand in YAML")
        return None
    if _is_unmerged(read, report):
        return None
    try:
        document = tree.compose(read, text, report)
    except tree.Unreadable:
        return None
    if text and text[-1] not in "\r\n":
        end = _place_after(read, text)
        report.wonder(end, "the file does not end with a line break", "was it cut off?")
    return _keys(document, read, report)


def _is_unmerged(read: Source, report: Report) -> bool:
    """Whether git's marks of a conflict stand in it: then nothing else in it means anything."""
    marked = [number for number, line in enumerate(read.lines, 1) if _MARK.match(line)]
    for number in marked:
        message = "a merge was not finished here: this is git's mark of a conflict"
        report.refuse(Place(read, number, 1), message, "one of the two sides, without the marks")
    return bool(marked)


def _text(file: File, report: Report) -> str | None:
    content = file.content.removeprefix(_BOM)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        place = _place_after(Source(file.name, ()), before)
        report.refuse(place, f"not UTF-8: byte 0x{content[error.start]:02x}", "text in UTF-8")
        return None


def _place_after(read: Source, before: str) -> Place:
    lines = source.split(before)
    return Place(read, len(lines), len(lines[-1]) + 1)


def _keys(node: Node | None, read: Source, report: Report) -> Branch | None:
    match node:
        case Branch():
            return node
        case None:
            report.refuse(Place(read, 1, 1), "the file is empty", "keys with values, or no file")
        case _:
            report.refuse(node.place, "no keys", "keys with values")
    return None
