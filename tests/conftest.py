"""What holds for all tests."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from checker import journal

HERE = Path(__file__).parent
COUNTED = {"core", "probes"}  # the rooms whose coverage is asked for; their own tests must reach it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Only the tests of those rooms are traced; the others run three times as fast.

    pytest-cov's mark `no_cover` stops one of the two tracers that a worker of pytest-xdist has.
    """
    tracer = sys.gettrace()
    if item.path.relative_to(HERE).parts[0] not in COUNTED:
        sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture
def log_as_it_was() -> Iterator[None]:
    """The log is one for the whole process: whoever sets it up uses this."""
    was, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    journal.hide(())
    structlog.configure(**was)
    root.handlers[:] = handlers
    root.setLevel(level)
