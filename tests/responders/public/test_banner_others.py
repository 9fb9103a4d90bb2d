"""Others use the banner's flag too, and answers are lost: what is not ours is left alone, what was there is put back."""

from __future__ import annotations

import json

from checker.responders.contract import Done, Later, Never
from tests.responders.effects import AT, again, first, publish, withdraw
from tests.responders.public.saying import BEFORE, SAID, WORDS, done, published
from tests.world.faults import drop, status, throttle


async def test_what_somebody_else_has_published_since_is_not_edited(banner, flag):
    receipt = (await published(banner)).receipt
    flag.set(payloads={"true": json.dumps("Ada's own words.")})
    answer = await banner.carry_out(first(publish(2, text="More."), publish=receipt))
    assert answer == Never(
        "the banner is left alone: somebody has changed it; it says “Ada's own words.”"
    )
    assert flag.shows() == "Ada's own words."


async def test_what_somebody_else_has_published_since_stays_at_the_end(banner, flag):
    receipt = (await published(banner)).receipt
    flag.set(payloads={"true": json.dumps("Ada's own words.")})
    answer = await done(banner, first(withdraw(), publish=receipt))
    assert answer == Done(
        {"at": AT}, "the banner is left alone: somebody has changed it; it says “Ada's own words.”"
    )
    assert flag.shows() == "Ada's own words."


async def test_a_banner_that_somebody_switched_off_stays_off(banner, flag):
    receipt = (await published(banner)).receipt
    flag.set(active=False)
    answer = await banner.carry_out(first(publish(2, text="More."), publish=receipt))
    assert answer == Never("the banner is left alone: somebody has changed it; it is off")
    note = (await done(banner, first(withdraw(), publish=receipt))).note
    assert note == "the banner is as it was before: it is off"
    assert len(flag.changes) == 1


async def test_two_incidents_do_not_take_the_banner_from_each_other(banner, flag):
    await published(banner)
    theirs = publish(key="checker/eu-7", target="eu", text="The EU is down too.")
    answer = await banner.carry_out(first(theirs))
    assert answer == Never("the banner speaks for us-42: have it say both there")
    assert flag.shows() == WORDS


async def test_the_banner_is_free_again_when_the_other_incident_is_over(banner, flag):
    receipt = (await published(banner)).receipt
    await done(banner, first(withdraw(), publish=receipt))
    await published(banner, key="checker/eu-7", text="The EU is down.")
    assert flag.shows() == "The EU is down."


async def test_the_end_of_what_was_never_published_changes_nothing(banner, flag):
    answer = await done(banner, first(withdraw()))
    assert answer == Done({"at": AT}, "the banner: nothing of ours is up")
    assert flag.changes == []


async def test_what_is_published_after_the_end_is_published_anew(banner, flag):
    receipt = (await published(banner)).receipt
    ended = (await done(banner, first(withdraw(), publish=receipt))).receipt
    later = first(publish(2), publish=receipt, withdraw={**ended, "at": AT + 60})
    assert (await done(banner, later)).receipt["before"]["active"] is False
    assert flag.shows() == WORDS


# ── a change in between, and lost answers ──


async def test_a_flag_that_was_changed_while_we_read_it_is_read_again(banner, flag):
    flag.meddling = 1
    answer = await published(banner)
    assert answer.receipt["before"]["payload"] == json.dumps("Somebody else's 0.")
    assert flag.shows() == WORDS


async def test_a_flag_that_others_change_all_the_while_is_left_for_later(banner, flag):
    flag.meddling = 99
    answer = await banner.carry_out(first(publish()))
    assert answer == Later("the banner is being changed by others all the while")
    assert flag.changes == []


async def test_a_lost_answer_does_not_cost_what_was_there_before(cloud, banner, flag):
    await cloud.hurt("banner-write", drop(), times=1)
    lost = await banner.carry_out(first(publish()))
    assert isinstance(lost, Later)
    assert lost.unsure
    assert flag.shows() == WORDS
    answer = await done(banner, again(publish()))
    assert answer.receipt["before"] == {"active": False, "payload": BEFORE}
    assert len(flag.changes) == 1


async def test_an_edit_whose_answer_was_lost_is_ours_whether_it_arrived_or_not(cloud, banner, flag):
    old = (await published(banner)).receipt
    edit = publish(2, text="More.")
    for fault in (drop(), status(503)):
        await cloud.hurt("banner-write", fault, times=1)
        assert isinstance(await banner.carry_out(first(edit, old=old)), Later)
        answer = await done(banner, again(edit, old=old))
        assert answer.receipt["before"] == old["before"]
        assert flag.shows() == "More."
        edit = publish(3, text="More.")
        flag.flag["filters"]["payloads"]["true"] = json.dumps(WORDS)


async def test_after_a_crash_what_was_there_before_is_not_known_and_it_is_switched_off(make, flag):
    await published(make())
    answer = await done(make(), again(publish()))
    assert answer.receipt["before"] is None
    note = (await done(make(), first(withdraw(), publish=answer.receipt))).note
    assert note == "the banner is off; what was there before, its history at PostHog shows"
    assert flag.shows() is None


async def test_an_end_whose_answer_was_lost_is_not_taken_for_somebody_elses(cloud, banner, flag):
    receipt = (await published(banner)).receipt
    await cloud.hurt("banner-write", drop(), times=1)
    assert isinstance(await banner.carry_out(first(withdraw(), publish=receipt)), Later)
    answer = await done(banner, again(withdraw(), publish=receipt))
    assert answer.note == "the banner is as it was before: it is off"


async def test_a_change_that_was_surely_not_made_is_begun_anew(cloud, banner, flag):
    await cloud.hurt("banner-write", throttle(7), times=1)
    assert await banner.carry_out(first(publish())) == Later("PostHog asks us to wait", 7)
    flag.set(payloads={"true": json.dumps("Ada's own words.")})
    receipt = (await published(banner)).receipt
    assert receipt["before"]["payload"] == json.dumps("Ada's own words.")


async def test_what_somebody_must_approve_first_is_put_back_all_the_same(banner, flag):
    flag.wants_approval = True
    answer = await banner.carry_out(first(publish()))
    assert answer == Later(
        "PostHog wants somebody to approve the change of the banner: do it there", 300, unsure=True
    )
    flag.take({"active": True, "filters": {**flag.flag["filters"], "payloads": {"true": SAID}}})
    receipt = (await done(banner, again(publish()))).receipt
    flag.wants_approval = False
    await done(banner, first(withdraw(), publish=receipt))
    assert (flag.shows(), flag.flag["filters"]["payloads"]["true"]) == (None, BEFORE)
