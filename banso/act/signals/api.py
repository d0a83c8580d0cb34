"""Open signals by HTTP: what was noticed, why, and the next step."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.act.signals.kinds import kinds
from banso.act.signals.models import Signal
from banso.act.signals.reads import reason_of, signals_asked, step_due_on, step_of
from banso.shared import clock
from banso.shared.keys.rules import SIGNALS_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Owner, Page, Short, owner

router = Router(tags=["signals"])
SORTS = {"id": "pk", "priority": "priority", "raised_at": "raised_at"}


class SignalOut(BaseModel):
    id: int
    account_id: int
    kind: str
    title: str
    reason: str = Field(description=_("Why it was raised, as it stands today."))
    step: str = Field(description=_("The next step."))
    step_due_on: date
    priority: int = Field(description=_("0 to 100."))
    raised_at: datetime
    due_on: date | None
    owner: Owner | None
    snoozed_until: date | None


class SignalPage(Page[SignalOut]):
    pass


class SignalsAsked(Asked):
    account_id: Id | None = None
    kind: Short = ""
    priority_min: int | None = Field(None, ge=0, le=100)
    snoozed: bool = Field(True, description=_("false: without those that somebody put off."))
    sort: str = Field("id", pattern=r"^-?(id|priority|raised_at)$")


def signal_out(signal: Signal, today: date) -> SignalOut:
    return SignalOut(
        id=signal.pk,
        account_id=signal.account_id,
        kind=signal.kind,
        title=str(kinds()[signal.kind].title),
        reason=reason_of(signal, today),
        step=step_of(signal),
        step_due_on=step_due_on(signal, today),
        priority=signal.priority,
        raised_at=signal.raised_at,
        due_on=signal.due_on,
        owner=owner(signal.owner),
        snoozed_until=signal.snoozed_until,
    )


@router.get("/signals", response=SignalPage, summary=_("List open signals"), **needs(SIGNALS_READ))
def list_signals(request: HttpRequest, asked: Query[SignalsAsked]) -> SignalPage:
    today = clock.today()
    rows = signals_asked(
        today,
        account_id=asked.account_id,
        kind=asked.kind,
        priority_min=asked.priority_min,
        snoozed=asked.snoozed,
    )
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    return SignalPage(items=[signal_out(s, today) for s in found], next_cursor=cursor)
