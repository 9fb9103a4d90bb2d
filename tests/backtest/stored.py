"""A config in a folder, and a store of what was seen, as a daemon leaves them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from checker.config import Settings, load
from checker.core.model import Observation, State
from checker.store.store import Store
from tests.core.story import T0, World, outcome

CHECKS = ("us/app", "eu/app", "us/flags", "control/a", "control/b", "control/c")
RULES = (
    {"symptom": "app down", "severity": "critical", "sentence": "It is down"},
    {"symptom": "flags down", "severity": "major", "sentence": "No flags"},
)


def check(surface: str, *targets: str, **more: Any) -> dict[str, Any]:
    return {"probe": "page", "surface": surface, "targets": list(targets), "path": "/", **more}


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder.resolve()}/checker.db"


def config(folder: Path, name: str = "config", **overrides: Any) -> Path:
    """A small config of that name; `overrides` replace whole top-level keys."""
    told = {
        "store": url_of(folder),
        "targets": {"us": {"app_host": "us.test"}, "eu": {"app_host": "eu.test"}},
        "checks": {"app": check("app", "us", "eu"), "flags": check("flags", "us")},
        "controls": {name: {"tcp": f"{name}.test:443"} for name in "abc"},
        "rules": list(RULES),
        "responders": {"console": {}},
    } | overrides
    path = folder / name
    path.mkdir()
    (path / "checker.yaml").write_text(yaml.safe_dump(told))
    return path


def settings(folder: Path, name: str = "config", **overrides: Any) -> Settings:
    return load(config(folder, name, **overrides), {})


def seen(world: World, until: float, checks: Iterable[str] = CHECKS) -> list[Observation]:
    """Looks of one location: every 30 s, and every 5 s while something fails."""
    return [
        Observation(one, "l1", T0 + at, outcome(world(one, "l1", at)), 0.2, at % 30 == 0)
        for at in range(0, int(until), 5)
        for one in checks
        if at % 30 == 0 or _fails_near(world, at)
    ]


def _fails_near(world: World, at: float) -> bool:
    return any(
        outcome(world(one, "l1", at - 30)) != outcome(world(one, "l1", -1.0)) for one in CHECKS
    )


async def keep(folder: Path, looks: list[Observation]) -> None:
    """A store with those looks."""
    store = await Store.open(url_of(folder), deadline_s=20.0)
    try:
        await store.record(looks, State())
    finally:
        await store.close()
