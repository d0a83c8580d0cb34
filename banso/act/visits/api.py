"""Customer visits by HTTP: what is planned, what was held, and what the visits brought."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.act.visits import rules
from banso.act.visits.models import Finding, Visit
from banso.act.visits.reads import findings_for_programs, visit_by_id, visits_for_programs
from banso.shared.keys.rules import VISITS_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Owner, Page, Short, owner

router = Router(tags=["visits"])
SORTS = {"id": "pk", "planned_on": "planned_on", "held_on": "held_on", "created_at": "created_at"}
FINDING_SORTS = {"id": "pk", "due_on": "due_on", "created_at": "created_at"}


class VisitOut(BaseModel):
    id: int
    account_id: int
    wave_id: int | None = Field(description=_("The wave of a survey that it follows."))
    state: str = Field(description=_("open, held or off (called off)."))
    reasons: list[str] = Field(
        description=_("Why it was planned, such as detractor or not_consulted.")
    )
    planned_on: date | None
    held_on: date | None
    called_off_at: datetime | None
    goers: list[Owner] = Field(description=_("Who goes."))
    questions: str
    found: str = Field(description=_("What was found on real usage."))
    created_at: datetime


class VisitPage(Page[VisitOut]):
    pass


class BroughtOut(BaseModel):
    id: int
    account_id: int
    visit_id: int | None
    wave_id: int | None
    kind: str = Field(description=_("request, action or learning."))
    text: str
    meaning: str = Field(description=_("What it is about: trouble_kind, leaf, or nothing."))
    value: str = Field(description=_("The kind of trouble, or the place in the tree."))
    owner: Owner | None
    due_on: date | None
    task_id: int | None
    done_at: datetime | None
    created_at: datetime


class BroughtPage(Page[BroughtOut]):
    pass


class VisitsAsked(Asked):
    state: Literal["open", "held", "off", "all"] = "all"
    account_id: Id | None = None
    wave_id: Id | None = None
    sort: str = Field("id", pattern=r"^-?(id|planned_on|held_on|created_at)$")


class FindingsAsked(Asked):
    kind: Literal["request", "action", "learning"] | None = None
    account_id: Id | None = None
    visit_id: Id | None = None
    owner: Short = Field("", description=_("E-mail address of who does it."))
    sort: str = Field("id", pattern=r"^-?(id|due_on|created_at)$")


def visit_out(visit: Visit) -> VisitOut:
    goers = sorted(visit.goers.all(), key=lambda user: user.pk)
    return VisitOut(
        id=visit.pk,
        account_id=visit.account_id,
        wave_id=visit.wave_id,
        state=rules.state_of(
            held=visit.held_on is not None, called_off=visit.called_off_at is not None
        ),
        reasons=visit.reasons,
        planned_on=visit.planned_on,
        held_on=visit.held_on,
        called_off_at=visit.called_off_at,
        goers=[found for found in map(owner, goers) if found is not None],
        questions=visit.questions,
        found=visit.found,
        created_at=visit.created_at,
    )


def finding_out(finding: Finding) -> BroughtOut:
    return BroughtOut(
        id=finding.pk,
        account_id=finding.account_id,
        visit_id=finding.visit_id,
        wave_id=finding.wave_id,
        kind=finding.kind,
        text=finding.text,
        meaning=finding.meaning,
        value=finding.value,
        owner=owner(finding.owner),
        due_on=finding.due_on,
        task_id=finding.task_id,
        done_at=finding.task.done_at if finding.task else None,
        created_at=finding.created_at,
    )


@router.get("/visits", response=VisitPage, summary=_("List visits"), **needs(VISITS_READ))
def list_visits(request: HttpRequest, asked: Query[VisitsAsked]) -> VisitPage:
    rows = visits_for_programs(
        state=asked.state, account_id=asked.account_id, wave_id=asked.wave_id
    )
    order = order_of(asked.sort, SORTS, nullable=frozenset({"planned_on", "held_on"}))
    found, cursor = part(rows, order, asked)
    return VisitPage(items=[visit_out(visit) for visit in found], next_cursor=cursor)


@router.get(
    "/visits/{int:visit_id}", response=VisitOut, summary=_("One visit"), **needs(VISITS_READ)
)
def read_visit(request: HttpRequest, visit_id: Id) -> VisitOut:
    return visit_out(visit_by_id(visit_id))


@router.get(
    "/findings",
    response=BroughtPage,
    summary=_("List what visits brought"),
    description=_("Requests, actions and learnings, with the task that each became."),
    **needs(VISITS_READ),
)
def list_visit_findings(request: HttpRequest, asked: Query[FindingsAsked]) -> BroughtPage:
    rows = findings_for_programs(
        kind=asked.kind or "",
        account_id=asked.account_id,
        visit_id=asked.visit_id,
        owner=asked.owner,
    )
    order = order_of(asked.sort, FINDING_SORTS, nullable=frozenset({"due_on"}))
    found, cursor = part(rows, order, asked)
    return BroughtPage(items=[finding_out(one) for one in found], next_cursor=cursor)
