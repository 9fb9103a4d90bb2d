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
            self.end()
            self.stage = stage

    def end(self) -> None:
        """The part under way has come to its end, and was the last one."""
        now = self._clock()
        self._phases[self.stage] = now - self._since
        self._since = now

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
