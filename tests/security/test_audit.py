"""`make audit` calls nothing clean that it has not looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.security.audit import (
    LOCKS,
    Ended,
    State,
    Verdict,
    bandit,
    code_of,
    hadolint,
    pip_audit,
    zizmor,
)

TOOLS = Path("bin")
BAD = {"name": "jinja2", "version": "2.11.2", "vulns": [{"id": "PYSEC-2021-66"}]}
GOOD = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
LEFT_OUT = {"name": "yarl", "skip_reason": "Dependency not found on PyPI"}


def answering(canary: Ended, lock: Ended):
    """pip-audit, when it is asked about the canary and about a lock."""

    def run(command: Sequence[str]) -> Ended:
        return canary if "--no-deps" in command else lock

    return run


def said(*dependencies: dict, code: int = 0) -> Ended:
    return Ended(code, json.dumps({"dependencies": dependencies, "fixes": []}))


def verdicts(folder: Path, canary: Ended, lock: Ended) -> list[Verdict]:
    return list(pip_audit(TOOLS, answering(canary, lock), folder))


def test_dependencies_without_an_advisory_are_clean(tmp_path: Path):
    found = verdicts(tmp_path, said(BAD, code=1), said(GOOD))
    assert [(one.of, one.state) for one in found] == [(lock, State.CLEAN) for lock in LOCKS]
    assert code_of(found) == 0


def test_an_advisory_is_named(tmp_path: Path):
    found = verdicts(tmp_path, said(BAD, code=1), said(GOOD, BAD, code=1))
    assert [(one.state, one.why) for one in found] == [
        (State.FOUND, "jinja2 PYSEC-2021-66") for _ in LOCKS
    ]
    assert code_of(found) == 1


@pytest.mark.parametrize(
    "canary",
    [
        said({**BAD, "vulns": []}),
        said(LEFT_OUT),
        said(),
        Ended(0, "No known vulnerabilities found"),
        Ended(1, "Traceback …"),
        Ended(2, ""),
        Ended(None, "timed out"),
    ],
)
def test_where_no_advisories_are_reached_nothing_is_called_clean(tmp_path: Path, canary: Ended):
    found = verdicts(tmp_path, canary, said(GOOD))
    assert {one.state for one in found} == {State.UNKNOWN}
    assert code_of(found) == 75


@pytest.mark.parametrize("lock", [said(GOOD, LEFT_OUT), said(), Ended(0, ""), Ended(2, "")])
def test_what_was_left_out_was_not_looked_at(tmp_path: Path, lock: Ended):
    found = verdicts(tmp_path, said(BAD, code=1), lock)
    assert {one.state for one in found} == {State.UNKNOWN}
    assert code_of(found) == 75


def test_a_tool_that_is_not_there_has_not_looked():
    for tool in (bandit, hadolint):
        told = tool(TOOLS, lambda _: Ended(None, "No such file or directory: 'bin/x'"))
        assert told.state is State.UNKNOWN
        assert code_of([told]) == 75


@pytest.mark.parametrize(("code", "state"), [(0, State.CLEAN), (1, State.FOUND), (2, State.FOUND)])
def test_linters_are_believed_by_their_exit_code(code: int, state: State):
    assert bandit(TOOLS, lambda _: Ended(code, "what it says")).state is state
    assert hadolint(TOOLS, lambda _: Ended(code, "what it says")).state is state


def test_workflows_are_looked_at_where_there_are_any(tmp_path: Path):
    def run(_: Sequence[str]) -> Ended:
        return Ended(14, "pull_request_target is almost always used insecurely")

    assert zizmor(TOOLS, run, tmp_path).why == "there are no workflows"
    (tmp_path / ".github").mkdir()
    assert zizmor(TOOLS, run, tmp_path).state is State.FOUND


def test_what_was_found_outweighs_what_was_not_looked_at():
    one, other = Verdict("a", "b", State.UNKNOWN), Verdict("c", "d", State.FOUND)
    assert code_of([one, other]) == code_of([other, one]) == 1
