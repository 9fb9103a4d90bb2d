"""What customers are told, by whom it is published, and how it ends."""

from dataclasses import replace

import pytest

from checker.core.events import (
    Cancelled,
    Closed,
    Declared,
    Dismissed,
    Published,
    Refused,
    SeveritySet,
)
from checker.core.incident import IllegalMove
from checker.core.model import Duty, Kind, Severity, Symptom, Told
from checker.core.public import TEXT_MAX, UnknownOutlet
from checker.core.public_words import customers_title, customers_told
from tests.core.story import CONTROLS, T0, Story, broken, fine, make_policy, watch

ROUTES = {
    Duty.POST: ("room",),
    Duty.PUBLISH: ("banner", "status-page"),
    Duty.WITHDRAW: ("banner", "status-page"),
}
NAMES = {"us": "PostHog Cloud US"}


def story(**more: object) -> Story:
    given = {"routes": ROUTES, "public_names": NAMES, **more}
    return Story(policy=make_policy(["us/app", "us/flags", *CONTROLS], **given))


def down(**more: object) -> Story:
    return story(**more).play(broken("us/app"), 120)


def publish(played: Story, outlet: str = "banner", text: str = "", at: float = 130) -> None:
    played.tell(Published(T0 + at, "us-1", "ada", outlet, text))


def offers(played: Story) -> list[dict]:
    posts = [effect.payload["notice"] for effect in played.asked(Duty.POST)]
    return [post for post in posts if post["title"].endswith("may customers be told?")]


def texts(played: Story, duty: Duty = Duty.PUBLISH) -> list[tuple[str, str]]:
    return [(effect.responder, effect.payload["text"]) for effect in played.asked(duty)]


def stands(played: Story) -> dict[str, Told]:
    return {word.outlet: word.stands for word in played.incident().public}


DRAFT = (
    "Since 22:13 UTC we see problems on PostHog Cloud US: the app not working. "
    "We are looking into it and will post updates here."
)


def test_an_incident_offers_a_draft_for_every_outlet_and_publishes_none():
    played = down()
    assert [line["label"] for line in offers(played)[0]["lines"]] == ["banner", "status-page"]
    assert {line["text"] for line in offers(played)[0]["lines"]} == {DRAFT}
    assert played.asked(Duty.PUBLISH) == []


def test_a_draft_is_published_edited_or_dismissed_by_one_touch():
    says = [(a["label"], a["say"], a["form"]) for a in offers(down())[0]["actions"]][:3]
    assert says == [
        ("Publish on banner", "publish us-1 banner", ""),
        ("Edit first", "publish us-1 banner", "text"),
        ("Not needed", "dismiss us-1 banner", ""),
    ]


def test_drafts_are_offered_once():
    played = down().play(broken("us/app"), 300)
    assert len(offers(played)) == 1


def test_a_minor_incident_has_nothing_for_customers():
    checks = [watch("us/app", critical=False), *CONTROLS]
    played = Story(policy=make_policy(checks, routes=ROUTES)).play(broken("us/app"), 200)
    assert played.incident().severity is Severity.MINOR
    assert played.incident().public == ()


def test_a_minor_incident_that_is_raised_has():
    checks = [watch("us/app", critical=False), *CONTROLS]
    played = Story(policy=make_policy(checks, routes=ROUTES)).play(broken("us/app"), 200)
    played.tell(SeveritySet(T0 + 201, "us-1", "ada", Severity.MAJOR))
    assert len(offers(played)) == 1


def test_a_person_publishes_what_is_drafted():
    played = down()
    publish(played)
    (effect,) = played.asked(Duty.PUBLISH)
    assert effect.id == "us-1/publish/1@banner"
    assert effect.payload == {
        "key": "posthog-checker/us-1",
        "target": "us",
        "severity": "critical",
        "since": T0,
        "title": "PostHog Cloud US: the app not working",
        "text": DRAFT,
    }
    assert stands(played) == {"banner": Told.PUBLISHED, "status-page": Told.DRAFTED}


