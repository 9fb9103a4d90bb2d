"""One insight of our own, that is saved, read back and deleted: what a customer does, and no litter.

A deleted insight is brought back by a PATCH, so one object serves for ever. PostHog's own tests once
left theirs in production for months, and that became an outage of four days.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from probes.contract import Io, Reason, Target, Verdict
from probes.wire.exchange import Exchange, Failure, Request
from probes.wire.refusals import ours, status_in_words

NAME = "posthog-checker canary"  # how our insight's name begins; others called so are leftovers
LEFTOVERS_MAX = 10  # that are deleted in one look


def request(
    target: Target, method: str, path: str, body: Mapping[str, Any] | None = None
) -> Request:
    """One to the private API of our project. The key goes to the app's own origin, and nowhere else."""
    assert target.project_id is not None, "without a project the check is off"
    assert target.personal_key is not None, "without a personal key the check is off"
    return Request(
        f"{target.app_origin}/api/projects/{quote(target.project_id, safe='')}/{path}",
        method,
        {
            "Authorization": f"Bearer {target.personal_key.get_secret_value()}",
            "Content-Type": "application/json",
        },
        None if body is None else json.dumps(body).encode(),
    )


class Project:
    """The private API of our project, for one look."""

    def __init__(self, io: Io) -> None:
        assert io.target is not None, "config gives every check of insights a target"
        self._fetch, self._target = io.fetch, io.target

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Exchange:
        return await self._fetch(request(self._target, method, path, body))


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: our insight's id, for the next time, and what went wrong."""

    insight: int | None = None
    problem: Failure | None = None


async def save(project: Project, insight: int | None, content: Mapping[str, Any]) -> Saved:
    """Write our one insight, read it back, and delete it, whatever went wrong before."""
    saved = Saved(insight) if insight is not None else await _adopt(project)
    if saved.problem is None:
        saved = await _write(project, saved.insight, content)
    if saved.insight is None:
        return saved
    path = f"insights/{saved.insight}/"
    problem = saved.problem
    if problem is None:
        problem = read_back(await project.ask("GET", path), content["name"])
    # Never by DELETE, which is not allowed: a deleted insight can be brought back by a PATCH.
    deleted = await project.ask("PATCH", path, {"deleted": True})
    return replace(saved, problem=problem or unsaved("deleting it", deleted))


async def _write(project: Project, insight: int | None, content: Mapping[str, Any]) -> Saved:
    """Bring back what we have deleted, or make it if it is gone."""
    if insight is not None:
        path = f"insights/{insight}/"
        answer = await project.ask("PATCH", path, {**content, "deleted": False})
        if answer.status != 404:
            return Saved(insight, unsaved("bringing it back", answer))
    answer = await project.ask("POST", "insights/", content)
    made = _id(answer.json().value)
    problem = unsaved("creating it", answer, 201)
    if problem is None and made is None:
        problem = Failure(Reason.SAVE, "creating it: no id in the answer")
    return Saved(made, problem)


async def _adopt(project: Project) -> Saved:
    """What a crash has left behind: the first is ours from now on, the others are deleted."""
    search = f"insights/?search={quote(NAME)}&basic=true&limit=100"
    listed = await project.ask("GET", search)
    problem = unsaved("looking for leftovers", listed)
    if problem is not None:
        return Saved(problem=problem)
    found = leftovers(listed.json().value)
    for insight in found[1 : 1 + LEFTOVERS_MAX]:
        await project.ask("PATCH", f"insights/{insight}/", {"deleted": True})
    return Saved(found[0] if found else None)


def leftovers(body: Any) -> list[int]:
    """The ids of insights in a list that are called as ours are."""
    listed = body.get("results") if isinstance(body, dict) else None
    ids = [_id(row) for row in listed if _is_named(row)] if isinstance(listed, list) else []
    return [found for found in ids if found is not None]


def read_back(answer: Exchange, name: str) -> Failure | None:
    """What is wrong with the insight that was read, if anything."""
    problem = unsaved("reading it back", answer)
    body = answer.json().value
    if problem is None and (not isinstance(body, dict) or body.get("name") != name):
        return Failure(Reason.SAVE, "it reads back as something else")
    return problem


def unsaved(doing: str, answer: Exchange, wanted: int = 200) -> Failure | None:
    """What an answer says against a save. What is ours keeps its reason."""
    if answer.failure is not None:
        own = answer.failure.verdict is Verdict.INCONCLUSIVE
        return answer.failure if own else Failure(Reason.SAVE, f"{doing}: {answer.failure.reason}")
    if answer.status == wanted:
        return None
    refusal = ours(answer) if answer.status != 404 else None
    return refusal or Failure(Reason.SAVE, f"{doing}: {status_in_words(answer)}")


def _id(row: Any) -> int | None:
    found = row.get("id") if isinstance(row, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _is_named(row: Any) -> bool:
    name = row.get("name") if isinstance(row, dict) else None
    return isinstance(name, str) and name.startswith(NAME)
