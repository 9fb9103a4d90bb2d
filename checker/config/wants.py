"""What pydantic would have taken, in words that are not about types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from checker.config import durations
from checker.config.entries import LINK, NAME, NAME_IN_WORDS

_TYPES = {
    "string_type": "text; in quotes, if it looks like a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list, such as [us, eu]",
    "tuple_type": "a list, such as [us, eu]",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "ip_any_address": "an IP address of this machine, such as 192.0.2.7",
}
_LIMITS = {
    "gt": "more than {}",
    "ge": "at least {}",
    "lt": "less than {}",
    "le": "at most {}",
    "min_length": "at least {} of them",
    "max_length": "at most {} of them",
}
_PATTERNS = {
    NAME: NAME_IN_WORDS,
    LINK: "a link that begins with https:// or http://",
}


Wanted = tuple[str, list[str]]
"""What was expected, in words; and the words to choose from, if there are only so many."""


def wanted(error: ErrorDetails) -> Wanted:
    """What would have been right where this error is."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("enum", "literal_error"):
        return str(context["expected"]), re.findall(r"'([^']*)'", str(context["expected"]))
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return _PATTERNS.get(pattern, f"text that matches {pattern}"), []
    if kind in _TYPES:
        return _TYPES[kind], []
    limit = _limit(error, context)
    return limit or re.sub(r"^(Value|Assertion) error, ", "", error["msg"]), []


def _limit(error: ErrorDetails, context: Mapping[str, Any]) -> str:
    timed = str(error["loc"][-1:]).endswith("_s',)")
    if error["type"] == "string_too_short":
        return "text, not nothing"
    if error["type"] == "too_short" and context.get("field_type") == "Value":  # of a secret
        return f"at least {context['min_length']} characters"
    for name, words in _LIMITS.items():
        if name in context:
            return words.format(durations.written(context[name]) if timed else context[name])
    return ""
