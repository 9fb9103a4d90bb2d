"""What holds for all tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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
