"""An Exchange in the making: written down as it happens, so that a failure keeps what was learnt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from probes.contract import Timing
from probes.wire.exchange import Certificate, Exchange, Failure


class Draft:
    """What one exchange has come to so far. Its first part, the look-up, begins at once."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since = clock()
        self._received_at: float | None = None  # when the newest bytes came to this machine
        self._answered_at: float | None = None  # … and the first ones of the answer
        self._phases: dict[Timing, float] = {}
        self.stage = Timing.RESOLVE  # the part that is under way
        self.failure: Failure | None = None
        self.peer = ""  # the address that we went to
        self.status: int | None = None
        self.headers: Mapping[str, str] = MappingProxyType({})
        self.body = b""
        self.values: dict[str, float] = {}
        self.certificate: Certificate | None = None
        self.addresses: tuple[str, ...] = ()

    def fail(self, failure: Failure) -> None:
        """It came to nothing. The first failure stands; where we went is added to its detail."""
        if self.failure is None:
            where = f" ({self.peer})" if self.peer else ""
            self.failure = replace(failure, detail=failure.detail + where)

    def begin(self, stage: Timing) -> None:
        """The part under way has come to its end, and `stage` begins. Harmless when repeated."""
        if stage is not self.stage:
            self._end(self._answered_at if stage is Timing.TRANSFER else None)
            self.stage = stage

    def end(self) -> None:
        """The part under way has come to its end, and was the last one."""
        self._end(self._received_at if self.stage is Timing.TRANSFER else None)

    def sent(self) -> None:
        """Bytes went out. What we took to get there, with an answer to wait for, is nobody's time."""
        if self.stage is Timing.PROCESSING and self._answered_at is None:
            self._since = self._clock()

    def received(self, waited_s: float) -> None:
        """Bytes were read that had been here for `waited_s` seconds: we were busy."""
        self._received_at = self._clock() - waited_s

    def answered(self) -> None:
        """The newest bytes are of the answer."""
        if self._answered_at is None:
            self._answered_at = self._received_at

    def received_answer(self, waited_s: float) -> None:
        """The same, in one."""
        self.received(waited_s)
        self.answered()

    def _end(self, at: float | None) -> None:
        """The part under way has ended, now or `at` an earlier time; not before it began."""
        now = self._clock()
        ended = now if at is None else max(at, self._since)
        self._phases[self.stage] = ended - self._since
        self._since = ended

    def exchange(self) -> Exchange:
        """What it came to. A part that was begun and not ended is not in its phases."""
        values = dict(self.values)
        if self.certificate is not None:
            values["ssl_earliest_cert_expiry"] = self.certificate.expires_at
        return Exchange(
            failure=self.failure,
            status=self.status,
            headers=self.headers,
            body=self.body,
            phases=MappingProxyType(dict(self._phases)),
            values=MappingProxyType(values),
            certificate=self.certificate,
            addresses=self.addresses,
        )
