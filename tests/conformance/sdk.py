"""PostHog's own SDK, asked line by line: runs in an environment of its own that has `posthog` and nothing of ours.

    python sdk.py ORIGIN PROJECT_KEY [capture_mode]

Each line of standard input is JSON, {"do": "flag", "key": …} and the like; each line of output is what came of it.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import posthog

PERSON = "somebody"


class Talk:
    def __init__(self, origin: str, key: str, **more: str) -> None:
        self._errors: list[str] = []
        self._client = posthog.Posthog(
            key, host=origin, on_error=lambda error, _: self._errors.append(repr(error)), **more
        )

    def flag(self, key: str) -> Any:
        return self._client.get_feature_flag(key, PERSON, send_feature_flag_events=False)

    def flags(self) -> Any:
        return self._client.get_all_flags(PERSON)

    def capture(self, event: str) -> list[str]:
        """The errors that the SDK told of once it had sent all, or given up."""
        self._errors.clear()
        self._client.capture(event=event, distinct_id=PERSON, properties={"of": "conformance"})
        self._client.flush()
        return self._errors


def main(origin: str, key: str, *capture_mode: str) -> None:
    logging.disable(logging.CRITICAL)
    talk = Talk(origin, key, **({"capture_mode": capture_mode[0]} if capture_mode else {}))
    for line in sys.stdin:
        asked = json.loads(line)
        answer = getattr(talk, asked.pop("do"))(**asked)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
