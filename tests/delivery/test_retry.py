"""Tried again until it is settled: when, how often, and with what doubt."""

from __future__ import annotations

import pytest

from checker.core.model import Duty
from checker.delivery import Failure
from checker.responders.contract import Later, Never
from tests.delivery.hands import Held, Scripted, Stage, calm, effect

PAGE = "us-1/page/1@pager"


async def test_a_try_that_failed_is_made_again_after_a_wait():
    pager = Scripted(Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE))
        assert stage.time.waits() == [0.5]
        await stage.time.move(0.5)
    assert pager.asked == [PAGE, PAGE]
    assert stage.book.of("confirmed") == [PAGE]


async def test_waits_double_up_to_a_minute_and_tries_never_end():
    waits = []
    async with Stage(pager=Scripted(*[Later("503")] * 100)) as stage:
        await stage.put(effect(PAGE))
        for _ in range(100):
            waits += stage.time.waits()
            await stage.time.move(60)
    assert waits[:8] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]  # jitter is one half
    assert waits[8:] == [30.0] * 92
    assert stage.book.of("confirmed") == [PAGE]


async def test_the_wait_is_spread_over_all_of_its_range():
    waits = []
    for jitter in (0.125, 0.875):
        async with Stage(jitter=jitter, pager=Scripted(Later("503"))) as stage:
            await stage.put(effect(PAGE))
            waits += stage.time.waits()
    assert waits == [0.125, 0.875]


async def test_a_success_sets_the_wait_back():
    pager = Scripted(Later("503"), Later("503"))
    async with Stage(pager=pager) as stage:
        ends = (effect(f"us-1/resolve/{n}@pager") for n in (1, 2))
        await stage.put(effect(PAGE), *ends)
        await stage.time.move(0.5)
        pager.script.extend([Later("503")])
        await stage.time.move(1.0)
        assert stage.book.of("confirmed") == []
        pager.script.clear()
        await stage.time.move(2.0)
        assert len(stage.book.of("confirmed")) == 3
        pager.script.append(Later("503"))
        await stage.put(effect("us-1/page/4@pager"))
        assert stage.time.waits() == [0.5]


@pytest.mark.parametrize(
    ("name", "asked", "waits"),
    [
        ("us-1/post/1@pager", 30.0, 30.0),
        ("us-1/post/1@pager", 0.1, 0.5),
        ("us-1/post/1@pager", 86_400.0, 900.0),
        ("us-1/page/1@pager", 30.0, 30.0),
        ("us-1/page/1@pager", 86_400.0, 60.0),
    ],
)
async def test_a_wait_that_was_asked_for_is_kept_within_reason(name, asked, waits):
    async with Stage(pager=Scripted(Later("429", after_s=asked))) as stage:
        await stage.put(effect(name))
        assert stage.time.waits() == [waits]


async def test_a_postponed_try_is_marked_with_when_and_why():
    async with Stage(pager=Scripted(Later("429", after_s=30.0))) as stage:
        await stage.put(effect(PAGE))
    assert stage.book.made[-1] == ("postponed", PAGE, 1030.0, "429", False)


async def test_doubt_stays_until_the_effect_is_settled():
    pager = Scripted(Later("lost", unsure=True), Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE))
        await stage.time.move(60)
        await stage.time.move(60)
    assert [attempt.unsure for attempt in pager.attempts] == [False, True, True]
    assert [made[4] for made in stage.book.made if made[0] == "postponed"] == [True, True]


async def test_every_try_knows_when_the_first_one_was():
    pager = Scripted(Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE))
        await stage.time.move(60)
    assert [attempt.first_tried_at for attempt in pager.attempts] == [1000.0, 1000.0]


async def test_a_responder_that_hangs_is_cut_off_and_its_try_is_unsure():
    pager = Held()
    async with Stage(attempt_s=1e-9, pager=pager) as stage:
        await stage.put(effect(PAGE))
        figures = stage.delivery.figures()
    assert figures.failures == {("pager", Failure.TIMEOUT): 1}
    assert stage.book.made[-1][0] == "postponed"
    assert stage.book.made[-1][4]  # unsure


