"""Addresses that no look goes to, whatever name stands for them: a look carries keys, and shows what it was answered.

Private networks and this machine are not among them: somebody's own PostHog may well be there.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address

# Where clouds tell a machine its own credentials, beside the link-local 169.254.169.254.
METADATA = frozenset(
    {
        ip_address("fd00:ec2::254"),  # AWS, over IPv6 (docs.aws.amazon.com, "Use IMDS")
        ip_address("100.100.100.200"),  # Alibaba Cloud
        ip_address("168.63.129.16"),  # Azure (learn.microsoft.com, "What is IP address …")
        ip_address("192.0.0.192"),  # Oracle Cloud
    }
)


def refuse_forbidden(address: str) -> None:
    """socket.gaierror, as for a name that stands for nothing, if nobody can be served at `address`."""
    found = ip_address(address)
    found = getattr(found, "ipv4_mapped", None) or found
    is_nowhere = found.is_link_local or found.is_multicast or found.is_unspecified
    if is_nowhere or found in METADATA:
        raise socket.gaierror(
            socket.EAI_NONAME, "the name stands for an address that no look goes to"
        )
