"""Every Slack that is listened to, as the config wants it now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from checker.responders.slack import Settings
from checker.slack.inbound import Inbound, Ports
from checker.slack.socket import Socket


@dataclass(frozen=True, slots=True)
class Ear:
    """One Slack app that delivers over HTTP."""

    inbound: Inbound
    signing_secret: SecretStr


@dataclass(frozen=True, slots=True)
class _Heard:
    """One Slack app that is listened to."""

    settings: Settings
    inbound: Inbound
    socket: Socket | None
    line: asyncio.Task[None] | None

    async def close(self) -> None:
        if self.line is not None:
            self.line.cancel()
            await asyncio.gather(self.line, return_exceptions=True)
        await self.inbound.close()


class Listening:
    """Over Socket Mode where there is an app token, over HTTP where there is a signing secret, or both."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._heard: dict[str, _Heard] = {}

    async def use(self, wanted: Mapping[str, Settings]) -> None:
        """Listen to these from now on: responder's name → its settings. What did not change goes on."""
        retired = [n for n, heard in self._heard.items() if wanted.get(n) != heard.settings]
        for name in retired:
            await self._heard.pop(name).close()
        for name, settings in wanted.items():
            if name not in self._heard and (settings.app_token or settings.signing_secret):
                self._heard[name] = self._begin(settings)

    def ears(self) -> list[Ear]:
        """For the web: whose signature is believed."""
        return [
            Ear(heard.inbound, heard.settings.signing_secret)
            for heard in self._heard.values()
            if heard.settings.signing_secret
        ]

    def connected(self) -> dict[str, bool]:
        """Responder's name → whether its Socket Mode connection is open now."""
        return {n: heard.socket.connected for n, heard in self._heard.items() if heard.socket}

    async def close(self) -> None:
        await self.use({})

    def _begin(self, settings: Settings) -> _Heard:
        inbound = Inbound(settings, self._ports)
        if settings.app_token is None:
            return _Heard(settings, inbound, None, None)
        socket = Socket(settings.app_token, str(settings.base_url), inbound)
        return _Heard(settings, inbound, socket, asyncio.create_task(socket.run()))