async def test_a_responder_that_breaks_is_tried_again_unsure_and_its_words_go_nowhere(capsys):
    pager = Scripted(ValueError("https://hooks.example/secret"), ValueError("secret"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE))
        await stage.time.move(60)
        await stage.time.move(60)
        figures = stage.delivery.figures()
    assert stage.book.of("confirmed") == [PAGE]
    assert pager.attempts[1].unsure
    assert figures.failures == {("pager", Failure.FAULT): 2}
    assert "secret" not in str(stage.book.made)
    log = "".join(capsys.readouterr())
    assert "secret" not in log
    assert log.count("ValueError") == 1  # once for each kind


async def test_an_answer_that_is_none_is_a_fault_of_the_responder():
    async with Stage(pager=Scripted(None)) as stage:
        await stage.put(effect(PAGE))
        await stage.time.move(60)
        assert stage.delivery.figures().failures == {("pager", Failure.FAULT): 1}
    assert stage.book.of("confirmed") == [PAGE]


async def test_tries_and_failures_are_counted_by_kind():
    answers = [
        Later("429", after_s=1.0),
        Later("lost", unsure=True),
        Later("503"),
        Never("bad key"),
    ]
    async with Stage(pager=Scripted(*answers)) as stage:
        await stage.put(effect(PAGE))
        for _ in answers:
            await stage.time.move(60)
        figures = stage.delivery.figures()
    assert figures.attempts == {("pager", Duty.PAGE): 4}
    assert figures.failures == {
        ("pager", Failure.THROTTLED): 1,
        ("pager", Failure.UNSURE): 1,
        ("pager", Failure.RETRY): 1,
        ("pager", Failure.REFUSED): 1,
    }


async def test_what_is_pending_and_since_when_is_known_while_it_is_being_tried():
    async with Stage(pager=Held(), chat=Scripted()) as stage:
        await stage.put(effect(PAGE), effect("us-1/resolve/1@pager", at=995.0))
        stage.time.now = 1050.0
        figures = stage.delivery.figures()
    assert figures.pending == {"pager": 2, "chat": 0}
    assert figures.oldest_s == {"pager": 60.0, "chat": 0.0}


async def test_a_mended_responder_is_tried_at_once_after_a_reload():
    chat, mended = Scripted(Later("token revoked", after_s=900.0)), Scripted()
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/room/1@chat"))
        stage.delivery.use({"chat": mended})
        await calm()
    assert mended.asked == ["us-1/room/1@chat"]


async def test_a_reload_that_leaves_a_responder_as_it_is_leaves_its_wait_too():
    chat = Scripted(Later("429", after_s=900.0))
    async with Stage(chat=chat) as stage:
        await stage.put(effect("us-1/room/1@chat"))
        stage.delivery.use({"chat": chat, "pager": Scripted()})
        await calm()
        assert stage.time.waits() == [900.0]
    assert len(chat.asked) == 1


async def test_effects_wait_for_a_responder_that_is_not_configured_until_it_is():
    async with Stage() as stage:
        await stage.put(effect(PAGE))
        assert stage.delivery.figures().stranded == 1
        pager = Scripted()
        stage.delivery.use({"pager": pager})
        await calm()
        assert stage.delivery.figures().stranded == 0
    assert pager.asked == [PAGE]


async def test_effects_wait_for_a_responder_that_a_reload_took_away():
    pager = Scripted(Later("503"))
    async with Stage(pager=pager) as stage:
        await stage.put(effect(PAGE))
        stage.delivery.use({})
        await stage.time.move(60)
        assert stage.delivery.figures().stranded == 1
        stage.delivery.use({"pager": pager})
        await calm()
    assert pager.asked == [PAGE, PAGE]
