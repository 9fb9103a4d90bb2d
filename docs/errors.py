"""The page about refusals: what each service may answer to each call, and what follows.

Slack's words stand here as the code sorts them. The rows of the others are held against the code by a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from checker.responders import slack_refusals as slack
from checker.responders.contract import Later
from docs.severity import grid


class Follows(StrEnum):
    """What follows from an answer."""

    DONE = "done"
    AGAIN = "again"
    LOOK = "look first"
    MEND = "mend"
    GIVEN_UP = "given up"


class Row(NamedTuple):
    """One kind of answer. `statuses`: of HTTP."""

    statuses: tuple[int, ...]
    follows: Follows
    then: str
    said: str = ""  # what the answer must say beside its status, in words for people


MEANINGS: Mapping[Follows, str] = {
    Follows.DONE: "it is as it should be, whoever did it",
    Follows.AGAIN: (
        "it was not done. It is tried again, after a second and then ever more slowly, up to a minute; later where"
        " the other side names a time, but a page after a minute at most"
    ),
    Follows.LOOK: (
        "nobody knows whether it was done. It is tried again as above, but first it is looked up, or sent so that"
        " twice is once"
    ),
    Follows.MEND: (
        "the fault is ours: a token, a scope, an address. The reason says which. It is tried again seldom, every"
        " five minutes or for a page every minute, so that mending it is enough"
    ),
    Follows.GIVEN_UP: (
        "no use in trying again. It stands in the timeline with the reason; a page goes the second way at once, and"
        " whoever published words for customers reads in the room why they are not told"
    ),
}

MEND, GIVEN_UP, AGAIN = Follows.MEND, Follows.GIVEN_UP, Follows.AGAIN
WAITS = Row(
    (429,),
    AGAIN,
    "when they say: `Retry-After`, five minutes at most; after a minute if they do not",
)
SILENCE = (
    "No answer in time, a cut connection, and an answer that is not theirs are like 5xx; a connection that is refused is"
    " tried *again*."
)
ODD = Row((302, 407, 418), MEND, "what answers is not theirs: a proxy, a portal, a wrong address")

HTTP: Mapping[str, tuple[Row, ...]] = {
    "PagerDuty, POST /v2/enqueue and /v2/change/enqueue": (
        Row((202,), Follows.DONE, "accepted; with a `rest_token` it is awaited until it is shown"),
        Row((400, 413), GIVEN_UP, "once more with the summary only, for the fault is in its shape; then the second way"),
        Row((429,), AGAIN, "its limits are by the minute"),
        Row((500, 502, 503, 504), Follows.LOOK, "the same key is the same page, however often it is sent"),
        Row((302, 401, 403, 404), MEND, "events need no login: look at `base_url` and proxies"),
    ),
    "PagerDuty, POST /incidents and PUT /incidents/{id}": (
        Row((201,), Follows.DONE, "a second way: an incident under the page's key"),
        Row((400,), Follows.DONE, "the page is there already", "that an incident of this key is open"),
        Row((400, 402), GIVEN_UP, "once more with the title only; then there is no other way"),
        Row((401, 403, 404), MEND, "look at `rest_token`, which must be allowed to write, and `service`"),
        Row((429,), AGAIN, "after `ratelimit-reset`, or a minute"),
        Row((408, 500, 503), Follows.LOOK, "looked for by its key before it is opened again"),
        ODD,
    ),
    "PagerDuty, GET /incidents, /services/{id} and /oncalls": (
        Row((429,), AGAIN, "after `ratelimit-reset`, or a minute"),
        Row((401, 403), MEND, "look at `rest_token`; that pages cannot be read back is logged once"),
        Row((404,), MEND, "look at `service`"),
        Row((400, 402, 500, 503), AGAIN, "at the next look, in 30 s"),
    ),
    "PostHog, GET and PATCH of the banner's flag": (
        Row((200,), Follows.DONE, "the flag says it, or is as it was before"),
        Row((400, 413, 422), GIVEN_UP, "publish with other words; the reason says what it does not like"),
        Row((401, 403, 404), MEND, "the key's scope `feature_flag:write`, `host`, `project_id`, `flag`"),
        Row((409,), AGAIN, "somebody changed it in that moment: it is read again, three times, and then later"),
        Row((409,), MEND, "somebody must approve it at PostHog first", "that a policy wants a second person"),
        WAITS,
        Row((408, 500, 503), Follows.LOOK, "the flag is read before every change, and our words are known"),
        ODD,
    ),
    "UptimeRobot, announcements": (
        Row((201,), Follows.DONE, "it is announced"),
        Row((400, 413, 422), GIVEN_UP, "publish with other words"),
        Row((401, 403, 404), MEND, "the main key, a plan with announcements, `page_id`"),
        Row((409,), AGAIN, "as they say"),
        WAITS,
        Row((408, 500, 503), Follows.LOOK, "looked for by its last line before it is announced again"),
        ODD,
    ),
    "A webhook of your own": (
        Row((200, 201, 204), Follows.DONE, "any 2xx is"),
        Row((400, 413, 422), GIVEN_UP, "publish with other words"),
        Row((401, 403, 404, 405, 410), MEND, "`token`, `signing_secret`, `address`"),
        Row((409,), AGAIN, "as they say"),
        WAITS,
        Row((408, 500, 503), Follows.LOOK, "sent again under the same `Idempotency-Key`: the receiver knows it"),
        ODD,
    ),
}  # fmt: skip

INTRO = """\
# What is refused, and what follows

