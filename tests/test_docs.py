"""The pages that are made from the code agree with it."""

import pytest

from checker.config.kinds import installed
from checker.core.model import Kind
from docs.generate import HERE, PAGES
from docs.severity import KINDS
from probes.contract import Reason
from probes.wire.causes import REASONS


@pytest.mark.parametrize("name", PAGES)
def test_a_made_page_says_what_the_code_says(name):
    assert (HERE / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("kind", installed().probes)
def test_every_kind_of_probe_says_what_its_reasons_mean(kind):
    assert installed().probes[kind].reasons


def test_every_reason_is_explained_somewhere():
    told = {reason for kind in installed().probes.values() for reason in kind.reasons or ()}

    assert set(Reason) == told | set(REASONS)


def test_everything_that_can_be_wrong_is_explained():
    assert KINDS.keys() == set(Kind)
