"""Whether a request is Slack's: docs.slack.dev, "Verifying requests from Slack".

The SDK's verifier raises on a time stamp that is no number, a signature that is not ASCII and a body that is not
UTF-8; to whoever is not Slack all of these are the same no.
"""

from __future__ import annotations

import hmac

WINDOW_S = 300.0  # how old or how far ahead a request may be
DIGITS_MAX = 12


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Whether who sent `body`, as it came over the wire, knows `secret`. `now`: seconds since the epoch."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= DIGITS_MAX):
        return False
    if not secret or abs(now - int(timestamp)) > WINDOW_S:
        return False
    right = sign(secret, timestamp, body).encode()
    return hmac.compare_digest(signature.encode(errors="backslashreplace"), right)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature that Slack would send."""
    base = b":".join([b"v0", timestamp.encode(), body])
    return "v0=" + hmac.new(secret.encode(), base, "sha256").hexdigest()
