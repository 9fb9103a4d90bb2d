"""What Slack says when it does not do what we ask, and what follows from it.

Slack refuses with HTTP 200, `ok: false` and a word of the method's page at docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from typing import Any

from checker.responders.contract import Later, Never

MEND_AFTER_S = 300.0  # how long a fault of configuration is left alone between tries


class Refused(Exception):
    """Slack said no. `word` is its own; `needed` the scope that it misses, if that is it."""

    def __init__(self, method: str, word: str, needed: str = "", answer: Any = None) -> None:
        """`answer`: all that Slack said, for where it says more than a word."""
        super().__init__(f"{method}: {word}")
        self.method = method
        self.word = word
        self.needed = needed
        self.answer = answer


class Unanswered(Exception):
    """Slack said neither yes nor no; `later` says what came instead."""

    def __init__(self, later: Later) -> None:
        super().__init__(later.why)
        self.later = later


# Ours to mend. They heal without a restart of ours, so we keep trying, seldom.
MEND = {
    "invalid_auth": "the token is not valid; put in the app's bot token",
    "not_authed": "no token was sent; put in the app's bot token",
    "token_revoked": "the token was revoked; install the app again and put in the new token",
    "token_expired": "the token has expired; put in a new one",
    "account_inactive": "the bot's account was deactivated; install the app again",
    "not_allowed_token_type": "this kind of token cannot do that; put in the app's bot token",
    "no_permission": "the token lacks a permission; look at the app's scopes",
    "missing_scope": "the app lacks a scope; add it and install the app again",
    "metadata_must_be_sent_from_app": "the token is not an app's; put in the app's bot token",
    "team_added_to_org": "the workspace is being moved into an organisation",
    "team_access_not_granted": "the app may not be in this workspace; ask its admins",
    "team_not_found": "the token is of a workspace that is gone; put in another",
    "access_denied": "the app may not do that; ask the workspace's admins",
    "accesslimited": "the app may not do that from here; ask the workspace's admins",
    "enterprise_is_restricted": "the organisation does not let the app do that; ask its admins",
    "ekm_access_denied": "the organisation has taken its keys away; ask its admins",
    "org_login_required": "the workspace is being moved into an organisation",
    "two_factor_setup_required": "the token's owner must set up a second factor",
}

# Slack's own trouble: "It's possible some aspect of the operation succeeded before the error".
TROUBLE = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})

# It passes by itself.
PASSING = frozenset({"message_limit_exceeded", "external_channel_migrating"})

# A message that is too much for it; fewer words may pass.
TOO_MUCH = frozenset(
    [
        "msg_too_long",
        "msg_blocks_too_long",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_arguments",
        "too_many_attachments",
    ]
)

# The message is not there any more, or can no longer be edited.
GONE = frozenset(["message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"])

# We may not open channels here.
NO_CHANNELS = frozenset(
    [
        "restricted_action",
        "cannot_create_channel",
        "user_is_restricted",
        "missing_scope",
        "no_permission",
        "name_taken",
        "invalid_name",
        "invalid_name_maxlength",
        "invalid_name_punctuation",
        "invalid_name_required",
        "invalid_name_specials",
    ]
)

# What keeps one person out, while others may come in.
PERSONAL = frozenset(
    [
        "user_not_found",
        "users_not_found",
        "user_not_visible",
        "user_disabled",
        "user_is_restricted",
        "no_user",
        "cant_invite",
        "ura_max_channels",
        "org_user_not_in_team",
        "invitee_cant_see_channel",
        "no_external_invite_permission",
        "cannot_dm_bot",
        "messages_tab_disabled",
    ]
)

# No file can be left here.
NO_FILES = frozenset(
    [
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "storage_limit_reached",
        "restricted_action",
    ]
)

# No use in trying again, and what a person can do.
FINAL = {
    "is_archived": "the channel is archived; unarchive it and invite the bot back",
    "channel_not_found": "the channel is gone, or private and without the bot",
    "not_in_channel": "the bot was removed from the channel; invite it back",
    "restricted_action": "the workspace does not let the bot do that; ask its admins",
    "restricted_action_read_only_channel": "the bot may not write in the channel; ask its admins",
    "restricted_action_thread_only_channel": "the channel takes replies only; use another",
    "posting_to_channel_denied": "the bot may not write in the channel; ask its admins",
    "channel_is_limited_access": "the bot may not see the channel; ask its admins",
    "cannot_create_channel": "the workspace does not let the bot open channels; ask its admins",
    "user_is_restricted": "the bot is a guest; ask the workspace's admins",
    "name_taken": "the channel's name and eight more like it are taken",
    "metadata_too_large": "the message's metadata is too large",
    "invalid_metadata_format": "the message's metadata is malformed",
    "invalid_metadata_schema": "the message's metadata is malformed",
    "no_text": "the message is empty",
    "thread_not_found": "the thread is gone",
    "cannot_reply_to_message": "the thread's first message is gone",
    "restricted_action_thread_locked": "the thread is locked; unlock it",
    "restricted_action_non_threadable_channel": "the channel takes no threads; use another",
    "invalid_channel": "the channel is gone",
}


def verdict(no: Refused) -> Later | Never:
    """What follows from a refusal. A word that is in no table is tried again: new ones come without notice."""
    said = f"Slack refused {no.method}: {no.word}"
    if no.word in MEND:
        scope = f" ({no.needed})" if no.needed else ""
        return Later(why=f"{said}; {MEND[no.word]}{scope}", after_s=MEND_AFTER_S)
    if no.word in FINAL:
        return Never(why=f"{said}; {FINAL[no.word]}")
    if no.word in TOO_MUCH | NO_CHANNELS:
        return Never(why=said)
    return Later(why=said, unsure=no.word in TROUBLE)


def is_unknown(word: str) -> bool:
    """Whether nothing is known of it but that it may pass."""
    known = (MEND, FINAL, TROUBLE, PASSING, TOO_MUCH, GONE, NO_CHANNELS, PERSONAL, NO_FILES)
    return not any(word in words for words in known)


def verdict_on_wish(no: Refused) -> Later | Never:
    """The same for what others must not wait for: only what passes by itself, or ails everything, is tried again."""
    lacks_leave = no.word in ("missing_scope", "no_permission")
    if no.word in TROUBLE or (no.word in MEND and not lacks_leave):
        return verdict(no)
    hint = MEND.get(no.word) or FINAL.get(no.word)
    scope = f" ({no.needed})" if no.needed else ""
    said = f"Slack refused {no.method}: {no.word}"
    return Never(why=f"{said}; {hint}{scope}" if hint else said)
