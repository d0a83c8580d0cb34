"""What was found of measures by HTTP: an estimate never without its interval, level and refusal."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.prove.effects import reads
from banso.prove.effects.models import Goal, Measure, Origin, Result, Verdict
from banso.prove.effects.wording import LEVELS, headline
from banso.shared.keys.rules import EVIDENCE_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Page

router = Router(tags=["effects"])
SORTS = {"id": "pk", "created_at": "created_at"}


class Difference(BaseModel):
    """Treated less what would have come without it, with the limits of its interval."""

    value: float = Field(
        description=_("Share of renewal; of a metric its change, in logs where it was logged.")
    )
    low: float
    high: float
    confidence: float
    method: str


class AnswerOut(BaseModel):
    id: int
    finished_at: datetime | None
    data_cut: date | None
    look: int | None = Field(description=_("Number of the planned look of a hold-out."))
    verdict: str = Field(description=_("better, worse, none, unclear or refused."))
    verdict_name: str
    level: str = Field(description=_("The step on the ladder of claims, such as L3."))
    level_name: str
    sentence: str = Field(description=_("What may be said, and no more."))
    refused_because: str = Field(description=_("Code of what is lacking; empty for an answer."))
    difference: Difference | None = Field(
        description=_("Null where there is no fair comparison or not enough data.")
    )
    treated: int | None = Field(description=_("Treated customers that are compared."))
    untreated: int | None
    expected_by: date | None


class MeasureOut(BaseModel):
    id: int
    name: str
    what_done: str
    reason: str
    origin: Origin
    goal: Goal
    metric: str = Field(description=_("Key of the metric; empty for renewal."))
    created_at: datetime
    begun_at: datetime | None
    answer: AnswerOut | None = Field(description=_("The newest answer; null before the first."))


class MeasurePage(Page[MeasureOut]):
    pass


class AnswerPage(Page[AnswerOut]):
    pass


class MeasuresAsked(Asked):
    origin: Origin | None = None
    sort: str = Field("id", max_length=40, description=_("One of id, created_at."))


@router.get(
    "/effects",
    response=MeasurePage,
    summary=_("List measures with their newest answer"),
    **needs(EVIDENCE_READ),
)
def list_effects(request: HttpRequest, asked: Query[MeasuresAsked]) -> MeasurePage:
    rows = reads.measures()
    if asked.origin is not None:
        rows = rows.filter(origin=asked.origin)
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    latest = reads.latest_results(measure.pk for measure in found)
    items = [_measure(measure, latest.get(measure.pk)) for measure in found]
    return MeasurePage(items=items, next_cursor=cursor)


@router.get(
    "/effects/{measure_id}",
    response=MeasureOut,
    summary=_("Read one measure with its newest answer"),
    **needs(EVIDENCE_READ),
)
def read_effect(request: HttpRequest, measure_id: Id) -> MeasureOut:
    measure = reads.measure_for(measure_id)
    return _measure(measure, reads.latest_result(measure))


@router.get(
    "/effects/{measure_id}/answers",
    response=AnswerPage,
    summary=_("List the answers of a measure, the oldest first"),
    **needs(EVIDENCE_READ),
)
def list_effect_answers(request: HttpRequest, measure_id: Id, asked: Query[Asked]) -> AnswerPage:
    measure = reads.measure_for(measure_id)
    found, cursor = part(reads.done_results(measure), order_of("id", SORTS), asked)
    return AnswerPage(items=[_answer(measure, one) for one in found], next_cursor=cursor)


def _measure(measure: Measure, result: Result | None) -> MeasureOut:
    return MeasureOut(
        id=measure.pk,
        name=measure.name,
        what_done=measure.what_done,
        reason=measure.reason,
        origin=Origin(measure.origin),
        goal=Goal(measure.goal),
        metric=measure.metric_key,
        created_at=measure.created_at,
        begun_at=measure.begun_at,
        answer=_answer(measure, result) if result else None,
    )


def _answer(measure: Measure, result: Result) -> AnswerOut:
    """An undecided look of a hold-out shows no estimate, as on its page."""
    found = result.numbers.get("answer") or {}
    hidden = "value" not in found or (measure.is_holdout and result.level == "L0")
    counts = result.numbers.get("customers") or result.numbers.get("counts") or {}
    treated, untreated = counts.get("treated"), counts.get("untreated")
    if measure.is_holdout:
        sides = (result.numbers.get("treated"), result.numbers.get("held_out"))
        treated, untreated = (side["n"] if side else None for side in sides)
    return AnswerOut(
        id=result.pk,
        finished_at=result.finished_at,
        data_cut=result.data_cut,
        look=result.look,
        verdict=result.verdict,
        verdict_name=str(Verdict(result.verdict).label),
        level=result.level,
        level_name=str(LEVELS[result.level]),
        sentence=headline(measure, result),
        refused_because=found.get("reason", ""),
        difference=None if hidden else Difference(
            **{name: found[name] for name in ("value", "low", "high", "confidence", "method")}
        ),
        treated=treated,
        untreated=untreated,
        expected_by=result.expected_by,
    )  # fmt: skip
