"""Hypotheses by HTTP: what was claimed, on which level it stands, and every check of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.prove.hypotheses.models import Check, Hypothesis, Level, Result
from banso.prove.hypotheses.reads import checks_asked, hypotheses, hypotheses_asked
from banso.prove.hypotheses.wording import ABOUT_LEVELS, claim, outcome_name, said_by
from banso.shared import clock
from banso.shared.keys.rules import EVIDENCE_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Page

router = Router(tags=["hypotheses"])
SORTS = {"id": "pk", "next_check_on": "next_check_on", "registered_at": "registered_at"}


class Found(BaseModel):
    """What one check saw on some decisions: the odds ratio of the outcome with its interval."""

    decisions: int = Field(description=_("n: decisions that it rests on."))
    missed: int = Field(description=_("How many of them came without the outcome."))
    odds_ratio: float | None = Field(description=_("Null as long as no answer is allowed."))
    low: float | None
    high: float | None
    q: float | None


class CheckOut(BaseModel):
    id: int
    at: datetime
    data_cut: date | None
    opened: bool = Field(
        description=_("Whether it looked at new decisions; else it only counted them.")
    )
    result: Result
    level_before: Level
    level_after: Level
    new: Found | None = Field(description=_("Decisions after the one before; null if not opened."))
    known: Found | None = Field(description=_("All decisions, those known before included."))
    expected_by: date | None
    sentence: str = Field(description=_("What may be said, and no more."))
    ledger_entry: int
    digest: str


class HypothesisOut(BaseModel):
    id: int
    statement: str
    claim: str = Field(description=_("What is compared, as it was written down."))
    metric: str = Field(description=_("Key of the metric."))
    metric_version: int
    outcome: str
    outcome_name: str
    direction: str
    segment: str = Field(description=_("Empty when it is about all customers."))
    smallest_difference: float = Field(
        description=_("Smallest difference of interest between the two rates, 0.1 = 10 points.")
    )
    level: Level
    level_meaning: str
    sentence: str = Field(description=_("What may be said, and no more."))
    registered_at: datetime
    next_check_on: date | None = Field(description=_("Null when it is checked no longer."))
    owner_id: int
    retired_because: str
    ledger_entry: int | None
    digest: str


class HypothesisPage(Page[HypothesisOut]):
    pass


class CheckPage(Page[CheckOut]):
    pass


class HypothesesAsked(Asked):
    level: Level | None = None
    outcome: str | None = Field(None, max_length=40, description=_("Such as renewal."))
    sort: str = Field(
        "id", max_length=40, description=_("One of id, next_check_on, registered_at.")
    )


@router.get(
    "/hypotheses",
    response=HypothesisPage,
    summary=_("List hypotheses with their level"),
    description=_("A level says how often a claim was found again; never that it is a cause."),
    **needs(EVIDENCE_READ),
)
def list_hypotheses(request: HttpRequest, asked: Query[HypothesesAsked]) -> HypothesisPage:
    rows = hypotheses_asked(level=asked.level, outcome=asked.outcome)
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    return HypothesisPage(items=[_hypothesis(one) for one in found], next_cursor=cursor)


@router.get(
    "/hypotheses/{hypothesis_id}",
    response=HypothesisOut,
    summary=_("Read one hypothesis"),
    **needs(EVIDENCE_READ),
)
def read_hypothesis(request: HttpRequest, hypothesis_id: Id) -> HypothesisOut:
    return _hypothesis(get_object_or_404(hypotheses(), pk=hypothesis_id))


@router.get(
    "/hypotheses/{hypothesis_id}/checks",
    response=CheckPage,
    summary=_("List the checks of a hypothesis, the oldest first"),
    **needs(EVIDENCE_READ),
)
def list_checks(request: HttpRequest, hypothesis_id: Id, asked: Query[Asked]) -> CheckPage:
    hypothesis = get_object_or_404(hypotheses(), pk=hypothesis_id)
    found, cursor = part(checks_asked(hypothesis), order_of("id", SORTS), asked)
    return CheckPage(items=[_check(one, hypothesis) for one in found], next_cursor=cursor)


def _hypothesis(hypothesis: Hypothesis) -> HypothesisOut:
    check = next(iter(hypothesis.newest_first), None)  # type: ignore[attr-defined]
    if check is not None:
        check.hypothesis = hypothesis
    entry = hypothesis.first_entry
    return HypothesisOut(
        id=hypothesis.pk,
        statement=hypothesis.statement,
        claim=claim(hypothesis),
        metric=hypothesis.metric.key,
        metric_version=hypothesis.metric_version,
        outcome=hypothesis.outcome,
        outcome_name=outcome_name(hypothesis),
        direction=hypothesis.direction,
        segment=hypothesis.segment,
        smallest_difference=hypothesis.smallest,
        level=Level(hypothesis.level),
        level_meaning=str(ABOUT_LEVELS[Level(hypothesis.level)]),
        sentence=said_by(check, hypothesis, clock.today()),
        registered_at=hypothesis.registered_at,
        next_check_on=None if hypothesis.retired_at else hypothesis.next_check_on,
        owner_id=hypothesis.owner_id,
        retired_because=hypothesis.retired_because,
        ledger_entry=entry.number if entry else None,
        digest=entry.digest if entry else "",
    )


def _check(check: Check, hypothesis: Hypothesis) -> CheckOut:
    check.hypothesis = hypothesis
    return CheckOut(
        id=check.pk,
        at=check.at,
        data_cut=check.data_cut,
        opened=check.opened,
        result=Result(check.result),
        level_before=Level(check.level_before),
        level_after=Level(check.level_after),
        new=_found(check.figures.get("new"), is_judged=True),
        known=_found(
            check.figures.get("all"),
            is_judged=(check.figures.get("all") or {}).get("seen") in (Result.FOUND, "contrary"),
        ),
        expected_by=check.expected_by,
        sentence=said_by(check, hypothesis, clock.today()),
        ledger_entry=check.entry.number,
        digest=check.entry.digest,
    )


def _found(card: dict[str, Any] | None, *, is_judged: bool) -> Found | None:
    """Figures of a check; of what cannot be judged only how much there is."""
    if not card:
        return None
    low, high = card.get("ci95") or (None, None)
    value = (card.get("estimate") or {}).get("value")
    return Found(
        decisions=card["n_rows"],
        missed=card["n_events"],
        odds_ratio=value if is_judged else None,
        low=low if is_judged else None,
        high=high if is_judged else None,
        q=card.get("q") if is_judged else None,
    )
