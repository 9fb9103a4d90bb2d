"""Which addresses a look may go to."""

from __future__ import annotations

import socket

import pytest

from probes.wire.forbidden import refuse_forbidden


def is_refused(address: str) -> bool:
    try:
        refuse_forbidden(address)
    except socket.gaierror:
        return True
    return False


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.7", "127.0.0.1", "fd12::7"])
def test_a_look_may_go_to_somebodys_own_network(address: str) -> None:
    assert not is_refused(address)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "224.0.0.1", "::"])
def test_where_nobody_can_be_served_is_as_a_name_that_stands_for_nothing(address: str) -> None:
    with pytest.raises(socket.gaierror, match="no look goes to") as refused:
        refuse_forbidden(address)
    assert refused.value.errno == socket.EAI_NONAME
