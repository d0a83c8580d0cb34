"""Subscriptions by HTTP: lists, one, and upserts in batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.know.accounts.reads import account_ids
from banso.know.subscriptions.models import Outcome, Subscription
from banso.know.subscriptions.reads import (
    subscription_by_id,
    subscription_ids,
    subscriptions_asked,
)
from banso.know.subscriptions.writes import upsert_subscriptions
from banso.shared.fields.reads import fields_of
from banso.shared.keys.rules import SUBSCRIPTIONS_READ, SUBSCRIPTIONS_WRITE
from banso.shared.money import CURRENCIES, to_minor
from banso.shared.rest.access import key_of, needs
from banso.shared.rest.batches import (
    MOST,
    ONE_BY_ONE,
    Batch,
    BatchAnswer,
    Row,
    Unread,
    Wrong,
    plain_row,
    write,
)
from banso.shared.rest.own_fields import checked
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import (
    Asked,
    Given,
    Id,
    Moment,
    Money,
    OwnValues,
    Page,
    Short,
    money,
    own_values,
)
from banso.shared.users.reads import organisation

router = Router(tags=["subscriptions"])
SORTS = {"id": "pk", "start": "start", "end": "end", "updated_at": "updated_at"}
MAY_BE_NULL = ("end", "seats", "cancelled_on", "observed_from")
MUST_BE = ("start", "term_months", "is_trial")


class SubscriptionOut(BaseModel):
    id: int
    source: str
    external_id: str
    account_id: int
    plan: str
    start: date
    end: date | None = Field(description=_("Null: rolling, renewed every term_months."))
    term_months: int
    mrr: Money | None
    seats: int | None
    is_trial: bool
    outcome: str = Field(description=_("renewed or churned; empty while nobody has said."))
    cancelled_on: date | None
    observed_from: date | None
    custom: OwnValues
    created_at: datetime
    updated_at: datetime


class SubscriptionPage(Page[SubscriptionOut]):
    pass


class SubscriptionsAsked(Asked):
    account_id: Id | None = None
    source: Short = ""
    external_id: Short = ""
    outcome: Outcome | None = None
    is_trial: bool | None = None
    end_from: date | None = None
    end_to: date | None = None
    updated_since: Moment | None = None
    sort: str = Field("id", pattern=r"^-?(id|start|end|updated_at)$")


class SubscriptionIn(Given):
    external_id: Short = Field(min_length=1)
    account: Short | None = Field(
        None, description=_("External id of the customer, in the key's source; a new one needs it.")
    )
    plan: Annotated[Short, Field(max_length=100)] | None = None
    start: date | None = Field(None, description=_("A new one needs it."))
    end: date | None = None
    term_months: int | None = Field(None, ge=1, le=120)
    mrr: Decimal | None = Field(
        None, ge=0, max_digits=15, decimal_places=3, description=_("Amount a month.")
    )
    currency: str | None = Field(
        None,
        pattern=r"^[A-Z]{3}$",
        description=_("ISO 4217 code; the organisation's where it is left out."),
    )
    seats: int | None = Field(None, ge=0, le=2_147_483_647)
    is_trial: bool | None = None
    outcome: Outcome | None = None
    cancelled_on: date | None = None
    observed_from: date | None = None
    custom: OwnValues = Field(default_factory=dict)


class SubscriptionsIn(Given):
    items: list[Annotated[SubscriptionIn, ONE_BY_ONE]] = Field(
        min_length=1,
        max_length=MOST,
        examples=[
            [
                {
                    "external_id": "S-9",
                    "account": "C-1042",
                    "plan": "Business",
                    "start": "2026-04-01",
                    "end": "2027-03-31",
                    "term_months": 12,
                    "mrr": "120000",
                    "currency": "JPY",
                }
            ]
        ],
    )


def subscription_out(term: Subscription) -> SubscriptionOut:
    return SubscriptionOut(
        id=term.pk,
        source=term.source,
        external_id=term.external_id,
        account_id=term.account_id,
        plan=term.plan,
        start=term.start,
        end=term.end,
        term_months=term.term_months,
        mrr=money(term.mrr_minor, term.currency),
        seats=term.seats,
        is_trial=term.is_trial,
        outcome=term.outcome,
        cancelled_on=term.cancelled_on,
        observed_from=term.observed_from,
        custom=own_values(term.custom),
        created_at=term.created_at,
        updated_at=term.updated_at,
    )


@router.get(
    "/subscriptions",
    response=SubscriptionPage,
    summary=_("List subscriptions"),
    **needs(SUBSCRIPTIONS_READ),
)
def list_subscriptions(request: HttpRequest, asked: Query[SubscriptionsAsked]) -> SubscriptionPage:
    rows = subscriptions_asked(
        {
            "account_id": asked.account_id,
            "source": asked.source or None,
            "external_id": asked.external_id or None,
            "outcome": asked.outcome,
            "is_trial": asked.is_trial,
            "end__gte": asked.end_from,
            "end__lte": asked.end_to,
            "updated_at__gte": asked.updated_since,
        }
    )
    order = order_of(asked.sort, SORTS, nullable=frozenset({"end"}))
    found, cursor = part(rows, order, asked)
    return SubscriptionPage(items=[subscription_out(t) for t in found], next_cursor=cursor)


@router.get(
    "/subscriptions/{int:subscription_id}",
    response=SubscriptionOut,
    summary=_("One subscription"),
    **needs(SUBSCRIPTIONS_READ),
)
def read_subscription(request: HttpRequest, subscription_id: Id) -> SubscriptionOut:
    return subscription_out(subscription_by_id(subscription_id))


@router.post(
    "/subscriptions/batch",
    response=BatchAnswer,
    summary=_("Create or change subscriptions"),
    description=_(
        "Each item is found by its external id in the key's source; only the fields that stand in "
        "it are changed. The customers' MRR and next renewal follow."
    ),
    **needs(SUBSCRIPTIONS_WRITE),
)
def write_subscriptions(request: HttpRequest, given: SubscriptionsIn) -> BatchAnswer:
    source = key_of(request).source
    return write(
        request,
        _rows(given.items, source),
        what="subscriptions",
        verb=lambda rows: upsert_subscriptions(by=None, source=source, rows=rows),
        ids=lambda wanted: subscription_ids(source, wanted),
    )


def _rows(items: Sequence[Any], source: str) -> Batch:
    fields = {field.key: field for field in fields_of("subscription")}
    sent = [item for item in items if not isinstance(item, Unread)]
    accounts = account_ids(source, [item.account for item in sent if item.account])
    known = subscription_ids(source, [item.external_id for item in sent])
    currency = organisation().currency
    batch = Batch()

    def row_of(item: Any) -> Row:
        row = plain_row(item, MAY_BE_NULL, leave_out=("custom", "account", "mrr", "currency"))
        for name in MUST_BE:
            if row.get(name) == "":
                raise Wrong(name, gettext("is missing"))
        if item.account:
            if item.account not in accounts:
                raise Wrong("account", gettext("“%(text)s” is not known") % {"text": item.account})
            row["account_id"] = accounts[item.account]
        if item.external_id not in known:
            _must_be_whole(item)
        if item.end and item.start and item.end < item.start:
            raise Wrong("end", gettext("lies before the start"))
        if item.custom:
            row["custom"] = checked(item.custom, fields)
        return row | _amount(item, currency)

    batch.read(items, row_of)
    batch.refuse_repeated()
    return batch


def _must_be_whole(item: SubscriptionIn) -> None:
    """What a new one needs; an outcome without an end would say nothing."""
    for name in ("account", "start"):
        if not getattr(item, name):
            raise Wrong(name, gettext("is missing"))
    if item.outcome == Outcome.CHURNED and item.end is None:
        raise Wrong("end", gettext("is missing"))


def _amount(item: SubscriptionIn, usual: str) -> Row:
    code = item.currency or usual
    if code not in CURRENCIES:
        raise Wrong("currency", gettext("is no currency of ISO 4217"))
    if "mrr" not in item.model_fields_set:
        return {"currency": code} if item.currency else {}
    if item.mrr is None:
        return {"mrr_minor": None}
    return {"mrr_minor": to_minor(item.mrr, code), "currency": code}