def test_a_draft_that_is_published_late_says_what_is_so_by_then():
    played = down().play(broken("us/app", "us/flags"), 120)
    publish(played, at=300)
    assert "the app and feature flags not working" in texts(played)[0][1]


def test_a_persons_own_words_are_published_as_they_are():
    played = down()
    publish(played, text="We are on it.")
    assert texts(played) == [("banner", "We are on it.")]


def test_what_is_published_again_is_an_edit_under_the_same_key():
    played = down()
    publish(played)
    publish(played, text="Found it.")
    first, second = played.asked(Duty.PUBLISH)
    assert first.payload["key"] == second.payload["key"]
    assert first.id != second.id


def test_a_text_for_customers_is_cut():
    played = down()
    publish(played, text="x" * (TEXT_MAX + 1))
    assert len(texts(played)[0][1]) == TEXT_MAX


def test_a_dismissed_draft_is_not_published_and_not_offered_again():
    played = down()
    played.tell(Dismissed(T0 + 130, "us-1", "ada", "banner"))
    played.play(broken("us/app"), 60)
    assert stands(played)["banner"] is Told.DISMISSED
    assert len(offers(played)) == 1


def test_dismissing_what_is_published_leaves_it_as_it_is():
    played = down()
    publish(played)
    played.tell(Dismissed(T0 + 131, "us-1", "ada", "banner"))
    assert stands(played)["banner"] is Told.PUBLISHED
    assert played.entries[-1].text == "ada: banner stays as it is"


def test_what_was_dismissed_can_still_be_published():
    played = down()
    played.tell(Dismissed(T0 + 130, "us-1", "ada", "banner"))
    publish(played)
    assert stands(played)["banner"] is Told.PUBLISHED


def test_an_outlet_that_there_is_not_is_refused_and_those_there_are_are_named():
    with pytest.raises(UnknownOutlet, match="'baner'; outlets: banner, status-page"):
        publish(down(), outlet="baner")


def test_without_outlets_nothing_is_offered():
    played = down(routes={Duty.POST: ("room",)})
    assert offers(played) == []
    with pytest.raises(UnknownOutlet, match="none is configured"):
        publish(played)


def test_what_has_ended_is_published_no_more():
    played = down()
    played.tell(Closed(T0 + 140, "us-1", "ada", "disk", "grew it"))
    with pytest.raises(IllegalMove, match="cannot tell customers of"):
        publish(played, at=141)
    with pytest.raises(IllegalMove):
        played.tell(Dismissed(T0 + 141, "us-1", "ada", "banner"))


def test_a_recovery_offers_the_good_news_where_customers_were_told():
    played = down()
    publish(played)
    played.play(fine, 1800)
    (line,) = offers(played)[-1]["lines"]
    assert line["label"] == "banner"
    assert line["text"].startswith("PostHog Cloud US is working again.")
    assert [a["label"] for a in offers(played)[-1]["actions"]] == [
        "Publish on banner",
        "Edit first",
    ]


def test_the_good_news_has_a_title_of_its_own():
    played = down()
    publish(played)
    played.play(fine, 1800)
    publish(played, at=played.now)
    assert played.asked(Duty.PUBLISH)[-1].payload["title"] == "PostHog Cloud US: working again"


def test_the_close_tells_customers_that_it_is_over_where_they_were_told():
    played = down()
    publish(played)
    played.play(fine, 1800)
    played.tell(Closed(T0 + played.now, "us-1", "ada", "disk", "grew it"))
    ((outlet, text),) = texts(played, Duty.WITHDRAW)
    assert outlet == "banner"
    assert text.startswith("This is over: PostHog Cloud US had problems from 22:13 UTC, for ")
    assert stands(played) == {"banner": Told.WITHDRAWN, "status-page": Told.DRAFTED}


def test_what_was_withdrawn_is_withdrawn_once():
    played = down()
    publish(played)
    played.tell(Closed(T0 + 140, "us-1", "ada", "disk", "grew it"))
    played.tick(150)
    assert len(played.asked(Duty.WITHDRAW)) == 1


