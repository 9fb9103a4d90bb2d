"""The incident table, row by row and pair by pair."""

from itertools import product

import pytest

from checker.core.incident import IN_WORDS, TABLE, IllegalMove, Move, advance, escalated, opened
from checker.core.model import Kind, Phase, Severity, Symptom

DOWN = Symptom("us/app", Kind.DOWN, since=100.0)
INCIDENT = opened(7, "us", Severity.MAJOR, "a sentence", (DOWN,), at=130.0)


def test_a_new_incident_is_open_and_has_a_speakable_id():
    assert (INCIDENT.id, INCIDENT.phase, INCIDENT.since) == ("us-7", Phase.OPEN, 100.0)


@pytest.mark.parametrize(("phase", "move"), TABLE)
def test_every_row_of_the_table_leads_to_its_phase(phase, move):
    assert advance(phase, move) is TABLE[phase, move][0]


ALL_PAIRS = product([None, *Phase], Move)


@pytest.mark.parametrize(("phase", "move"), [pair for pair in ALL_PAIRS if pair not in TABLE])
def test_every_other_pair_raises(phase, move):
    with pytest.raises(IllegalMove, match=f"cannot {IN_WORDS[move]} an incident that"):
        advance(phase, move)


def test_only_a_person_ends_an_incident():
    ended = (Phase.CLOSED, Phase.CANCELLED)
    ends = {move for (was, move), (now, _) in TABLE.items() if now in ended and was not in ended}
    assert ends == {Move.CLOSE, Move.CANCEL}


@pytest.mark.parametrize("lower", [Severity.MINOR, Severity.MAJOR])
def test_severity_never_falls_by_itself(lower):
    with pytest.raises(IllegalMove, match="is major already"):
        escalated(INCIDENT, lower, "another sentence", at=140.0)
