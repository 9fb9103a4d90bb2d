"""One HTTP/1.1 request over aiohttp, with everything that it does by itself switched off."""

from __future__ import annotations

import importlib.metadata
import ssl
from types import MappingProxyType

import aiohttp
from yarl import URL

from probes.contract import Reason, Timing
from probes.wire.draft import Draft
from probes.wire.exchange import Failure, Request
from probes.wire.resolver import Settled
from probes.wire.sockets import CHUNK, HEAD_MAX, MeteredSocket, open_socket

HEADERS_MAX = 100  # lines of an answer's head
HEADER_MAX = 8190  # bytes of one of them


HEADERS = MappingProxyType(
    {
        "User-Agent": f"posthog-checker/{importlib.metadata.version('posthog-checker')}",
        "Accept-Encoding": "gzip, deflate",  # what we can surely read
    }
)

_NO_TIMEOUT = aiohttp.ClientTimeout(  # the caller's deadline is the only one
    total=None, connect=None, sock_connect=None, sock_read=None
)


class CameToNothing(Exception):
    """Wraps the error that ended a request; it is the cause."""


async def ask(
    request: Request,
    address: str,
    draft: Draft,
    tls: ssl.SSLContext,
    source_address: str | None,
) -> None:
    """Send `request` to `address` and write into `draft` what comes back.

    Raises what the network, the other side and this machine make aiohttp raise.
    """
    url = URL(request.url)
    connector = _connector(request, url, address, draft, tls, source_address)
    async with (
        aiohttp.ClientSession(
            connector=connector,
            headers=HEADERS,
            timeout=_NO_TIMEOUT,
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_only_once,),
            trace_configs=[_marks_of(draft)],
            trust_env=False,
            read_bufsize=CHUNK,
            max_headers=HEADERS_MAX,
            max_field_size=HEADER_MAX,
            max_line_size=HEADER_MAX,
        ) as session,
        session.request(
            request.method,
            url,
            headers=request.headers,
            data=request.body,
            allow_redirects=False,
        ) as response,
    ):
        draft.begin(Timing.TRANSFER)
        _note_head(response, draft)
        await _read_body(response, request.max_body, draft)


def _connector(
    request: Request,
    url: URL,
    address: str,
    draft: Draft,
    tls: ssl.SSLContext,
    source_address: str | None,
) -> aiohttp.TCPConnector:
    """One connection to one address, on a socket that counts and times what passes."""

    def opened(info: aiohttp.AddrInfoType) -> MeteredSocket:
        made = open_socket(info[0], source_address, request.max_body + HEAD_MAX)
        made.sent = draft.sent
        # Under TLS there is more to come than the answer: WatchedTls sees what is of it.
        made.received = draft.received if url.scheme == "https" else draft.received_answer
        return made

    return aiohttp.TCPConnector(
        ssl=tls,
        resolver=Settled(address),
        use_dns_cache=False,
        force_close=True,
        limit=0,
        happy_eyeballs_delay=None,
        socket_factory=opened,
    )


async def _only_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Keep aiohttp from asking again: it does when the connection is cut before the answer.

    (ClientSession._request repeats idempotent methods on ClientOSError and
    ServerDisconnectedError, on a fresh connection too. A wrapped error it lets pass.)
    """
    try:
        return await handler(request)
    except Exception as error:
        raise CameToNothing from error


def _marks_of(draft: Draft) -> aiohttp.TraceConfig:
    """Without TLS, the answer is waited for from the moment that the connection is there."""

    async def connected(*_: object) -> None:
        draft.begin(Timing.PROCESSING)

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(connected)
    return trace


def _note_head(response: aiohttp.ClientResponse, draft: Draft) -> None:
    """Status, headers, and the measurements that they give."""
    draft.status = response.status
    draft.headers = MappingProxyType(
        {name.lower(): ", ".join(response.headers.getall(name)) for name in response.headers}
    )
    draft.values["http_status_code"] = float(response.status)
    draft.values["http_ssl"] = float(response.url.scheme == "https")
    assert response.version is not None, "the head has been read"
    draft.values["http_version"] = response.version.major + response.version.minor / 10
    if response.content_length is not None:
        draft.values["http_content_length"] = float(response.content_length)
    # The documented mark of a challenge page, with whatever status it comes:
    # https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    if draft.headers.get("cf-mitigated", "").strip().lower() == "challenge":
        draft.failure = Failure(Reason.CHALLENGE, "we were asked to prove that we are human")


async def _read_body(response: aiohttp.ClientResponse, max_body: int, draft: Draft) -> None:
    """The body, decompressed, as it comes in; given up as soon as it is over `max_body` bytes."""
    body = bytearray()
    try:
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > max_body:
                draft.fail(Failure(Reason.BODY, f"longer than {max_body} bytes"))
                return
    finally:
        draft.body = bytes(body[:max_body])
    draft.end()
    draft.values["http_uncompressed_body_length"] = float(len(body))
