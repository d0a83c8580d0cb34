"""How long customers stay, by HTTP: the curve's points with their interval and number at risk."""

from __future__ import annotations

from datetime import date
from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.measure.revenue.reads import book, main_currency
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.lifetime.curves import MONTHS, Staying, compared, staying
from banso.prove.lifetime.gathering import labels_of
from banso.prove.lifetime.groups import groupings
from banso.prove.lifetime.lives import Lives
from banso.prove.lifetime.reads import first_money, lives
from banso.shared import clock
from banso.shared.keys.problems import Refused
from banso.shared.keys.rules import REVENUE_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import part_of
from banso.shared.rest.shapes import Asked, Page, Short

router = Router(tags=["revenue"])


class StayingAsked(Asked):
    by: Short = Field("", description=_("A field to tell customers apart by, such as segment."))


class StayingShare(BaseModel):
    months: int
    share: float | None = Field(description=_("Null where fewer than ten were watched that long."))
    low: float | None
    high: float | None
    at_risk: int = Field(description=_("Customers watched at that age."))


class StayingGroup(BaseModel):
    name: str
    customers: int = Field(description=_("n"))
    left: int
    given_days: float = Field(description=_("Shares are of those who stayed so many days."))
    shares: list[StayingShare]
    money: list[StayingShare] = Field(
        description=_("The same, weighted by what they paid at first.")
    )


class StayingPoint(BaseModel):
    """One step of a curve; at_risk of money counts customers by what they weigh."""

    group: str
    counted: Literal["customers", "money"]
    days: float
    share: float
    low: float
    high: float
    at_risk: int
    left: int


class StayingPage(Page[StayingPoint]):
    data_cut: date | None = Field(description=_("Null without contracts."))
    groups: list[StayingGroup]


@router.get(
    "/staying",
    response=StayingPage,
    summary=_("How long customers stay (Kaplan-Meier with late entry)"),
    description=_("A difference between groups goes with the group; it does not say why."),
    **needs(REVENUE_READ),
)
def read_staying(request: HttpRequest, asked: Query[StayingAsked]) -> StayingPage:
    if asked.by and asked.by not in dict(groupings()):
        raise Refused(
            422,
            say("Customers cannot be told apart by %(by)s: choose one of %(choices)s.")
            % {"by": repr(asked.by)[:80], "choices": ", ".join(key for key, _n in groupings())},
            extra={"errors": [{"in": "query", "field": "by"}]},
        )
    found, today = book(), clock.today()
    some = lives(found, today) if found else None
    if found is None or some is None or not len(some.account):
        return StayingPage(items=[], next_cursor=None, data_cut=None, groups=[])
    paid = first_money(found, some, main_currency(found))
    if asked.by:
        groups = compared(some, labels_of(some, asked.by), paid).groups
    else:
        groups = [staying("", some, paid)]
    points = [point for group in groups for point in _points(group)]
    kept, cursor = part_of(points, f"staying:{asked.by}", asked)
    return StayingPage(
        items=kept, next_cursor=cursor, data_cut=_cut(some), groups=[_group(g) for g in groups]
    )


def _cut(some: Lives) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + some.cut)


def _group(group: Staying) -> StayingGroup:
    return StayingGroup(
        name=group.name,
        customers=group.n,
        left=group.left,
        given_days=group.given,
        shares=_shares(group.shares, group.at_risk[1:]),
        money=[] if isinstance(group.money, NoAnswer)
        else _shares(group.money_shares, group.at_risk[1:]),
    )  # fmt: skip


def _shares(found: tuple[Answer | NoAnswer, ...], at_risk: tuple[int, ...]) -> list[StayingShare]:
    made = []
    for months, one, risk in zip(MONTHS, found, at_risk, strict=True):
        told = (one.value, one.low, one.high) if isinstance(one, Answer) else (None, None, None)
        made.append(
            StayingShare(months=months, share=told[0], low=told[1], high=told[2], at_risk=risk)
        )
    return made


def _points(group: Staying) -> list[StayingPoint]:
    made: list[StayingPoint] = []
    kinds: tuple[Literal["customers", "money"], ...] = ("customers", "money")
    for counted, c in zip(kinds, (group.curve, group.money), strict=True):
        if isinstance(c, NoAnswer):
            continue
        columns = (c.time, c.survival, c.low, c.high, c.at_risk, c.events)
        made += [
            StayingPoint(
                group=group.name, counted=counted, days=t, share=s, low=low, high=high,
                at_risk=risk, left=left,
            )
            for t, s, low, high, risk, left in zip(*(x.tolist() for x in columns), strict=True)
        ]  # fmt: skip
    return made
