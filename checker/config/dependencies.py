"""`depends_on`: the checks whose being down explains another, at the same target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.source import Place
from checker.config.tree import Branch, Entry, Node, Sequence, plain

Graph = Mapping[str, Mapping[str, Place]]  # check → what it depends on, and where that is written


def refuse_wrong(section: Branch, report: Report) -> None:
    """Names must be those of checks at the same targets, and lead to no circle."""
    graph = {name: dict(_named(entry, "depends_on")) for name, entry in section.entries.items()}
    for name, named in graph.items():
        for other, place in named.items():
            _refuse_stranger(name, other, place, section, report)
    for name in graph:
        circle = _circle(graph, name)
        if circle and name == min(circle):  # each is told once, by the first of its names
            way = " → ".join([*circle, name])
            report.refuse(graph[name][circle[1] if circle[1:] else name], f"a circle: {way}")


def _refuse_stranger(name: str, other: str, place: Place, section: Branch, report: Report) -> None:
    if other not in section.entries:
        known = section.entries.keys() - {name}
        hint = did_you_mean(other.rpartition("/")[2], known)
        report.refuse(place, "there is no such check", "the name of another check", hint)
        return
    here, there = (_targets(section, n) for n in (name, other))
    if missing := sorted(here - there):
        report.refuse(place, f"`{other}` does not look at {' and '.join(missing)}")


def _targets(section: Branch, name: str) -> set[str]:
    return {target for target, _ in _named(section.entries[name], "targets")}


def _circle(graph: Graph, start: str) -> list[str]:
    """The shortest way from a check back to itself, empty if there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for other in graph.get(way[-1], {}):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _named(entry: Entry, key: str) -> Iterator[tuple[str, Place]]:
    """The names in a list of an entry, with their places."""
    keys = entry.value.entries if isinstance(entry.value, Branch) else {}
    value: Node | None = keys[key].value if key in keys else None
    for item in value.items if isinstance(value, Sequence) else ():
        yield str(plain(item)), item.place
