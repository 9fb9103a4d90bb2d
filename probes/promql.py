"""A condition on a measurement holds, by the word of somebody's Prometheus.

For what no look from outside can see. No data is not "all is well": then nothing is known, unless the
config says otherwise. A Prometheus that is away, or does not understand us, is never PostHog's
fault.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self

from promql_parser import MatrixSelector, StringLiteral, parse
from pydantic import Field, SecretStr, field_validator, model_validator
from yarl import URL

from probes.contract import Io, Outcome, ProbeParams, Reason, Target, Verdict
from probes.wire import by_hand as shell
from probes.wire.exchange import Exchange, Request
from probes.wire.refusals import retry_after_s, word

ABSENT = "absent"
NUMBER = r"[-+]?\d{1,18}(?:\.\d{1,18})?(?:[eE][-+]?\d{1,2})?"

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.CONDITION: "the condition does not hold for at least one series",
        Reason.LOOK_UP: "Prometheus is away, has no data, or did not understand the query",
        Reason.OWN_KEY: "our token is refused",
        Reason.OWN_LIMIT: "our rate limit at a hosted Prometheus",
    }
)

_COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(rf"({'|'.join(_COMPARISONS)}) ?({NUMBER})")


class Params(ProbeParams):
    """Which Prometheus, what it is asked, and what must be true of the answer."""

    fastest_s: ClassVar = 15.0  # a scrape lies between two looks, or both see the same sample

    url: str = Field(description="of the Prometheus, as https://prometheus.example.com")
    plain_http: bool = Field(False, description="speak http, without TLS")
    query: str = Field(min_length=1, max_length=2000, description="an instant query in PromQL")
    condition: str = Field(
        description="what must hold for every series: `> 0`, `== 1` …, or `absent`: no series"
    )
    no_data: Literal["inconclusive", "failed", "passed"] = Field(
        "inconclusive", description="what it means when there is no series to compare"
    )
    token: SecretStr | None = Field(None, min_length=1, description="bearer token, if it wants one")

    @field_validator("query")
    @classmethod
    def _is_promql(cls, query: str) -> str:
        parsed = parse(query)  # ValueError, in words that help
        if isinstance(parsed, MatrixSelector | StringLiteral):
            raise ValueError("must give a number at one instant: no range, and no text")
        return query

    @field_validator("condition")
    @classmethod
    def _is_condition(cls, condition: str) -> str:
        if condition != ABSENT and not _CONDITION.fullmatch(condition):
            raise ValueError("must be like '> 0', '== 1' or 'absent'")
        return condition

    @model_validator(mode="after")
    def _is_a_way_there(self) -> Self:
        url = URL(self.url)
        if url.scheme not in ("http", "https") or not url.host or url.query_string or url.user:
            raise ValueError("url must be like https://prometheus.example.com")
        if url.scheme == "http" and not self.plain_http:
            raise ValueError("url must be https, unless `plain_http` is true")
        return self


@dataclass(frozen=True, slots=True)
class Sample:
    """One series at one instant."""

    series: str  # as PromQL writes it
    value: float


async def probe(params: Params, io: Io) -> Outcome:
    """Ask once."""
    token = params.token.get_secret_value() if params.token else None
    return judge(params, await io.fetch(_question(params, token)))


def by_hand(params: Params, target: Target) -> str:
    """The same query, with your own token if it wants one."""
    return shell.curl(_question(params, shell.PROMETHEUS_TOKEN if params.token else None))


def judge(params: Params, answer: Exchange) -> Outcome:
    """Whether the condition holds. Whatever keeps us from knowing is INCONCLUSIVE."""
    if answer.failure is not None:
        if answer.failure.verdict is Verdict.INCONCLUSIVE:
            return answer.failed()
        return answer.outcome(Reason.LOOK_UP, f"Prometheus: {answer.failure.reason}")
    if answer.status in (401, 403):
        return answer.outcome(Reason.OWN_KEY, f"Prometheus: {answer.status}")
    if answer.status == 429:
        values = {"retry_after_seconds": retry_after_s(answer)}
        return answer.outcome(Reason.OWN_LIMIT, "Prometheus: 429", values=values)
    body = answer.json().value
    samples = samples_of(body) if answer.status == 200 else None
    if samples is None:
        kind = word(body.get("errorType")) if isinstance(body, dict) else ""
        detail = f"Prometheus: status {answer.status}" + (f" ({kind})" if kind else "")
        return answer.outcome(Reason.LOOK_UP, detail if kind else f"{detail}, and no samples")
    return _compared(params, answer, samples)


def samples_of(body: Any) -> list[Sample] | None:
    """The samples of an instant query's answer; None if it holds anything else.

    https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
    """
    data = body.get("data") if isinstance(body, dict) and body.get("status") == "success" else None
    if not isinstance(data, dict) or not isinstance(data.get("result"), list):
        return None
    if data.get("resultType") == "scalar":
        value = _number(data["result"])
        return None if value is None else [Sample("it", value)]
    samples = [_sample(row) for row in data["result"]]
    known = [sample for sample in samples if sample is not None]
    return known if data.get("resultType") == "vector" and len(known) == len(samples) else None


def _sample(row: Any) -> Sample | None:
    value = _number(row.get("value")) if isinstance(row, dict) else None
    labels = row.get("metric") if isinstance(row, dict) else None
    if value is None or not isinstance(labels, dict):
        return None
    if not all(isinstance(text, str) for text in labels.values()):
        return None
    name = labels.get("__name__", "")
    pairs = (f'{key}="{text}"' for key, text in labels.items() if key != "__name__")
    return Sample(f"{name}{{{', '.join(pairs)}}}", value)


def _number(pair: Any) -> float | None:
    """The number of a pair of time and text; "NaN" and "+Inf" are numbers too."""
    text = pair[1] if isinstance(pair, list) and len(pair) == 2 else None
    try:
        return float(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _question(params: Params, token: str | None) -> Request:
    url = URL(params.url) / "api/v1/query" % {"query": params.query}
    return Request(str(url), headers={"Authorization": f"Bearer {token}"} if token else {})


def _compared(params: Params, answer: Exchange, samples: list[Sample]) -> Outcome:
    """Every sample against the condition."""
    values = {"promql_series": float(len(samples))}
    if params.condition == ABSENT:
        if not samples:
            return answer.outcome(values=values)
        detail = f"{samples[0].series} is there, and should not be"
        return answer.outcome(Reason.CONDITION, detail, values=values)
    known = [sample for sample in samples if not math.isnan(sample.value)]
    if not known:
        return _without_data(params, answer, values)
    wrong = [sample for sample in known if not holds(params.condition, sample.value)]
    shown = (wrong or known)[0]
    if math.isfinite(shown.value):
        values["promql_value"] = shown.value
    if not wrong:
        return answer.outcome(values=values)
    detail = f"{shown.series} is {shown.value:g}, not {params.condition}"
    more = f" ({len(wrong)} of {len(known)} series)" if len(known) > 1 else ""
    return answer.outcome(Reason.CONDITION, f"{detail}{more}", values=values)


def holds(condition: str, value: float) -> bool:
    """Whether `value` fulfils a comparison such as "> 0"."""
    found = _CONDITION.fullmatch(condition)
    assert found is not None, "config has checked the condition"
    return bool(_COMPARISONS[found[1]](value, float(found[2])))


def _without_data(params: Params, answer: Exchange, values: Mapping[str, float]) -> Outcome:
    """Nothing to compare: what that means, the config says."""
    if params.no_data == "passed":
        return answer.outcome(values=values)
    reason = Reason.CONDITION if params.no_data == "failed" else Reason.LOOK_UP
    return answer.outcome(reason, "Prometheus: no data", values=values)
