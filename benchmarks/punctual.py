"""A target that answers after a delay, and keeps book on how long each answer really took.

    python -m benchmarks.punctual CERTIFICATE

GET /<milliseconds>/<id> is answered after so long; GET /book is every id with the seconds from the kernel's
receipt of the request to the sending of the answer. Prints its two ports: plain, TLS.

A thread for each connection, and the kernel's own time stamps, so that its book does not suffer from how busy
it is itself.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import sys
import threading
import time
from pathlib import Path

SO_TIMESTAMPNS = 35  # of Linux; the socket module has no name for it
BOOK: dict[str, float] = {}


class Caller:
    """One connection, over TLS or not. `came_at` is when the newest bytes reached this machine."""

    def __init__(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = tls and tls.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.came_at = 0.0

    def shake_hands(self) -> None:
        while self._tls is not None:
            try:
                self._tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._flush()
                self._incoming.write(self._receive())
        self._flush()

    def request(self) -> bytes:
        if self._tls is None:
            return self._receive()
        while True:
            try:
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                self._incoming.write(self._receive())

    def answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        if self._tls is None:
            self._sock.sendall(head + body)
        else:
            self._tls.write(head + body)
            self._flush()

    def _flush(self) -> None:
        self._sock.sendall(self._outgoing.read())

    def _receive(self) -> bytes:
        data, notes, _, _ = self._sock.recvmsg(65536, 64)
        for _, kind, stamp in notes:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("qq", stamp)
                self.came_at = seconds + nanoseconds * 1e-9
        if not data:
            raise ConnectionError
        return data


def serve(sock: socket.socket, tls: ssl.SSLContext | None) -> None:
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    caller = Caller(sock, tls)
    try:
        caller.shake_hands()
        path = caller.request().split(b" ", 2)[1].decode()
        if path == "/book":
            caller.answer(json.dumps(BOOK).encode())
            return
        _, delay, name = path.split("/")
        time.sleep(max(0.0, caller.came_at + float(delay) / 1000 - time.time()))
        before = time.time()
        caller.answer(b"here")
        BOOK[name] = (before + time.time()) / 2 - caller.came_at
    except (OSError, ValueError):
        pass  # whoever hangs up
    finally:
        sock.close()


def listen(tls: ssl.SSLContext | None) -> int:
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    listening.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)  # those that are accepted inherit it

    def accept() -> None:
        while True:
            sock, _ = listening.accept()
            threading.Thread(target=serve, args=(sock, tls), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return int(listening.getsockname()[1])


def main(certificate: Path) -> None:
    sys.setswitchinterval(0.0002)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    sys.stdout.write(f"{listen(None)} {listen(context)}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
