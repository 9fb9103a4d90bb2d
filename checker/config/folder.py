"""Where the config lies: a folder of YAML files, or one file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from checker.config.problems import ConfigError, Problem
from probes.contract import one_line

SYSTEM = Path("/etc/checker")
SUFFIXES = (".yaml", ".yml")
FILE_MAX = 1024 * 1024  # bytes of one file
FILES_MAX = 100  # in one folder


@dataclass(frozen=True, slots=True)
class File:
    """One config file's bytes, or why there are none. Longer ones are cut one byte past FILE_MAX."""

    name: str  # as shown: the path as it was given, and the file's name
    content: bytes = b""
    refused: str = ""


def find(explicit: Path | None, cwd: Path) -> Path:
    """What `--config` says, else `./config` if there is one, else /etc/checker."""
    if explicit is not None:
        return explicit
    here = cwd / "config"
    return here if here.exists() else SYSTEM


def read(path: Path) -> tuple[File, ...]:
    """The config files at `path`, by name. Raises ConfigError if there are none.

    Only what lies in the folder itself counts: names that begin with a dot do not, as `..data` where Kubernetes
    keeps what its symbolic links point to.
    """
    try:
        return tuple(_read(file) for file in _files(path))
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}", "a readable folder") from None


def digest(path: Path) -> str:
    """The content of the config at `path` as 64 hex digits. Raises ConfigError where `read` does."""
    return digest_of(read(path))


def digest_of(files: Iterable[File]) -> str:
    """SHA-256 over names and contents, each with its length, so that nothing can slide between them."""
    total = hashlib.sha256()
    for file in files:
        for part in (os.fsencode(Path(file.name).name), file.content):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        what = _astray(path) or "there is no such file or folder"
        raise _refused(path, what, "a folder with *.yaml files")
    found = sorted(p for p in path.iterdir() if p.suffix in SUFFIXES and p.name[0] != ".")
    if not found:
        raise _refused(path, "there is no *.yaml file in this folder", "at least checks.yaml")
    if len(found) > FILES_MAX:
        raise _refused(path, f"there are {len(found)} files in this folder", f"at most {FILES_MAX}")
    return found


def _read(path: Path) -> File:
    if not path.is_file():  # a FIFO would be waited for, forever
        return File(str(path), refused=_astray(path) or "not a regular file")
    try:
        with path.open("rb") as stream:
            return File(str(path), stream.read(FILE_MAX + 1))
    except OSError as error:
        return File(str(path), refused=f"cannot be read: {error.strerror}")


def _astray(path: Path) -> str:
    """That it is a link which leads nowhere; empty if it is none."""
    if not path.is_symlink() or path.exists():
        return ""
    return f"a link to {one_line(os.readlink(path))}, where nothing is"


def _refused(path: Path, message: str, expected: str) -> ConfigError:
    return ConfigError([Problem(str(path), 0, 0, message, expected)])
