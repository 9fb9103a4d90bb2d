"""The JSON Schema is what editors know of the config."""

from __future__ import annotations

import json
import re

from checker.config.loading import SECTIONS
from checker.config.schema import as_text, schema
from tests.config.written import KINDS

SCHEMA = schema(KINDS)
PROPERTIES = SCHEMA["properties"]


def test_every_section_of_a_config_is_in_the_schema():
    assert set(SECTIONS) <= PROPERTIES.keys()
    assert {"location", "store", "web", "retention", "reload", "deployment"} <= PROPERTIES.keys()
    assert SCHEMA["additionalProperties"] is False


def test_a_check_has_the_keys_of_its_probe_beside_every_check_s():
    page = PROPERTIES["checks"]["additionalProperties"]["oneOf"][0]

    assert page["properties"]["probe"]["const"] == "page"
    assert {"path", "json", "slow", "every", "targets"} <= page["properties"].keys()
    assert set(page["required"]) == {"probe", "surface", "targets"}
    assert page["additionalProperties"] is False


def test_a_control_has_no_surface():
    control = PROPERTIES["controls"]["additionalProperties"]

    assert control["properties"].keys() == {"every", "timeout", "recheck", "required", "host"}
    assert control["required"] == ["host"]


def test_a_responder_named_like_a_kind_needs_no_kind():
    by_name = PROPERTIES["responders"]["properties"]["bell"]["anyOf"][0]
    by_kind = SCHEMA["definitions"]["responder"]["oneOf"][1]

    assert by_name["required"] == ["routing_key"]
    assert by_kind["required"] == ["routing_key", "kind"]
    assert by_kind["properties"]["kind"]["const"] == "bell"


def test_durations_have_a_pattern_and_a_written_default():
    every = PROPERTIES["pace"]["properties"]["every"]

    assert every["default"] == "30s"
    assert re.search(every["pattern"], "1h30m")
    assert re.search(every["pattern"], "${env:EVERY}")
    assert not re.search(every["pattern"], "30")


def test_a_number_may_be_a_reference():
    assert {"$ref": "#/definitions/reference"} in PROPERTIES["web"]["properties"]["port"]["anyOf"]


def test_symptoms_end_in_a_kind_that_there_is():
    pattern = PROPERTIES["rules"]["items"]["properties"]["symptom"]["pattern"]

    assert re.search(pattern, "app down")
    assert not re.search(pattern, "app dwn")


def test_no_name_of_the_code_is_left_in_it():
    text = as_text(SCHEMA)

    assert not re.search(r'"\w+_s":|\$defs|"title": (?!"posthog-checker config")', text)
    assert json.loads(text) == SCHEMA
