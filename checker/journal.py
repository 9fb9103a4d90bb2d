"""The log: structured, one event a line, on standard error. Foreign text can forge no line."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog


def write_to(stream: TextIO, level: str = "info", form: str | None = None) -> None:
    """Log from `level` on to `stream`, as "json" or "text"; the default is text on a terminal."""
    readable = form == "text" or (form is None and stream.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(),
            structlog.dev.ConsoleRenderer(colors=stream.isatty())
            if readable
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
