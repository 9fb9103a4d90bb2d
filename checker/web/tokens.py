"""Who may do what over HTTP: a token for each role, compared in constant time.

Whoever may act may read. Without `token` nobody acts; without `reading_token` whoever can connect reads.
https://www.rfc-editor.org/rfc/rfc6750 says how a token is sent, https://www.rfc-editor.org/rfc/rfc7617 a password.
"""

from __future__ import annotations

import hmac
from base64 import b64decode

from aiohttp import hdrs, web
from pydantic import SecretStr

from checker.web.ports import PORTS


def may_act(request: web.Request) -> bool:
    """Never by a password: a browser would send that by itself, whoever makes it ask."""
    return _is(request.app[PORTS].token, _bearer(request))


def may_alert(request: web.Request) -> bool:
    """Whether it is Alertmanager, which may have a token of its own, and may send it as a password."""
    ports = request.app[PORTS]
    return _is(ports.alertmanager_token or ports.token, _shown(request))


def may_read(request: web.Request) -> bool:
    """By a password too, so that a browser can ask for it: nothing changes by reading."""
    ports = request.app[PORTS]
    return ports.reading_token is None or _is_one(request, ports.reading_token, ports.token)


def is_known(request: web.Request) -> bool:
    """Whether it shows any token that is right here."""
    ports = request.app[PORTS]
    return _is_one(request, ports.token, ports.alertmanager_token, ports.reading_token)


def _is_one(request: web.Request, *tokens: SecretStr | None) -> bool:
    shown = _shown(request)
    found = [_is(token, shown) for token in tokens]  # all of them: no time is saved
    return any(found)


def _is(token: SecretStr | None, shown: str) -> bool:
    """What is empty is no token."""
    known = token.get_secret_value().encode() if token else b""
    return hmac.compare_digest(shown.encode(errors="surrogateescape"), known) and known != b""


def _shown(request: web.Request) -> str:
    return _bearer(request) or _password(request)


def _bearer(request: web.Request) -> str:
    return _authorization(request, "bearer")


def _password(request: web.Request) -> str:
    """The password of `user:password` in base64; the user does not matter."""
    try:
        pair = b64decode(_authorization(request, "basic"), validate=True).decode()
    except ValueError:
        return ""
    return pair.partition(":")[2]


def _authorization(request: web.Request, wanted: str) -> str:
    """What is sent by that scheme; empty if nothing is."""
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return given.strip() if scheme.lower() == wanted else ""
