"""What the config says of one Slack workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AnyHttpUrl, Field, SecretStr, field_validator

from checker.core.model import Duty
from checker.responders.contract import ApiUrl, ResponderSettings

LINK_MAX = 200  # of the 250 characters that a topic takes
LINK = r"^https?://[^\s<>|]+$"
CHANNEL_ID = r"^[CG][A-Z0-9]+$"
UserId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]+$")]
Command = Annotated[str, Field(pattern=r"^/[^\s/]{1,31}$")]
# A person's id, a user group's, or an e-mail address.
Somebody = Annotated[str, Field(pattern=r"^([UWS][A-Z0-9]+|[^@\s<>]+@[^@\s<>]+)$", max_length=254)]


class Settings(ResponderSettings):
    """One Slack workspace."""

    duties: ClassVar[frozenset[Duty]] = frozenset(
        {Duty.ROOM, Duty.POST, Duty.SUMMARY, Duty.INVITE, Duty.DOCUMENT}
    )
    on_request: ClassVar[frozenset[Duty]] = frozenset({Duty.FALLBACK})

    token: SecretStr = Field(description="the app's bot token, xoxb-…")
    base_url: ApiUrl = Field(
        AnyHttpUrl("https://slack.com/api/"), description="where Slack's methods are"
    )
    invite: tuple[UserId, ...] = Field(
        (), max_length=100, description="ids of people who are asked into every room"
    )
    people: Mapping[str, Somebody] = Field(
        {},
        max_length=500,
        description="owners and people by name: the id or e-mail of each, or a user group's id",
    )
    sync_owner: UserId | None = Field(
        None, description="id of who schedules the meeting after an incident if nobody else does"
    )
    page_users: tuple[UserId, ...] = Field(
        (), max_length=20, description="ids of people who get a direct message for `fallback`"
    )
    fallback_channel: str | None = Field(
        None, pattern=CHANNEL_ID, description="id of the channel to use where none can be opened"
    )
    call_url: str | None = Field(
        None,
        pattern=LINK,
        max_length=LINK_MAX,
        description="the call that people join: in the topic",
    )
    status_page_url: str | None = Field(
        None, pattern=LINK, max_length=LINK_MAX, description="what customers see, as a bookmark"
    )
    dashboard_url: str | None = Field(
        None, pattern=LINK, max_length=LINK_MAX, description="where the figures are, as a bookmark"
    )
    timeout_s: float = Field(5.0, gt=0, le=60, description="of one call; a room takes about seven")
    app_token: SecretStr | None = Field(
        None, description="xapp-…, with connections:write: people are heard over Socket Mode"
    )
    signing_secret: SecretStr | None = Field(
        None, min_length=16, description="people are heard over /webhooks/slack; needs a public URL"
    )
    commands: tuple[Command, ...] = Field(
        ("/incident", "/inc"), max_length=20, description="the app's slash commands that are ours"
    )

    @property
    def hears(self) -> bool:
        """Whether anybody listens to what people say: a button that nobody hears would be a lie."""
        return self.app_token is not None or self.signing_secret is not None

    @field_validator("app_token")
    @classmethod
    def _of_an_app(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not token.get_secret_value().startswith("xapp-"):
            raise ValueError("an app-level token begins with xapp-")
        return token

    @field_validator("token")
    @classmethod
    def _of_a_bot(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError("a bot token begins with xoxb-")
        return token
