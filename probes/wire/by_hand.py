"""What a check looks at as a command line, for whoever is woken and wants to see it with their own eyes.

A secret stands in it as a shell variable, and what is new each time as a command. All else is quoted:
no config can make the shell do more than was meant.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from uuid import uuid4

from pydantic import SecretStr
from yarl import URL

from probes.contract import Target
from probes.wire.exchange import Request
from probes.wire.http import HEADERS

PATIENCE_S = 10  # that a command waits for its answer

# Stand-ins for what the shell is to put there. Nobody can guess them, so no config can hold one.
PROJECT_KEY, PERSONAL_KEY, PROMETHEUS_TOKEN, SECONDS, NOW = (uuid4().hex for _ in range(5))
_SHELL = {
    PROJECT_KEY: '"$POSTHOG_PROJECT_KEY"',
    PERSONAL_KEY: '"$POSTHOG_PERSONAL_KEY"',
    PROMETHEUS_TOKEN: '"$PROMETHEUS_TOKEN"',
    SECONDS: '"$(date +%s)"',  # ten digits
    NOW: '"$(date -u +%Y-%m-%dT%H:%M:%SZ)"',
}
_STAND_INS = re.compile(f"({'|'.join(_SHELL)})")

UUID = f"00000000-0000-4000-8000-00{SECONDS}"  # a new one each second, and one that is seen to be by hand


def veiled(target: Target) -> Target:
    """The target with stand-ins for its keys: what is made of it may be shown."""
    return replace(target, project_key=SecretStr(PROJECT_KEY), personal_key=SecretStr(PERSONAL_KEY))


def quoted(text: str) -> str:
    """`text` as one word of /bin/sh, whatever stands in it."""
    parts = [part for part in _STAND_INS.split(text) if part]
    return "".join(_SHELL.get(part) or shlex.quote(part) for part in parts)


def curl(request: Request, redirects_max: int = 0) -> str:
    """The request as a curl command that shows the answer with its head."""
    words = [f"curl -sS -i -g -m {PATIENCE_S} --compressed -A {quoted(HEADERS['User-Agent'])}"]
    if redirects_max:
        words.append(f"-L --max-redirs {redirects_max}")
    words += [f"-H {quoted(f'{name}: {value}')}" for name, value in request.headers.items()]
    if request.body is not None:
        words.append(f"--data-raw {quoted(request.body.decode())}")
    # As the wire writes a URL, or spaces and braces in a path would be another request.
    return " ".join([*words, quoted(str(URL(request.url)))])
