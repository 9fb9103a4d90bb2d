"""Which alerts a row of the table is about, in Alertmanager's own notation.

`severity="critical", alertname=~".*MemoryLeak.*"`: all must hold; a regular expression must match the
whole value; a label that is not there is empty
(https://prometheus.io/docs/alerting/latest/configuration/#matcher).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ONE = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_ESCAPED = re.compile(r'\\(["\\n])')


@dataclass(frozen=True, slots=True)
class Matcher:
    """One comparison."""

    label: str
    operator: str  # "=", "!=", "=~" or "!~"
    value: str

    def holds(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.label, "")
        if "~" in self.operator:
            same = re.fullmatch(self.value, given) is not None
        else:
            same = given == self.value
        return same is not self.operator.startswith("!")


@dataclass(frozen=True, slots=True)
class Matchers:
    """Comparisons of which every one must hold, and how they were written."""

    text: str
    each: tuple[Matcher, ...]

    def hold(self, labels: Mapping[str, str]) -> bool:
        return all(matcher.holds(labels) for matcher in self.each)


def matchers(text: str) -> Matchers:
    """ValueError, with what is expected, for what is no list of matchers."""
    each = tuple(_read(text))
    if not any(m.value for m in each):
        raise ValueError("at least one label that must have a value: it would match any alert")
    return Matchers(text.strip(), each)


def _read(text: str) -> Iterator[Matcher]:
    at = 0
    while at < len(text):
        found = _ONE.match(text, at)
        if found is None:
            raise ValueError('matchers such as severity="critical", alertname=~"Kafka.*"')
        label, operator, quoted = found.groups()
        value = _ESCAPED.sub(lambda m: "\n" if m[1] == "n" else m[1], quoted)
        _refuse_broken(operator, value)
        yield Matcher(label, operator, value)
        at = found.end()


def _refuse_broken(operator: str, value: str) -> None:
    if "~" in operator:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from None
