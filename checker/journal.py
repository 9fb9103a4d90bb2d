"""The log: structured, one event a line, on standard error. Foreign text can forge no line, and no secret is in it.

What libraries log by Python's own `logging` comes in the same lines.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO, cast

import structlog

from checker.enduring import Enduring

SECRET_MIN = 6  # characters: a shorter one is none, and stands in half of all words
HIDDEN = "(secret)"

# What moves a cursor, colours a terminal or ends a line.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_secrets: tuple[str, ...] = ()


def write_to(stream: TextIO, level: str = "info", form: str | None = None) -> bool:
    """Log from `level` on to `stream`, as "json" or "text"; the default is text on a terminal.

    True where the lines are for people, who are told what else there is in plain words.
    """
    readable = form == "text" or (form is None and stream.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            *(_for_people(stream) if readable else [structlog.processors.JSONRenderer()]),
            _concealed,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.WriteLoggerFactory(file=cast(TextIO, Enduring(stream))),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Relay()], level=logging.WARNING, force=True)
    return readable


def hide(secrets: Iterable[str]) -> None:
    """From now on these stand in no line, wherever they come from: a net under what keeps them out by itself."""
    global _secrets
    long = {secret for secret in secrets if len(secret) >= SECRET_MIN}
    _secrets = tuple(sorted(long | {json.dumps(s)[1:-1] for s in long}, key=len, reverse=True))


class _Relay(logging.Handler):
    """Hands over what libraries log."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger(record.name)
        said = {"logger": record.name, "exc_info": record.exc_info}
        log.log(record.levelno, record.getMessage(), **{k: v for k, v in said.items() if v})


def _for_people(stream: TextIO) -> list[structlog.typing.Processor]:
    return [_tamed, structlog.dev.ConsoleRenderer(colors=stream.isatty())]


def _tamed(_log: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """JSON escapes by itself; a line for people does not. A traceback keeps its lines."""
    for key, value in event.items():
        if isinstance(value, str):
            lines = value.split("\n") if key == "exception" else [value]
            event[key] = "\n".join(_CONTROL.sub(_shown, line) for line in lines)
    return event


def _shown(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


def _concealed(_log: object, _method: str, line: Any) -> str:
    """The rendered line without what is to be hidden."""
    text = str(line)
    for secret in _secrets:
        text = text.replace(secret, HIDDEN)
    return text


def _number(level: str) -> int:
    return logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
