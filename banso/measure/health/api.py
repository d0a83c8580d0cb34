"""Health scores by HTTP, with the parts they are made of."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.know.accounts.reads import account_by_id
from banso.measure.health import rules
from banso.measure.health.models import HealthScore
from banso.measure.health.reads import current_score, definitions, history_of, scores_asked
from banso.measure.health.words import MISSING_NAMES, Naming
from banso.shared.keys.rules import HEALTH_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Page

router = Router(tags=["health"])
SORTS = {"id": "pk", "score": "score"}


class PartOut(BaseModel):
    key: str
    name: str
    weight: int
    value: float | None
    not_yet: bool
    points: float | None = Field(description=_("0 to 100; null where nothing is known."))
    missing: str = Field(description=_("Why there is no value; empty where there is one."))


class ScoreOut(BaseModel):
    account_id: int
    as_of: date
    score: int | None = Field(description=_("0 to 100; null where too little is known."))
    known: int = Field(description=_("Measures with a value, of those expected."))
    expected: int
    parts: list[PartOut]


class ScorePage(Page[ScoreOut]):
    pass


class ScoresAsked(Asked):
    account_id: Id | None = None
    score_min: int | None = Field(None, ge=0, le=100)
    score_max: int | None = Field(None, ge=0, le=100)
    sort: str = Field("id", pattern=r"^-?(id|score)$")


class Point(BaseModel):
    as_of: date
    score: int | None


class HealthOut(BaseModel):
    account_id: int
    present: ScoreOut | None
    history: list[Point] = Field(description=_("Days on which the score changed, oldest first."))


def score_out(score: HealthScore, naming: Naming) -> ScoreOut:
    scored = rules.scored_of(score.parts)
    parts = [
        PartOut(
            key=key,
            name=naming.name(key),
            weight=part["w"],
            value=part.get("v"),
            not_yet=bool(part.get("c")),
            points=part.get("p"),
            missing=str(MISSING_NAMES.get(part.get("m", ""), part.get("m", ""))),
        )
        for key, part in score.parts.items()
    ]
    return ScoreOut(
        account_id=score.account_id,
        as_of=score.as_of,
        score=score.score,
        known=scored.known,
        expected=scored.expected,
        parts=parts,
    )


@router.get(
    "/health-scores",
    response=ScorePage,
    summary=_("List present health scores"),
    **needs(HEALTH_READ),
)
def list_health_scores(request: HttpRequest, asked: Query[ScoresAsked]) -> ScorePage:
    rows = scores_asked(
        account_id=asked.account_id, lowest=asked.score_min, highest=asked.score_max
    )
    order = order_of(asked.sort, SORTS, nullable=frozenset({"score"}))
    found, cursor = part(rows, order, asked)
    naming = Naming(definitions())
    return ScorePage(items=[score_out(score, naming) for score in found], next_cursor=cursor)


@router.get(
    "/accounts/{int:account_id}/health",
    response=HealthOut,
    summary=_("One customer's health score and its history"),
    **needs(HEALTH_READ),
)
def read_account_health(request: HttpRequest, account_id: Id) -> HealthOut:
    account = account_by_id(account_id)
    score = current_score(account.pk)
    points = [Point(as_of=as_of, score=value) for as_of, value in history_of(account.pk)]
    naming = Naming(definitions())
    present = None if score is None else score_out(score, naming)
    return HealthOut(account_id=account.pk, present=present, history=points)