Whatever a service answers to a call, one of five things follows. Nothing is in the way of a page: each responder has a
queue and a clock of its own, and what rings has one apart from what talks.
"""

SLACK = """\
## Slack

Slack refuses with HTTP 200, `ok: false` and a word. Of a word that is in no table here, what is said in the room is
tried five times and then left out, because what follows must not wait for it; a room and a page are tried for ever.
"""

BY_CALL = """\
### What else follows, by call

Where a call is not worth the room, the room does without, and its line in the timeline says what it lacks.
"""

IN = """\
## What others send to us

| they send | and get |
|---|---|
| no signature or token, a wrong one, or what is none at all; of Slack's, one of more than five minutes ago | 401 |
| something with the right one that cannot be read | 400 |
| something that is not for us | 200, and nothing follows |
| the same once more, within the five minutes or after a restart | as before, and nothing follows |
| more than a body may hold | 413 |
| while our store is full or away | 503, so that they bring it again |
| to a webhook for which no secret or token is set | 403 |
"""


def page() -> str:
    """The page, without the line that says where it comes from."""
    lines = [INTRO, *grid(("what follows", ""), MEANINGS.items()), SLACK, *_slack(), BY_CALL]
    lines += grid(("call", "Slack says", "and then"), _by_call())
    for service, rows in HTTP.items():
        lines += [
            f"## {service}\n",
            *grid(("they answer", "what follows", ""), map(_told, rows)),
            SILENCE,
            "",
        ]
    return "\n".join([*lines, IN])


def _told(row: Row) -> tuple[str, str, str]:
    said = f", and say {row.said}" if row.said else ""
    return ", ".join(map(str, row.statuses)) + said, row.follows, row.then


def _slack() -> Iterator[str]:
    rows = [
        ("HTTP 429, `ratelimited`", AGAIN, "when they say: `Retry-After`, five minutes at most"),
        (words(slack.PASSING), AGAIN, "it passes by itself"),
        (f"{words(slack.TROUBLE)}, HTTP 5xx, no answer in time, a cut one, none of Slack's",
         Follows.LOOK, "looked for in the channel, by a mark that each of our messages has"),
        *((f"`{word}`", MEND, hint) for word, hint in slack.MEND.items()),
        *((f"`{word}`", _follows(word), hint) for word, hint in slack.FINAL.items()),
    ]  # fmt: skip
    yield from grid(("Slack says", "what follows", ""), rows)


def _follows(word: str) -> Follows:
    answer = slack.verdict(slack.Refused("", word))
    return AGAIN if isinstance(answer, Later) else GIVEN_UP


def _by_call() -> Iterator[tuple[str, str, str]]:
    taken = "it is ours if its purpose or topic names the incident; else the next of nine names"
    yield "conversations.create", "`name_taken`", taken
    thread = "a thread in `fallback_channel`, where there is one; else as above"
    yield "", words(slack.NO_CHANNELS), thread
    yield (
        "conversations.setPurpose, .setTopic, pins.add, bookmarks.add",
        "any word but those of *mend*",
        "done without",
    )
    yield "", "`already_pinned`, `too_many_bookmarks`", "left as it is"
    yield "conversations.invite", "`already_in_channel`, `cant_invite_self`", "left as it is"
    yield (
        "conversations.invite, users.lookupByEmail, conversations.open",
        words(slack.PERSONAL),
        "that one is left out, the others come",
    )
    yield "usergroups.users.list", "any word", "the group is left out, the others come"
    yield (
        "chat.postMessage, chat.update",
        words(slack.TOO_MUCH),
        "said once more, short and without blocks",
    )
    yield "chat.postMessage", "`not_in_channel`", "the bot joins and says it; else as above"
    yield "chat.update", words(slack.GONE), "a new message; a new summary is pinned"
    yield (
        "files.getUploadURLExternal, .completeUploadExternal",
        words(slack.NO_FILES),
        "the document is a message",
    )
    yield "users.info", "any word", "they go by their handle, or their id"
    yield "views.open", "`exchanged_trigger_id`", "left as it is: the form is there"
    yield "views.open", "any other word", "they are told what to say instead of the form"
    yield "chat.postEphemeral", "any word", "logged: the word was heard all the same"
    yield (
        "apps.connections.open",
        "a word of *mend*",
        "logged; tried every five minutes, and others up to a minute",
    )


def words(some: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(some))
