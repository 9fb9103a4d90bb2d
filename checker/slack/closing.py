"""A close while checks still fail is asked for once more: "When we've identified the root cause … and put a fix in place"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.core.events import Closed
from checker.desk import StillFails
from checker.slack.forms import Form, Origin, instead, view
from checker.slack.verbs import ANYWAY

ALL_THE_SAME = "Close all the same"


def once_more(still: StillFails, form: Form, origin: Origin) -> Mapping[str, Any]:
    """The form again, with what still fails above it; sent once more, it closes."""
    again = Form("close", f"close {still.incident} {ANYWAY}", form.filled)
    return instead(view(again, origin, warning=str(still), submit=ALL_THE_SAME))


def once_more_in_words(still: StillFails, heard: object, command: str) -> str:
    """What still fails, and the sentence that closes it all the same."""
    said = f"{heard.cause} | {heard.fix}" if isinstance(heard, Closed) else "cause | fix"
    again = f"`{command} close {still.incident} {ANYWAY} {said}`"
    return f"{still} {ALL_THE_SAME}: {again}"
