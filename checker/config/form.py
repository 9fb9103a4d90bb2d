"""Fills a pydantic model from a part of the tree; what does not fit is told at its place.

A field `every_s: float` is written `every: 30s`: seconds are a matter of code, not of those who write config.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from checker.config import durations
from checker.config.problems import did_you_mean
from checker.config.report import Report
from checker.config.source import Place
from checker.config.tree import Branch, Entry, Node, Scalar, Sequence, plain, scalars
from checker.config.wants import Wanted, wanted

Model = TypeVar("Model", bound=BaseModel)
Loc = tuple[int | str, ...]

STAND_IN: Final = "unset"  # for a value that is not there, while its neighbours are checked


def branch_of(entry: Entry, name: str, report: Report) -> Branch | None:
    """The mapping at an entry; nothing written is an empty one. Anything else is told."""
    match entry.value:
        case Branch():
            return entry.value
        case Scalar() as scalar if scalar.unset:
            report.refuse(scalar.place, f"`{name}`: {scalar.unset}", "a value")
        case Scalar() as scalar if plain(scalar) is None:
            return Branch(scalar.place, {})
        case node:
            report.refuse(node.place, f"wrong value for `{name}`", "keys with values")
    return None


def fill(
    model: type[Model],
    entry: Entry,
    branch: Branch,
    report: Report,
    keys: Collection[str] | None = None,
    also: Iterable[str] = (),
) -> Model | None:
    """The model filled from `branch`, or None, and what is wrong is told.

    `keys`: only these are this model's business. `also`: what else may stand there, for "did you mean". A reference
    without a value makes None too, but is not told: what that means depends on where it stands.
    """
    filling = _Filling(entry, branch, report)
    data = filling.block(model, branch, (), keys)
    try:
        made = model.model_validate(data)
    except ValidationError as error:
        filling.tell(model, error, also)
        return None
    return None if filling.spoilt else made


def written_keys(model: type[BaseModel]) -> dict[str, str]:
    """The keys as people write them → the model's own."""
    return {
        (name.removesuffix("_s") if is_duration(model, name) else name): name
        for name in _fields(model)
    }


def is_duration(model: type[BaseModel], name: str) -> bool:
    """Whether a field is a number of seconds, by its name and type."""
    return name.endswith("_s") and _fields(model).get(name) in (float, float | None)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info.annotation for name, info in model.model_fields.items()}


def nested(model: type[BaseModel] | None, name: int | str) -> type[BaseModel] | None:
    """The model of a field's value or of its items, if there is exactly one."""
    if model is None or isinstance(name, int):
        return model
    found = set(_models(_fields(model).get(name)))
    return found.pop() if len(found) == 1 else None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


@dataclass(frozen=True, slots=True)
class _Found:
    """Where an error's location leads: the place of the key, of the value, and the value."""

    name: str
    key: Place
    node: Node


class _Filling:
    """One block on its way into a model. `spoilt`: where the trouble is known already."""

    def __init__(self, entry: Entry, branch: Branch, report: Report) -> None:
        self.entry = Entry(entry.place, branch)
        self.report = report
        self.spoilt: set[Loc] = set()

    def block(
        self,
        model: type[BaseModel],
        branch: Branch,
        loc: Loc,
        keys: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """The mapping as data for pydantic, with durations as seconds."""
        own, data = written_keys(model), {}
        for key, entry in branch.entries.items():
            if keys is not None and key not in keys:
                continue
            if key in own.values() and key not in own:  # `every_s`, which is ours to write
                self._unknown(key, entry.place, own)
                self.spoilt.add((*loc, key))
                continue
            name = own.get(key, key)
            data[name] = self._value(model, name, entry.value, (*loc, name))
        return data

    def _value(self, model: type[BaseModel] | None, name: int | str, node: Node, loc: Loc) -> Any:
        inner = nested(model, name)
        match node:
            case Scalar() if node.unset:
                self.spoilt.add(loc)
                return STAND_IN
            case Scalar() if model and isinstance(name, str) and is_duration(model, name):
                return self._duration(node, loc)
            case Scalar() if inner and plain(node) is None:
                return {}  # everything below the key is commented out
            case Branch() if inner:
                return self.block(inner, node, loc)
            case Sequence():
                return [self._value(inner, i, item, (*loc, i)) for i, item in enumerate(node.items)]
        if any(scalar.unset for scalar in scalars(node)):
            self.spoilt.add(loc)
        return plain(node)

    def _duration(self, scalar: Scalar, loc: Loc) -> float | None:
        if plain(scalar) is None:
            return None
        try:
            return durations.seconds(scalar.text)
        except ValueError as error:
            meant = durations.meant(scalar.raw)
            hint = f"did you mean '{meant}'?" if meant else ""
            name = str(loc[-1]).removesuffix("_s")
            self.report.refuse(scalar.place, f"`{name}` is no duration", str(error), hint)
            self.spoilt.add(loc)
            return None

    def tell(self, model: type[BaseModel], error: ValidationError, also: Iterable[str]) -> None:
        """Every error at its place; the several that a union makes of one value are one problem."""
        misfits: dict[int, tuple[_Found, list[Wanted]]] = {}
        for detail in error.errors(include_url=False, include_input=False):
            loc = detail["loc"]
            if any(_related(loc, known) for known in self.spoilt):
                continue
            found, holder = self._follow(model, loc)
            if detail["type"] == "missing":
                self.report.refuse(found.key, f"`{_spoken(loc)}` is missing")
            elif detail["type"] == "extra_forbidden":
                others = also if len(loc) == 1 else ()
                self._unknown(found.name, found.key, [*written_keys(holder), *others])
            else:
                misfits.setdefault(id(found.node), (found, []))[1].append(wanted(detail))
        for found, wants in misfits.values():
            self._misfit(found, wants)

    def _misfit(self, found: _Found, wants: list[Wanted]) -> None:
        expected = " or ".join(dict.fromkeys(words for words, _ in wants))
        options = [option for _, options in wants for option in options]
        raw = found.node.raw if isinstance(found.node, Scalar) else ""
        message = f"wrong value for `{found.name}`" if found.name else "this does not fit"
        self.report.refuse(found.node.place, message, expected, did_you_mean(raw, options))

    def _follow(self, model: type[BaseModel], loc: Loc) -> tuple[_Found, type[BaseModel]]:
        """As far into the tree as the location leads, and the model that holds its last key."""
        found, holder = _Found("", self.entry.place, self.entry.value), model
        inner: type[BaseModel] | None = model
        for step in loc:
            holder = inner or holder
            inner = nested(inner, step)
            match found.node:
                case Branch(entries=entries) if entry := _entry(entries, step):
                    found = _Found(_spoken((step,)), entry.place, entry.value)
                case Sequence(items=items) if isinstance(step, int) and step < len(items):
                    found = _Found(found.name, items[step].place, items[step])
        return found, holder

    def _unknown(self, key: str, place: Place, known: Iterable[str]) -> None:
        known = sorted(set(known))
        near = did_you_mean(key, known)
        expected = "" if near else f"one of {', '.join(known)}"
        self.report.refuse(place, f"unknown key `{key[:60]}`", expected, near)


def _entry(entries: Mapping[str, Entry], step: int | str) -> Entry | None:
    return entries.get(str(step)) or entries.get(str(step).removesuffix("_s"))


def _spoken(loc: Loc) -> str:
    return str(loc[-1]).removesuffix("_s")


def _related(one: Loc, other: Loc) -> bool:
    """Whether one location holds the other."""
    return all(a == b for a, b in zip(one, other, strict=False))
