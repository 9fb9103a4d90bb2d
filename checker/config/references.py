"""`${env:NAME}` and `${file:/run/secrets/name}`: values that do not stand in the config itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from checker.config.report import Report
from checker.config.tree import Branch, Entry, Node, Scalar, Sequence

FILE_MAX = 64 * 1024  # bytes of a file that holds one value

_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_SHELL = re.compile(r"\$([A-Z][A-Z0-9_]+)")  # a whole value; $pageview is an event of PostHog's


@dataclass(slots=True)
class Expansion:
    """Expands references, and has the report keep what they stood for out of its messages.

    What has no value is no error yet: it depends on where it stands. Such a scalar says why in `unset`.
    """

    env: Mapping[str, str]
    report: Report
    stand_in: str = ""  # for whatever has no value; empty: then it has none

    def expand(self, node: Node) -> Node:
        """The same tree with every reference replaced by its value. Keys are left as they are."""
        match node:
            case Branch():
                entries = {
                    key: Entry(entry.place, self.expand(entry.value))
                    for key, entry in node.entries.items()
                }
                return Branch(node.place, entries)
            case Sequence():
                return Sequence(node.place, tuple(self.expand(item) for item in node.items))
            case Scalar() if shell := _SHELL.fullmatch(node.raw):
                self._misspelt(node, shell)
                return node
            case Scalar():
                return self._expanded(node) if "${" in node.raw else node

    def _expanded(self, scalar: Scalar) -> Scalar:
        parts: list[str] = []
        unset: list[str] = []
        end = 0
        for found in _REFERENCE.finditer(scalar.raw):
            parts.append(scalar.raw[end : found.start()])
            end = found.end()
            value, why = self._value(scalar, found)
            parts.append(value)
            unset += [why] if why else []
        text = "".join([*parts, scalar.raw[end:]])
        return replace(scalar, text=text, unset=" and ".join(dict.fromkeys(unset)))

    def _value(self, scalar: Scalar, found: re.Match[str]) -> tuple[str, str]:
        """What one reference stands for, or why that is nothing. Empty is nothing."""
        where, _, name = found[1].partition(":")
        if where == "env" and name and found[0].endswith("}"):
            value, why = self.env.get(name, ""), f"{name} is not set"
        elif where == "file" and name.startswith("/") and found[0].endswith("}"):
            value, why = _content(name)
        else:
            self._misspelt(scalar, found)
            return "", ""
        self.report.keep_secret(value)
        value = value or self.stand_in
        return value, "" if value else why

    def _misspelt(self, scalar: Scalar, found: re.Match[str]) -> None:
        name = found[1].strip()
        self.report.refuse(
            scalar.place,
            "not a reference that is understood here",
            "'${env:NAME}' or '${file:/absolute/path}'",
            f"did you mean '${{env:{name}}}'?" if re.fullmatch(r"\w{1,100}", name) else "",
        )


def _content(path: str) -> tuple[str, str]:
    """What the file holds without the line break at its end, or why that is nothing."""
    try:
        if not Path(path).is_file():
            return "", f"there is no file {path}"
        with Path(path).open("rb") as stream:
            content = stream.read(FILE_MAX + 1)
        if len(content) > FILE_MAX:
            return "", f"the file {path} is longer than {FILE_MAX} bytes"
        return content.decode().rstrip("\r\n"), f"the file {path} is empty"
    except OSError as error:
        return "", f"the file {path} cannot be read: {error.strerror}"
    except ValueError:
        return "", f"the file {path} is not UTF-8"
