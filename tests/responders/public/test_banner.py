"""The banner, at a PostHog that keeps its own rules about flags; what people read is asked of it, not of us."""

from __future__ import annotations

import json

import pytest

from checker.responders.contract import Done, Never
from tests.responders.effects import AT, first, publish, withdraw
from tests.responders.public.saying import BEFORE, SAID, WORDS, done, published
from tests.world.posthog_flag_api import EVERYBODY


async def test_what_is_published_is_what_customers_read(banner, flag):
    answer = await published(banner)
    assert flag.shows() == WORDS
    assert answer == Done(
        {
            "at": AT,
            "before": {"active": False, "payload": BEFORE},
            "said": {"active": True, "payload": SAID},
        },
        "customers see the banner",
    )


async def test_the_end_puts_back_what_was_there_before(banner, flag):
    whole = {"active": flag.flag["active"], "filters": flag.flag["filters"]}
    receipt = (await published(banner)).receipt
    answer = await done(banner, first(withdraw(), publish=receipt))
    assert {"active": flag.flag["active"], "filters": flag.flag["filters"]} == whole
    assert answer == Done({"at": AT}, "the banner is as it was before: it is off")


async def test_a_banner_of_somebody_else_is_up_again_at_the_end(banner, flag):
    flag.set(active=True, payloads={"true": json.dumps("Maintenance on Sunday.")})
    receipt = (await published(banner)).receipt
    assert flag.shows() == WORDS
    answer = await done(banner, first(withdraw(), publish=receipt))
    assert flag.shows() == "Maintenance on Sunday."
    assert answer.note == "the banner is as it was before: it says “Maintenance on Sunday.”"


async def test_words_published_again_replace_the_first_and_what_was_before_is_remembered(
    banner, flag
):
    old = (await published(banner)).receipt
    new = (await done(banner, first(publish(2, text="Half of it is back."), old=old))).receipt
    assert flag.shows() == "Half of it is back."
    assert new["before"] == old["before"]
    await done(banner, first(withdraw(), old=old, new={**new, "at": AT + 60}))
    assert flag.shows() is None


async def test_all_else_in_the_filters_is_said_again_as_it_is(banner, flag):
    groups = [{"properties": [{"key": "email", "value": "x"}], "rollout_percentage": 50}]
    flag.set(groups=groups, super_groups=[1], aggregation_group_type_index=3)
    await published(banner)
    (change,) = flag.changes
    assert change["filters"] == {
        "groups": groups,
        "super_groups": [1],
        "aggregation_group_type_index": 3,
        "multivariate": None,
        "payloads": {"true": SAID},
    }


async def test_a_change_says_what_it_was_made_from(banner, flag):
    before = {"active": flag.flag["active"], "filters": flag.flag["filters"]}
    await published(banner)
    (change,) = flag.changes
    assert (change["version"], change["original_flag"]) == (7, before)


async def test_an_older_posthog_without_versions_is_changed_all_the_same(banner, flag):
    flag.versioned = False
    await published(banner)
    assert flag.shows() == WORDS
    assert set(flag.changes[0]) == {"active", "filters"}


async def test_links_stay_links_and_nothing_is_loaded_from_elsewhere(banner, flag):
    text = "Down. ![](https://x.example/t.gif)\n<img src=x> [More](https://status.posthog.com/)"
    await published(banner, text=text)
    assert flag.shows() == (
        r"Down. \![](https://x.example/t.gif) &lt;img src=x> [More](https://status.posthog.com/)"
    )


async def test_long_words_are_cut_to_what_a_bar_can_hold(banner, flag):
    await published(banner, text="é" * 5000)
    assert flag.shows() == "é" * 499 + "…"


async def test_without_a_text_the_title_is_said(banner, flag):
    await published(banner, text="")
    assert flag.shows() == "PostHog Cloud US is down"


async def test_a_target_that_the_config_leaves_out_is_not_spoken_of(make, flag):
    banner = make(targets=["eu"])
    answer = await published(banner)
    assert answer == Done({}, "the banner: not for us")
    assert (flag.shows(), flag.changes) == (None, [])
    assert await done(banner, first(withdraw(), publish=answer.receipt)) == answer
    await published(banner, target="eu")
    assert flag.shows() == WORDS


# ── other ways to hold the words ──


async def test_in_an_old_app_the_words_are_the_key_of_the_one_variant(make, flag):
    variants = [{"key": "a", "rollout_percentage": 30}, {"key": "b", "rollout_percentage": 70}]
    flag.set(multivariate={"variants": variants}, payloads={"a": "1"})
    before = flag.flag["filters"]
    banner = make(mode="variant")
    receipt = (await published(banner, text="We are working on it")).receipt
    assert flag.flag["filters"]["multivariate"]["variants"] == [
        {"key": "We_are_working_on_it", "name": "", "rollout_percentage": 100}
    ]
    assert flag.shows() == "We are working on it"
    await done(banner, first(withdraw(), publish=receipt))
    assert (flag.shows(), flag.flag["filters"]) == (None, before)


async def test_a_banner_that_is_only_switched_keeps_its_own_words(make, flag):
    banner = make(mode="toggle")
    answer = await published(banner)
    assert flag.shows() == "Welcome to the new app."
    assert answer.note == "customers see the banner (switched on, with the app's own words)"
    assert "filters" not in flag.changes[0]
    await done(banner, first(withdraw(), publish=answer.receipt))
    assert flag.shows() is None


async def test_a_banner_that_was_on_before_is_on_after(make, flag):
    flag.set(active=True)
    banner = make(mode="toggle")
    receipt = (await published(banner)).receipt
    await done(banner, first(withdraw(), publish=receipt))
    assert flag.flag["active"]
    assert flag.changes == []


@pytest.mark.parametrize(
    ("mode", "spoilt", "why"),
    [
        ("payload", {"deleted": True}, "it is deleted"),
        ("payload", {"has_encrypted_payloads": True}, "its payload is encrypted"),
        ("payload", {"filters": {"multivariate": {"variants": [{"key": "a"}]}}}, "it has variants"),
        ("variant", {"filters": {"groups": [{**EVERYBODY, "variant": "a"}]}}, "names a variant"),
    ],
)
async def test_a_flag_that_cannot_hold_the_words_is_not_touched(mode, spoilt, why, make, flag):
    flag.flag |= spoilt
    answer = await make(mode=mode).carry_out(first(publish()))
    assert isinstance(answer, Never)
    assert why in answer.why
    assert flag.changes == []
