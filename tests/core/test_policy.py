"""Which row of the table holds."""

from checker.core.model import Kind, Severity, Symptom
from checker.core.policy import decide
from tests.core.story import CHECKS, make_policy, watch

NOW = 1000.0


def symptoms(**kinds: Kind) -> dict[str, Symptom]:
    names = {name.replace("_", "/"): kind for name, kind in kinds.items()}
    return {name: Symptom(name, kind, 1.0) for name, kind in names.items()}


def sentence(target: str = "us", policy=None, **kinds: Kind) -> str | None:
    ruling = decide(policy or make_policy(), symptoms(**kinds), target, NOW)
    return ruling.rule.sentence if ruling else None


def test_the_app_down_at_one_target_is_critical():
    ruling = decide(make_policy(), symptoms(us_app=Kind.DOWN), "us", NOW)
    assert ruling is not None
    assert (ruling.severity, ruling.rule.sentence) == (
        Severity.CRITICAL,
        "being completely unavailable",
    )


def test_nothing_failing_is_no_incident():
    assert sentence() is None


def test_what_fails_at_one_target_is_no_incident_at_the_other():
    assert sentence("eu", us_app=Kind.DOWN) is None


def test_the_app_down_at_every_target_is_the_first_row():
    assert sentence(us_app=Kind.DOWN, eu_app=Kind.DOWN) == "Posthog Cloud is completely down"


def test_a_single_target_is_never_every_target():
    alone = make_policy(["us/app"], targets=("us",))
    assert sentence(policy=alone, us_app=Kind.DOWN) == "being completely unavailable"


def test_the_most_severe_row_decides():
    ruling = decide(make_policy(), symptoms(us_flags=Kind.DOWN, us_app=Kind.DOWN), "us", NOW)
    assert ruling is not None
    assert ruling.severity is Severity.CRITICAL
    assert len(ruling.symptoms) == 2


def test_any_surface_failing_is_an_elevated_error_rate():
    assert sentence(us_app=Kind.FAILING) == "Significantly elevated error rate"


def test_a_surface_without_a_row_of_its_own_that_is_down_is_failing():
    policy = make_policy([*CHECKS, "us/billing"])
    assert sentence(policy=policy, us_billing=Kind.DOWN) == "Significantly elevated error rate"


def test_one_of_two_checks_of_a_surface_down_is_failing_not_down():
    other = watch("us/health")
    policy = make_policy([*CHECKS, type(other)(**{**_fields(other), "surface": "app"})])
    assert sentence(policy=policy, us_app=Kind.DOWN) == "Significantly elevated error rate"


def test_a_non_critical_check_down_is_minor():
    policy = make_policy([*CHECKS, watch("us/docs", critical=False)])
    assert sentence(policy=policy, us_docs=Kind.DOWN) == "Broken non-critical functionality"


def test_a_non_critical_check_that_fails_now_and_then_is_no_incident():
    policy = make_policy([*CHECKS, watch("us/docs", critical=False)])
    assert sentence(policy=policy, us_docs=Kind.FAILING) is None


def test_a_symptom_of_a_removed_check_belongs_to_its_target_still():
    ruling = decide(make_policy(), symptoms(us_gone=Kind.DOWN, us_app=Kind.DOWN), "us", NOW)
    assert ruling is not None
    assert {s.check for s in ruling.symptoms} == {"us/gone", "us/app"}


def _fields(watched):
    return {name: getattr(watched, name) for name in watched.__dataclass_fields__}
