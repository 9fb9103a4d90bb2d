"""What customers are told: drafted by the machine, published by a person, put back at the end.

The handbook asks of whoever raised it to update the "status banner on app", the "status page" and "users in
#announcements". Each of these is an outlet: a responder that publishes. For whatever pages somebody a draft is offered
in the room; a person publishes it, or dismisses it; and the config may let an outlet publish by itself. When it
recovers or relapses, what was published is offered anew. Nothing here is in the way of a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from checker.core import incident as life
from checker.core.choices import Action, action
from checker.core.draft import Draft
from checker.core.effects import operation
from checker.core.events import Dismissed, Published
from checker.core.incident import Move
from checker.core.model import Duty, Effect, Incident, PublicWord, Severity, Told
from checker.core.public_words import customers_title, customers_told, over
from checker.core.rules import Policy

TEXT_MAX = 2000  # characters; every outlet cuts to its own limit


class UnknownOutlet(LookupError):
    """Customers cannot be told by that. Nothing was changed."""


def publish(draft: Draft, current: Incident, word: Published) -> None:
    """What a person has published; an empty text means the draft."""
    life.advance(current.phase, Move.PUBLISH)
    held = _held(draft.policy, current, word.outlet)
    _publish(draft, current, held, word.text[:TEXT_MAX] or held.draft, word.by)


def dismiss(draft: Draft, current: Incident, word: Dismissed) -> None:
    """A person says that this outlet need not tell customers. What is published stays."""
    life.advance(current.phase, Move.PUBLISH)
    held = _held(draft.policy, current, word.outlet)
    if held.stands is Told.PUBLISHED:
        draft.enter(current, "customers", f"{word.by}: {word.outlet} stays as it is")
        return
    kept = _with(current, replace(held, stands=Told.DISMISSED, by=word.by))
    draft.say(kept, "customers", f"{word.by}: customers are not told by {word.outlet}")


def offer(draft: Draft, current: Incident) -> None:
    """Drafts for what customers should know now; published at once where the config says so."""
    outlets = draft.policy.routes.get(Duty.PUBLISH, ())
    if not outlets or not (current.public or current.severity >= Severity.MAJOR):
        return
    if current.public != (renewed := _renewed(draft.policy, current)).public:
        current = draft.keep(renewed)
    fresh = [word for name in outlets if (word := _due(draft.policy, current, name))]
    offered: list[PublicWord] = []
    for word in fresh:
        current = draft.keep(_with(current, word))
        if not _may_by_itself(draft.policy, current, word):
            offered.append(word)
    for word in [w for w in current.public if _may_by_itself(draft.policy, current, w)]:
        current = _publish(draft, current, word, word.draft, draft.policy.deployment)
    if offered:
        _ask(draft, current, offered)


def put_back(draft: Draft, current: Incident) -> None:
    """It has ended: customers who were told of it are told that it is over."""
    told = [word for word in current.public if word.stands is Told.PUBLISHED]
    if not told:
        return
    payload = {
        "key": _key(draft.policy, current),
        "target": current.target,
        "title": customers_title(draft.policy, current, is_over=True),
        "text": over(draft.policy, current),
    }
    for word in told:
        current = replace(_with(current, replace(word, stands=Told.WITHDRAWN)))
        current = _tell(draft, current, Duty.WITHDRAW, word.outlet, payload)
    draft.keep(current)


def _due(policy: Policy, current: Incident, outlet: str) -> PublicWord | None:
    """The outlet's word with a new draft, if it needs one."""
    text = customers_told(policy, current)
    held = next((word for word in current.public if word.outlet == outlet), None)
    if held is None:
        is_new = life.is_open(current) and current.severity >= Severity.MAJOR
        return PublicWord(outlet, text, current.phase) if is_new else None
    if held.stands is Told.PUBLISHED and held.about is not current.phase:
        return replace(held, draft=text, about=current.phase)
    return None


def _renewed(policy: Policy, current: Incident) -> Incident:
    """The incident with drafts that say what is so now: whoever publishes late must not tell old news."""
    text = customers_told(policy, current)
    return replace(
        current,
        public=tuple(
            replace(word, draft=text) if word.stands is Told.DRAFTED else word
            for word in current.public
        ),
    )


def _may_by_itself(policy: Policy, current: Incident, word: PublicWord) -> bool:
    least = policy.auto.get(word.outlet)
    if least is None or current.severity < least or word.draft == word.text:
        return False
    ours = word.stands is Told.PUBLISHED and word.by == policy.deployment
    return ours or word.stands is Told.DRAFTED


def _publish(draft: Draft, current: Incident, held: PublicWord, text: str, by: str) -> Incident:
    word = replace(held, stands=Told.PUBLISHED, text=text, draft=text, by=by)
    payload = {
        "key": _key(draft.policy, current),
        "target": current.target,
        "severity": current.severity.word,
        "since": current.since,
        "title": customers_title(draft.policy, current, is_over=not life.is_open(current)),
        "text": text,
    }
    told = _tell(draft, _with(current, word), Duty.PUBLISH, word.outlet, payload)
    return draft.say(told, "customers", f"{by} tells customers by {word.outlet}: “{text}”")


def _tell(
    draft: Draft, current: Incident, duty: Duty, outlet: str, payload: dict[str, Any]
) -> Incident:
    told = replace(current, tellings=current.tellings + 1)
    id_ = operation(told, duty, str(told.tellings), outlet)
    draft.effects.append(Effect(id_, told.id, outlet, duty, draft.at, payload))
    return told


def _ask(draft: Draft, current: Incident, offered: list[PublicWord]) -> None:
    draft.offer(
        current,
        f"{current.id}: may customers be told?",
        [(word.outlet, word.draft) for word in offered],
        [action for word in offered for action in _choices(current, word)],
    )


def _choices(current: Incident, word: PublicWord) -> Iterator[Action]:
    publishing = f"publish {current.id} {word.outlet}"
    yield action(publishing, f"Publish on {word.outlet}", style="primary")
    yield action(publishing, "Edit first", form="text", text=word.draft)
    if word.stands is Told.DRAFTED:
        yield action(f"dismiss {current.id} {word.outlet}", "Not needed")


def _held(policy: Policy, current: Incident, outlet: str) -> PublicWord:
    outlets = policy.routes.get(Duty.PUBLISH, ())
    if outlet not in outlets:
        known = ", ".join(outlets) or "none is configured"
        raise UnknownOutlet(f"customers cannot be told by {outlet!r}; outlets: {known}")
    held = next((word for word in current.public if word.outlet == outlet), None)
    return held or PublicWord(outlet, customers_told(policy, current), current.phase)


def _with(current: Incident, word: PublicWord) -> Incident:
    """The incident with that word in its outlet's place."""
    others = [w for w in current.public if w.outlet != word.outlet]
    before = [w.outlet for w in current.public]
    place = before.index(word.outlet) if word.outlet in before else len(others)
    return replace(current, public=(*others[:place], word, *others[place:]))


def _key(policy: Policy, current: Incident) -> str:
    return f"{policy.namespace}/{current.id}"
