"""The kinds that there are, found by their modules' names."""

from __future__ import annotations

import pytest

from checker.config.entries import CheckEntry, ControlEntry, ResponderEntry
from checker.config.form import written_keys
from checker.config.kinds import CONTROL, installed

KINDS = installed()


def test_a_module_with_params_and_a_probe_is_a_kind():
    assert {"page", "control"} <= KINDS.probes.keys()
    assert KINDS.probes["page"].params.__module__ == "probes.page"


def test_a_module_with_settings_and_a_responder_is_a_kind():
    assert {"console", "pagerduty", "slack"} <= KINDS.responders.keys()
    assert KINDS.responders["console"].settings.__module__ == "checker.responders.console"


@pytest.mark.parametrize("name", sorted(KINDS.probes.keys() - {CONTROL}))
def test_every_kind_of_check_says_how_to_look_by_hand(name):
    assert KINDS.probes[name].by_hand is not None


def test_contracts_and_the_wire_are_no_kinds():
    assert KINDS.probes.keys().isdisjoint({"contract", "wire"})
    assert "contract" not in KINDS.responders


@pytest.mark.parametrize("name", sorted(KINDS.probes))
def test_no_probe_has_a_key_that_every_check_has(name):
    every = ControlEntry if name == CONTROL else CheckEntry

    assert written_keys(KINDS.probes[name].params).keys().isdisjoint(written_keys(every))


@pytest.mark.parametrize("name", sorted(KINDS.responders))
def test_no_responder_has_a_key_that_every_responder_has(name):
    own = written_keys(KINDS.responders[name].settings)

    assert own.keys().isdisjoint(written_keys(ResponderEntry))


def test_secrets_are_known_by_their_type():
    assert {"routing_key", "token"} <= KINDS.secret_keys()
