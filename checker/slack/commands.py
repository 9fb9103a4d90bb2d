"""What a person wrote, as one word of the core's or as an answer. Pure: any text gives one or the other.

A slash command, a mention, a button and a form all end here as the same sentence: a verb, the incident if it is not
the one whose room this is, and what is said about it.
"""

from __future__ import annotations

import re

from checker.config.problems import did_you_mean
from checker.slack.sentence import (
    TEXT_MAX,
    Heard,
    Scene,
    Unclear,
    Usage,
    first,
    printable,
)
from checker.slack.verbs import ALIASES, VERBS
from probes.contract import one_line

SHOWN_MAX = 60  # of a word that is quoted back

ANGLED = re.compile(r"<([^<>]*)>")


def parse(text: str, scene: Scene) -> Heard:
    """One sentence: "close us-42 cause | fix". Never raises."""
    verb, rest = first(plain(text))
    verb = ALIASES.get(verb.lower(), verb.lower())
    if verb in ("", "help"):
        return Usage(_help(scene))
    if verb not in VERBS:
        hint = did_you_mean(verb, [*VERBS, *ALIASES])
        said = f"I do not know “{one_line(verb, SHOWN_MAX)}”{'; ' + hint if hint else '.'}"
        return Usage(f"{said}\n{_help(scene)}")
    usage, read = VERBS[verb]
    rest = f"{rest}\n{printable(scene.filled.get('text', ''))}".strip()
    try:
        return read(rest, scene)
    except Unclear as unclear:
        return Usage(f"{unclear} Say it as `{scene.command} {usage}`", unclear.form)


def plain(text: str) -> str:
    """Slack's markup as a person reads it, in printable lines, cut to TEXT_MAX characters.

    docs.slack.dev, "Formatting message text": `<@U1|ada>`, `<#C1|general>`, `<!here>`, `<https://…|label>`.
    """
    shown = ANGLED.sub(_unfolded, text[: 2 * TEXT_MAX])
    return printable(shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def _unfolded(match: re.Match[str]) -> str:
    target, _, label = match[1].partition("|")
    sign = target[:1]
    if sign in ("@", "#"):
        return sign + (label or target[1:]).lstrip(sign)
    if sign == "!":
        return label or "@" + target[1:].partition("^")[0]
    return target


def _help(scene: Scene) -> str:
    lines = [f"`{scene.command} {usage}`" for usage, _ in VERBS.values()]
    where = f"this room's {scene.here}" if scene.here else "in an incident's room, its own"
    return "\n".join(["You can say:", *lines, f"Without an id it is about {where}."])
