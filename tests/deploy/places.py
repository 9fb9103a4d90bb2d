"""Where the files are that say how it is run, and what the config needs from its surroundings."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from checker import config
from checker.config import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
STORE = "postgresql+asyncpg://checker:secret@db:5432/checker"
ASKED = re.compile(r"\$\{env:(\w+)\}")


def documents(path: Path) -> list[dict[str, Any]]:
    """What a YAML file holds."""
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def together(folder: Path) -> Path:
    """The config as daemons in several places get it: deploy/checker.yaml in the place of config/checker.yaml."""
    for file in (ROOT / "config").glob("*.yaml"):
        shutil.copy(file, folder)
    shutil.copy(DEPLOY / "checker.yaml", folder)
    return folder


def settings(folder: Path, **env: str) -> Settings:
    return config.load(folder, {"CHECKER_LOCATION": "ams", "CHECKER_STORE": STORE, **env})


def asked() -> set[str]:
    """Every variable that the config names, in what is commented out too."""
    files = [*(ROOT / "config").glob("*.yaml"), DEPLOY / "checker.yaml"]
    return {name for file in files for name in ASKED.findall(file.read_text(encoding="utf-8"))}


def read_as_shipped() -> set[str]:
    """Those that it names where nothing is commented out, but for what each location is given as its own."""
    files = [*(ROOT / "config").glob("*.yaml"), DEPLOY / "checker.yaml"]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    named = {name for line in lines for name in ASKED.findall(line.partition("#")[0])}
    return named - {"CHECKER_LOCATION"}


def filled_in(path: Path) -> dict[str, str]:
    """NAME=value, line by line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
