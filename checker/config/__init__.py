"""From YAML to frozen values; every error at once, with file, line and column."""

from checker.config.folder import digest, find
from checker.config.loading import load
from checker.config.problems import ConfigError, Problem, render
from checker.config.schema import schema
from checker.config.settings import (
    Budgets,
    Off,
    Pages,
    PlannedCheck,
    PlannedResponder,
    Settings,
    Web,
)

__all__ = [
    "Budgets",
    "ConfigError",
    "Off",
    "Pages",
    "PlannedCheck",
    "PlannedResponder",
    "Problem",
    "Settings",
    "Web",
    "digest",
    "find",
    "load",
    "render",
    "schema",
]
