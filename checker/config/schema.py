"""The config's JSON Schema, for editors: made from the same models that read it.

It cannot know what stands in another file, so it lets more pass than `load` does, and `load` decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from checker.config import durations
from checker.config.entries import (
    NAME,
    CheckEntry,
    ControlEntry,
    General,
    ResponderEntry,
    TargetEntry,
)
from checker.config.kinds import CONTROL, Kinds, installed
from checker.config.rows import AgeEntry, AlertRuleEntry, MaintenanceEntry, NeverEntry, RuleEntry
from checker.config.symptoms import KINDS

Schema = dict[str, Any]

REFERENCE = r"\$\{(env:[^}]+|file:/[^}]+)\}"
_LEAVES = ("integer", "number", "boolean")
_LEFT_OUT = ("title", "writeOnly", "format")  # noise to those who read it in an editor


def schema(kinds: Kinds | None = None) -> Schema:
    """What a config file may hold. No key is required of a single file: they are read together."""
    kinds = kinds or installed()
    forms = _forms(kinds)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "posthog-checker config",
        "description": "One file of the config, or all of it: the files of a folder are read as one.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "targets": _named("Who is watched.", _block(TargetEntry)),
            "checks": _named("How they are looked at.", {"oneOf": _checks(kinds)}),
            "controls": _named("Third parties, to know our own outage by.", _control(kinds)),
            **_block(General)["properties"],
            "responders": _responders(forms),
            "rules": _list(RuleEntry, _rule()),
            "never": _list(NeverEntry),
            "ages": _list(AgeEntry),
            "maintenance": _list(MaintenanceEntry),
        },
        "definitions": {
            "reference": {"type": "string", "pattern": REFERENCE},
            "responder": {"oneOf": [_spelled(form) for form in forms.values()]},
        },
    }


def as_text(made: Schema) -> str:
    """The schema as it stands in `config/schema.json`."""
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _named(description: str, entry: Schema) -> Schema:
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": {"pattern": NAME},
        "additionalProperties": entry,
    }


def _list(row: type[BaseModel], items: Schema | None = None) -> Schema:
    rows = items or _block(row)
    return {"description": row.__doc__, "type": ["array", "null"], "items": rows}


def _checks(kinds: Kinds) -> list[Schema]:
    """One form of check for each kind of probe: its own keys beside every check's."""
    return [
        _joined(_block(CheckEntry), _block(kind.params), {"probe": {"const": name}})
        for name, kind in kinds.probes.items()
        if name != CONTROL
    ]


def _control(kinds: Kinds) -> Schema:
    own = [_block(kind.params) for name, kind in kinds.probes.items() if name == CONTROL]
    return _joined(_block(ControlEntry), *own)


def _forms(kinds: Kinds) -> dict[str, Schema]:
    """What an entry of each kind of responder may hold."""
    return {
        name: _joined(_block(ResponderEntry), _block(kind.settings), {"kind": {"const": name}})
        for name, kind in kinds.responders.items()
    }


def _spelled(form: Schema) -> Schema:
    return form | {"required": [*form["required"], "kind"]}


def _responders(forms: Mapping[str, Schema]) -> Schema:
    """A responder with the name of a kind is of that kind, unless it says another."""
    other = {"$ref": "#/definitions/responder"}
    named = {name: {"anyOf": [form, other]} for name, form in forms.items()}
    return _named("Who is told, and how.", other) | {"properties": named}


def _rule() -> Schema:
    kinds = "|".join(kind.value for kind in KINDS)
    symptom = {"type": "string", "pattern": rf"^[a-z0-9_-]+ ({kinds})$|{REFERENCE}"}
    made = _joined(_block(AlertRuleEntry), _block(RuleEntry), {"symptom": symptom})
    forms = [{"required": ["symptom"]}, {"required": ["alert"]}]
    return made | {"required": ["severity", "sentence"], "oneOf": forms}


def _joined(first: Schema, *more: Schema) -> Schema:
    """One object with the keys of all. A bare mapping of properties narrows what is there."""
    properties, required = dict(first["properties"]), list(first["required"])
    for other in more:
        for name, prop in other.get("properties", other).items():
            properties[name] = properties.get(name, {}) | prop
        required += other["required"] if "properties" in other else []
    for name in properties:
        if "const" in properties[name]:
            properties[name].pop("type", None)
    return first | {"properties": properties, "required": required}


def _block(model: type[BaseModel]) -> Schema:
    """A model as an object without references to definitions, its keys as people write them."""
    made = model.model_json_schema(by_alias=True)
    plain: Schema = _inlined(made, made.get("$defs", {}))
    return _object(plain)


def _inlined(part: Any, defs: Mapping[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(item, defs) for item in part]
    if not isinstance(part, dict):
        return part
    rest = {
        key: _inlined(value, defs) for key, value in part.items() if key not in ("$ref", "$defs")
    }
    if "$ref" in part:
        return _inlined(defs[part["$ref"].rpartition("/")[2]], defs) | rest
    return rest


def _object(made: Schema) -> Schema:
    properties = {}
    for name, prop in made.get("properties", {}).items():
        written = name.removesuffix("_s") if _is_seconds(name, prop) else name
        properties[written] = _property(name, prop)
    required = [name.removesuffix("_s") for name in made.get("required", ())]
    return {
        "description": made.get("description", ""),
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": properties,
        "required": required,
    }


def _is_seconds(name: str, prop: Schema) -> bool:
    return name.endswith("_s") and any(p.get("type") == "number" for p in _choices(prop))


def _property(name: str, prop: Schema) -> Schema:
    """A key's schema: seconds as a duration, what may be a reference as either."""
    default = prop.get("default")
    if _is_seconds(name, prop):
        pattern = f"{durations.PATTERN}|{REFERENCE}"
        made: Schema = {"type": "string", "pattern": pattern}
        default = durations.written(default) if default else None
    else:
        made = _value(prop)
    words = {"description": prop["description"]} if "description" in prop else {}
    return (
        words
        | made
        | (
            {}
            if default in (None, "", [], {}) or isinstance(default, dict)
            else {"default": default}
        )
    )


def _choices(prop: Schema) -> list[Schema]:
    """What a value may be, without the null that only means "left out"."""
    return [p for p in prop.get("anyOf", [prop]) if p.get("type") != "null"]


def _value(prop: Schema) -> Schema:
    choices = _choices(prop)
    if len(choices) > 1:
        return {"anyOf": [_value(choice) for choice in choices]}
    only = choices[0] | {key: prop[key] for key in ("type",) if key in prop}
    if only.get("type") == "object" and "properties" in only:
        return _object(only)
    made = {k: v for k, v in only.items() if k not in (*_LEFT_OUT, "description", "default")}
    if "items" in made:
        made["items"] = _value(made["items"])
    is_narrow = made.get("type") in _LEAVES or not made.keys().isdisjoint(("pattern", "enum"))
    return {"anyOf": [made, {"$ref": "#/definitions/reference"}]} if is_narrow else made