def test_an_incident_declared_in_error_is_taken_back_too():
    played = down()
    publish(played)
    played.tell(Cancelled(T0 + 140, "us-1", "ada", "a test"))
    (effect,) = played.asked(Duty.WITHDRAW)
    assert effect.payload["title"] == "PostHog Cloud US: no problem after all"
    assert effect.payload["text"] == (
        "There was no problem with PostHog Cloud US after all. We are sorry for the trouble."
    )


def test_what_an_outlet_refuses_is_said_in_the_room():
    played = down()
    publish(played)
    effect = "us-1/publish/1@banner"
    played.tell(Refused(T0 + 131, "us-1", effect, "banner", "no such flag"))
    assert played.asked(Duty.POST)[-1].payload["notice"]["title"] == (
        "us-1/publish/1@banner refused: no such flag"
    )


def test_an_outlet_may_publish_by_itself_from_a_severity_on():
    played = down(auto={"banner": Severity.CRITICAL})
    assert texts(played) == [("banner", DRAFT)]
    assert [line["label"] for line in offers(played)[0]["lines"]] == ["status-page"]
    assert played.entries[-1].text.startswith("posthog-checker tells customers by banner")


def test_an_outlet_that_may_publish_by_itself_waits_for_its_severity():
    played = story(auto={"banner": Severity.CRITICAL}).play(broken("us/flags"), 120)
    assert texts(played) == []
    played.play(broken("us/app", "us/flags"), 120)
    assert [outlet for outlet, _ in texts(played)] == ["banner"]


def test_an_outlet_that_published_by_itself_tells_of_the_recovery_by_itself():
    played = down(auto={"banner": Severity.CRITICAL}).play(fine, 1800)
    assert "is working again" in texts(played)[-1][1]


def test_what_a_person_published_is_never_edited_by_itself():
    played = down(auto={"banner": Severity.CRITICAL})
    publish(played, text="My words.")
    played.play(fine, 1800)
    assert texts(played)[-1] == ("banner", "My words.")
    assert offers(played)[-1]["lines"][0]["label"] == "banner"


def test_what_a_person_declared_is_told_without_a_guess():
    played = story()
    played.tell(Declared(T0, "us", "ada", "exports are empty"))
    (line, _) = offers(played)[0]["lines"]
    assert line["text"].startswith("Since 22:13 UTC we see problems with PostHog Cloud US.")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.DOWN, "the app and feature flags not working"),
        (Kind.FAILING, "the app and feature flags working only in part"),
        (Kind.SLOW, "the app and feature flags slower than usual"),
        (Kind.LATE, "the app and feature flags delayed"),
    ],
)
def test_customers_read_their_own_words_for_what_is_wrong(kind, said):
    played = down()
    symptoms = tuple(Symptom(check, kind, T0) for check in ("us/app", "us/flags"))
    incident = replace(played.incident(), symptoms=symptoms)
    assert customers_title(played.policy, incident, is_over=False) == f"PostHog Cloud US: {said}"
    assert f": {said}." in customers_told(played.policy, incident)


def test_customers_do_not_read_the_names_of_our_alerts():
    played = down()
    firing = Symptom("us/alert/KafkaDiskFull", Kind.FIRING, T0)
    alone = replace(played.incident(), symptoms=(firing,))
    assert customers_title(played.policy, alone, is_over=False) == (
        "PostHog Cloud US: having problems"
    )
    assert "we see problems with PostHog Cloud US." in customers_told(played.policy, alone)
    both = replace(alone, symptoms=(firing, *played.incident().symptoms))
    assert "on PostHog Cloud US: the app not working." in customers_told(played.policy, both)


def test_a_target_without_a_public_name_goes_by_its_own():
    played = down(public_names={})
    assert "on us: the app" in offers(played)[0]["lines"][0]["text"]


def test_the_summary_says_what_customers_know():
    played = down(routes={**ROUTES, Duty.SUMMARY: ("room",)})
    publish(played)
    played.play(broken("us/app", "us/flags"), 120)
    lines = played.asked(Duty.SUMMARY)[-1].payload["notice"]["lines"]
    assert {"label": "Customers", "text": "banner published; status-page drafted"} in lines
