"""`make audit`: what the linters of security say of the code, the image, the workflows and the dependencies.

    0   all was looked at, and nothing was found
    1   something was found
    75  nothing was found, and something could not be looked at (EX_TEMPFAIL of sysexits.h)

pip-audit says "No known vulnerabilities found" and ends with 0 where it reaches no advisories. So it is asked first
about a version that is known to be vulnerable: if it finds nothing there, it has not looked. What it leaves out of the
real list counts as not looked at, too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-build.lock")  # what is in the image, and what builds it
KNOWN_TO_BE_VULNERABLE = "jinja2==2.11.2"  # CVE-2020-28493
WITHIN_S = 600.0

# ruff's S rules look at the same, line by line, with a reason beside each exception.
BANDIT_SKIPS = {
    "B101": "asserts state invariants, and stay on in production",
    "B105": "sentences about tokens",
    "B311": "jitter",
    "B608": "HogQL that nothing foreign stands in",
}


class State(StrEnum):
    CLEAN = "clean"
    FOUND = "found something"
    UNKNOWN = "NOT CHECKED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one tool says of one thing. `why`: what was found, or why it was not looked at."""

    tool: str
    of: str
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended. `code` None: it could not be run, or not in time."""

    code: int | None
    out: str


Run = Callable[[Sequence[str]], Ended]


def run(command: Sequence[str]) -> Ended:
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ended(None, str(error))
    return Ended(done.returncode, done.stdout + ("" if done.returncode == 0 else done.stderr))


def bandit(tools: Path, run: Run) -> Verdict:
    skips = ",".join(BANDIT_SKIPS)
    told = run([f"{tools}/bandit", "-q", "-r", "probes", "checker", "--skip", skips])
    return _by_code("bandit", "probes, checker", told)


def hadolint(tools: Path, run: Run) -> Verdict:
    return _by_code("hadolint", "Dockerfile", run([f"{tools}/hadolint", "Dockerfile"]))


def zizmor(tools: Path, run: Run, root: Path = ROOT) -> Verdict:
    """Offline: it judges the files; whether an action of somebody else's is known to be bad, it cannot tell."""
    workflows = root / ".github"
    if not workflows.is_dir():
        return Verdict("zizmor", ".github", State.CLEAN, "there are no workflows")
    told = run([f"{tools}/zizmor", "--offline", "--no-progress", str(workflows)])
    return _by_code("zizmor", ".github", told)


def pip_audit(tools: Path, run: Run, folder: Path) -> Iterator[Verdict]:
    """Each lock, once it is sure that advisories are reached at all."""
    canary = folder / "canary.txt"
    canary.write_text(f"{KNOWN_TO_BE_VULNERABLE}\n")
    ask = [f"{tools}/pip-audit", "--format", "json", "--progress-spinner", "off", "--disable-pip"]
    seen = _report(run([*ask, "--no-deps", "-r", str(canary)]))
    if seen is None or not any(one.get("vulns") for one in seen):
        why = f"no advisories are reached: nothing is said against {KNOWN_TO_BE_VULNERABLE}"
        yield from (Verdict("pip-audit", lock, State.UNKNOWN, why) for lock in LOCKS)
        return
    for lock in LOCKS:
        yield _of_lock(lock, _report(run([*ask, "-r", lock])))


def _of_lock(lock: str, report: list[dict] | None) -> Verdict:
    if report is None:
        return Verdict("pip-audit", lock, State.UNKNOWN, "its report cannot be read")
    bad = [f"{one['name']} {v['id']}" for one in report for v in one.get("vulns", ())]
    if bad:
        return Verdict("pip-audit", lock, State.FOUND, ", ".join(bad))
    left_out = [one["name"] for one in report if "skip_reason" in one]
    if left_out or not report:
        why = f"{len(left_out)} of {len(report)} left out: {', '.join(left_out[:5])} …"
        return Verdict("pip-audit", lock, State.UNKNOWN, why)
    return Verdict("pip-audit", lock, State.CLEAN, f"{len(report)} packages")


def _report(told: Ended) -> list[dict] | None:
    """pip-audit's list of dependencies; None if it gave none. It ends with 1 where it found something."""
    if told.code not in (0, 1):
        return None
    start = told.out.find("{")
    try:
        return list(json.JSONDecoder().raw_decode(told.out[start:])[0]["dependencies"])
    except (ValueError, KeyError, TypeError):
        return None


def _by_code(tool: str, of: str, told: Ended) -> Verdict:
    if told.code == 0:
        return Verdict(tool, of, State.CLEAN)
    if told.code is None or told.code in (126, 127):
        return Verdict(tool, of, State.UNKNOWN, told.out.strip()[-500:])
    return Verdict(tool, of, State.FOUND, told.out.strip()[-5000:])


def code_of(verdicts: Sequence[Verdict]) -> int:
    states = {one.state for one in verdicts}
    return 1 if State.FOUND in states else 75 if State.UNKNOWN in states else 0


def main(tools: Path) -> int:
    with TemporaryDirectory() as folder:
        verdicts = [
            bandit(tools, run),
            hadolint(tools, run),
            zizmor(tools, run),
            *pip_audit(tools, run, Path(folder)),
        ]
    for one in verdicts:
        sys.stdout.write(f"{one.tool:10} {one.of:24} {one.state:16} {one.why}\n")
    return code_of(verdicts)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
