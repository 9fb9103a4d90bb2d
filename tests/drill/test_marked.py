"""Whatever a drill sends says that it is one, and asks nobody for anything."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.core.model import Duty, Effect
from checker.drill.marked import SAYS, Drilled, marked
from checker.responders.contract import Answer, Attempt, Done
from tests.responders import effects

EACH = [
    effects.page(),
    effects.resolve(),
    effects.room(),
    effects.post(),
    effects.summary(),
    effects.invite(),
    effects.document(),
    effects.effect("change/1", Duty.CHANGE, {"summary": "us-42 closed", "source": "us", "at": 0.0,
                                             "details": {}, "links": []}),
]  # fmt: skip


@pytest.mark.parametrize("effect", EACH, ids=lambda effect: effect.duty)
def test_each_effect_says_so_in_every_title(effect: Effect):
    told = marked(effect).payload
    titles = [
        told[name] for name in ("summary", "title", "topic", "purpose", "why") if name in told
    ]
    titles += [told["notice"]["title"]] if "notice" in told else []
    assert titles
    assert all(title.startswith("DRILL") for title in titles)


def texts(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize(
    "effect",
    [e for e in EACH if e.duty not in (Duty.RESOLVE, Duty.INVITE)],
    ids=lambda effect: effect.duty,
)
def test_what_has_a_text_says_it_there_too(effect: Effect):
    assert SAYS in texts(marked(effect).payload)


def test_nobody_is_asked_for_anything():
    asking = {
        "actions": [{"say": "lead us-42"}],
        "attention": "sync",
        "next": "Take the lead.",
        "next_here": "Press.",
    }
    notice = marked(effects.post(**asking)).payload["notice"]
    assert (notice["actions"], notice["attention"]) == ([], "")
    assert (notice["next"], notice["next_here"]) == ("", "")


def test_the_key_by_which_it_is_found_again_stays():
    assert marked(effects.page()).payload["key"] == effects.KEY
    assert marked(effects.page()).id == effects.page().id


def test_what_is_marked_once_is_not_marked_twice():
    once = marked(effects.resolve())
    assert marked(once).payload == once.payload


class Bell:
    def __init__(self) -> None:
        self.heard: list[Attempt] = []

    async def carry_out(self, attempt: Attempt) -> Answer:
        self.heard.append(attempt)
        return Done({}, "rung")

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_responder_gets_it_marked_and_what_came_of_it_is_noted():
    bell, noted = Bell(), []
    effect = effects.page()
    drilled = Drilled(bell, lambda what, answer: noted.append((what, answer)))
    answer = await drilled.carry_out(effects.first(effect))
    assert bell.heard[0].effect == marked(effect)
    assert noted == [(effect, answer)]
