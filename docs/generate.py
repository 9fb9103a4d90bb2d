"""Makes the reference pages that are the code in other words. `make docs` writes them; a test compares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from checker.core import incident
from docs import errors, reasons, severity

HERE = Path(__file__).parent
MADE = "<!-- Made by `make docs` from {source}; edit that. -->\n\n"


def incident_page() -> str:
    """The incident's table and its drawing."""
    rows = [
        f"| {before or '–'} | {move} | {after} | {why} |"
        for (before, move), (after, why) in incident.TABLE.items()
    ]
    arrows = [
        f"    {before or '[*]'} --> {after}: {move}"
        for (before, move), (after, _) in incident.TABLE.items()
    ]
    theory = (incident.__doc__ or "").partition("\n\n")[2].rpartition("\n\n")[0]
    return "\n".join(
        [
            MADE.format(source="checker/core/incident.py") + "# The life of an incident\n",
            theory + "\n",
            "| phase before | move | phase after | when |",
            "|---|---|---|---|",
            *rows,
            "",
            "Every other pair is refused and changes nothing.\n",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
        ]
    )


def severity_page() -> str:
    """The handbook's table."""
    return MADE.format(source="config/severity.yaml") + severity.page()


def reasons_page() -> str:
    """Why looks do not pass."""
    return MADE.format(source="each probe's REASONS") + reasons.page()


def errors_page() -> str:
    """What is refused, and what follows."""
    return MADE.format(source="docs/errors.py and the responders") + errors.page()


PAGES: dict[str, Callable[[], str]] = {
    "reference/incident.md": incident_page,
    "reference/severity.md": severity_page,
    "reference/reasons.md": reasons_page,
    "reference/errors.md": errors_page,
}


def write() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    write()
