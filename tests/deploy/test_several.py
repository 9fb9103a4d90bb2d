"""deploy/checker.yaml: one config for daemons in several places."""

from __future__ import annotations

import pytest

from checker import config
from checker.config import ConfigError
from tests.deploy.places import ROOT, STORE, settings, together


@pytest.fixture
def folder(tmp_path):
    return together(tmp_path)


def test_each_daemon_gets_its_name_and_the_store_from_its_surroundings(folder):
    found = settings(folder, CHECKER_LOCATION="sin")
    assert (found.location, found.locations) == ("sin", 3)
    assert found.store.get_secret_value() == STORE


def test_it_judges_and_looks_as_the_shipped_config_does(folder):
    shipped, found = config.load(ROOT / "config", {}), settings(folder)
    assert found.policy == shipped.policy
    assert found.checks == shipped.checks
    assert found.retention_s == shipped.retention_s


def test_without_a_name_it_does_not_start(folder):
    with pytest.raises(ConfigError, match="CHECKER_LOCATION is not set"):
        settings(folder, CHECKER_LOCATION="")


def test_it_listens_where_others_reach_it(folder):
    assert settings(folder).web.host == "0.0.0.0"
