"""Foreign text inside Markdown of ours: shown as it was said, never read as Markdown, and without secrets.

By CommonMark 0.31 any ASCII punctuation may follow a backslash and is then itself. GitHub looks for @names and
#numbers in the finished page, where no backslash is left: a word joiner, which nobody sees, keeps those quiet.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from probes.contract import one_line

TEXT_MAX = 2000  # characters of one text
LINES_MAX = 40  # of one text
READ_MAX = 100_000  # characters of one text that are looked at
HIDDEN = "(secret)"

_ADDRESS = re.compile(r"(\b(?:https?|ftp)://[^\s`<>|]+|\bwww\.[^\s`<>|]+)", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&$])")
_BEGINNING = re.compile(r"^(\d{0,9})([-+=#:.)])")  # of a heading, a list, a table's second row
_CALLING = re.compile(r"(@(?=\w)|#(?=\d))")
_JOINER = "\u2060"

# What looks like a key or a password, wherever it comes from: PostHog's, Slack's, a header's, an address's.
_SECRET = re.compile(
    r"\bph[xsa]_\w+"
    r"|\bxox[a-z](?:\.xox[a-z])?-[\w-]+|\bxapp-[\w-]+"
    r"|(?<=hooks\.slack\.com/)\S+"
    r"|(?<=://)[^\s/@]+(?=@)"
    r"|(?i:(?<=bearer )|(?<=token=))[\w.~+/=-]{8,}"
)


def hidden(text: str, secrets: Collection[str] = ()) -> str:
    """`text` with `secrets`, and all that looks like one, taken out."""
    short = text[:READ_MAX]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        short = short.replace(secret, HIDDEN)
    return _SECRET.sub(HIDDEN, short)


def escaped(text: str, limit: int = TEXT_MAX) -> str:
    """`text` as one line that reads as it was said, wherever in a page it stands; addresses are no links."""
    pieces = _ADDRESS.split(one_line(text, limit))
    shown = [f"`{piece}`" if n % 2 else _plain(piece) for n, piece in enumerate(pieces)]
    return _BEGINNING.sub(r"\1\\\2", "".join(shown))


def escaped_lines(text: str, indent: str = "") -> str:
    """The same with the line breaks left in; what follows the first line is indented."""
    cut = text[:TEXT_MAX] + ("…" if len(text) > TEXT_MAX else "")
    lines = [line for line in map(escaped, cut.splitlines()) if line]
    if len(lines) > LINES_MAX:
        lines[LINES_MAX:] = [f"… and {len(lines) - LINES_MAX} more lines"]
    return f"\\\n{indent}".join(lines)


def _plain(text: str) -> str:
    return _CALLING.sub(rf"\1{_JOINER}", _SPECIAL.sub(r"\\\1", text))
