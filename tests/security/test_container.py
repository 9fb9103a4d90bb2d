"""The image, and the daemon as it runs in one: somebody without rights, on a root that cannot be written to.

tests/deploy holds what Compose and Kubernetes add to that.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.world.daemon import Process, until
from tests.world.world import World

ROOT = Path(__file__).parents[2]
LINES = [
    " ".join(part.split())
    for part in re.sub(r"\\\n", "", (ROOT / "Dockerfile").read_text()).splitlines()
    if part.strip() and not part.lstrip().startswith("#")
]
LAST_STAGE = LINES[max(n for n, line in enumerate(LINES) if line.startswith("FROM ")) :]
TOOLS = ("unshare", "setpriv", "mount")


def said(word: str) -> list[str]:
    """What stands behind an instruction in the stage that runs."""
    return [line.removeprefix(f"{word} ") for line in LAST_STAGE if line.startswith(f"{word} ")]


def test_it_runs_as_somebody_who_has_no_name_and_no_rights():
    """As a number, so that `runAsNonRoot` can tell; and nothing after it takes that back."""
    assert said("USER") == ["10001:10001"]
    after = LAST_STAGE[LAST_STAGE.index("USER 10001:10001") :]
    assert not [line for line in after if line.startswith(("RUN", "COPY", "ADD"))]


def test_only_one_place_is_written_to():
    assert said("VOLUME") == ["/var/lib/checker"]


def test_nothing_is_fetched_but_what_the_locks_name():
    assert not [line for line in LINES if line.startswith("ADD ")]
    installs = [line for line in LINES for line in line.split("&&") if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert not [line for line in LINES if re.search(r"\b(curl|wget|git clone)\b", line)]


def test_no_secret_is_baked_in():
    named = [line for line in LINES if line.startswith(("ARG ", "ENV "))]
    assert not [line for line in named if re.search(r"(?i)token|secret|passw|_key", line)]
    assert (ROOT / ".dockerignore").read_text().split()[0] == "*"  # all that is not named


def test_no_shell_stands_between_it_and_its_signals():
    for word in ("ENTRYPOINT", "CMD"):
        assert [isinstance(json.loads(text), list) for text in said(word)] == [True]


# ── as it runs there ──────────────────────────────────────────────────────────────────────────


def wrapped(writable: Path) -> list[str]:
    """A command that runs what follows it as the image would: nobody, a read-only root, no capabilities."""
    script = (
        f"mount -t tmpfs -o size=64m,mode=0777 tmpfs {writable} && mount -o remount,ro,bind / && "
        "exec setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "
        '--bounding-set=-all --inh-caps=-all --ambient-caps=-all "$@"'
    )
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]


def can_wrap() -> bool:
    """Whether this machine lets us: root, and the tools are there."""
    if os.geteuid() != 0 or not all(map(shutil.which, TOOLS)):
        return False
    tried = subprocess.run([*wrapped(Path("/mnt")), "true"], check=False, capture_output=True)
    return tried.returncode == 0


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that anybody may read: pytest's own are for its user alone."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.timeout(90)
@pytest.mark.skipif(not can_wrap(), reason="needs root, unshare and setpriv")
async def test_it_runs_and_pages_with_no_rights_on_a_root_that_cannot_be_written_to(place: Path):
    writable = place / "state"
    writable.mkdir()
    async with World() as world:
        config = world.config(place / "config", store=f"sqlite:///{writable}/checker.db")
        daemon = Process(config, [*wrapped(writable), sys.executable, "-B", "-m", "checker"])
        try:
            await daemon.start()
            rights = status_of(daemon.pid)
            assert rights["Uid"].split() == ["65534"] * 4
            assert (rights["NoNewPrivs"], int(rights["CapEff"], 16)) == ("1", 0)
            assert int(rights["CapBnd"], 16) == 0
            await world.us.app.door.shut()
            await until(lambda: bool(world.pagerduty.rings), 30, "the page")
            assert await daemon.stop() == 0
        finally:
            await daemon.kill()
    assert list(writable.iterdir()) == []  # what it wrote went with its own mount


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
