"""Customers by HTTP: lists, one, and upserts in batches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.know.accounts.api_rows import account_rows
from banso.know.accounts.api_search import matching, order, parts_of
from banso.know.accounts.models import Account, Stage, TouchModel
from banso.know.accounts.reads import account_by_external_id, account_by_id, account_ids
from banso.know.accounts.writes import upsert_accounts
from banso.shared.keys.rules import ACCOUNTS_READ, ACCOUNTS_WRITE
from banso.shared.rest.access import key_of, needs
from banso.shared.rest.batches import MOST, ONE_BY_ONE, BatchAnswer, write
from banso.shared.rest.paging import part
from banso.shared.rest.shapes import (
    Asked,
    Given,
    Id,
    Moment,
    Money,
    Owner,
    OwnValues,
    Page,
    Short,
    money,
    own_values,
    owner,
)

router = Router(tags=["accounts"])
FREE: dict[str, Any] = {
    "name": "filters",
    "in": "query",
    "style": "form",
    "explode": True,
    "schema": {
        "type": "object",
        "maxProperties": 6,
        "patternProperties": {
            r"^(own|metric)_[a-z][a-z0-9_]*(\.(how|min|max))?$": {"type": "string"}
        },
        "additionalProperties": False,
    },
    "description": _(
        "Own fields and metrics as filters, as in the address of the customer list: "
        "own_KEY=Gold, own_KEY.min=10, own_KEY.how=empty, metric_KEY.max=0."
    ),
    "x-prefixes": ["own_", "metric_"],
}


class AccountOut(BaseModel):
    id: int
    source: str
    external_id: str
    name: str
    name_kana: str
    industry: str
    country: str
    segment: str
    touch_model: str
    stage: str
    employees: int | None
    website: str
    signed_up_on: date | None
    parent_id: int | None
    owner: Owner | None
    custom: OwnValues
    health: int | None = Field(description=_("The present health score, 0 to 100."))
    mrr: Money | None = Field(description=_("What it pays a month, from its subscriptions."))
    next_renewal_on: date | None
    last_contact_on: date | None
    created_at: datetime
    updated_at: datetime = Field(
        description=_("When a field changed; the figures that follow from others do not count.")
    )
    parts: dict[str, Any] | None = Field(
        None, description=_("What include asked for, such as the present values of metrics.")
    )


class AccountPage(Page[AccountOut]):
    pass


class AccountsAsked(Asked):
    q: Short = Field("", description=_("Words in name, reading, external id or website."))
    name: Short = Field("", description=_("Part of the name."))
    source: Short = ""
    external_id: Short = ""
    stage: Stage | None = None
    touch_model: TouchModel | None = None
    segment: Short = ""
    industry: Short = ""
    country: Short = ""
    owner: Short = Field("", description=_("E-mail address or id of the owner, or “nobody”."))
    health_min: int | None = Field(None, ge=0, le=100)
    health_max: int | None = Field(None, ge=0, le=100)
    renewal_from: date | None = None
    renewal_to: date | None = None
    updated_since: Moment | None = None
    sort: str = Field(
        "id",
        max_length=100,
        pattern=r"^-?[a-z][a-z0-9_]*$",
        description=_(
            "id, updated_at, or a column of the customer list such as name, -mrr, next_renewal, "
            "own_KEY or metric_KEY; - turns the order. For all rows, keep id."
        ),
    )
    include: str = Field(
        "",
        pattern=r"^(|metrics)$",
        description=_("metrics: the present value of each metric (needs metrics:read)."),
    )


class AccountAsked(BaseModel):
    include: str = Field(
        "",
        pattern=r"^(|metrics)$",
        description=_("metrics: the present value of each metric (needs metrics:read)."),
    )


class ByExternalId(AccountAsked):
    external_id: Short = Field(min_length=1)
    source: Short = Field("", description=_("The key's own source where it is left out."))


class AccountIn(Given):
    external_id: Short = Field(min_length=1)
    name: Short | None = Field(None, min_length=1)
    name_kana: Short | None = None
    industry: Annotated[Short, Field(max_length=100)] | None = None
    country: Annotated[Short, Field(max_length=60)] | None = None
    segment: Annotated[Short, Field(max_length=60)] | None = None
    touch_model: TouchModel | None = None
    stage: Stage | None = None
    employees: int | None = Field(None, ge=0, le=2_147_483_647)
    website: Short | None = None
    signed_up_on: date | None = None
    owner: Short | None = Field(None, description=_("E-mail address of the owner."))
    parent: Short | None = Field(None, description=_("External id of the parent company."))
    custom: OwnValues = Field(default_factory=dict)


class AccountsIn(Given):
    items: list[Annotated[AccountIn, ONE_BY_ONE]] = Field(
        min_length=1,
        max_length=MOST,
        examples=[
            [
                {
                    "external_id": "C-1042",
                    "name": "青葉製作所",
                    "segment": "Enterprise",
                    "employees": 320,
                }
            ]
        ],
    )


def account_out(account: Account, parts: dict[str, Any] | None) -> AccountOut:
    return AccountOut(
        id=account.pk,
        source=account.source,
        external_id=account.external_id,
        name=account.name,
        name_kana=account.name_kana,
        industry=account.industry,
        country=account.country,
        segment=account.segment,
        touch_model=account.touch_model,
        stage=account.stage,
        employees=account.employees,
        website=account.website,
        signed_up_on=account.signed_up_on,
        parent_id=account.parent_id,
        owner=owner(account.owner),
        custom=own_values(account.custom),
        health=account.health,
        mrr=money(account.mrr_minor, account.currency),
        next_renewal_on=account.next_renewal_on,
        last_contact_on=account.last_contact_on,
        created_at=account.created_at,
        updated_at=account.updated_at,
        parts=parts,
    )


@router.get(
    "/accounts",
    response=AccountPage,
    summary=_("List customers"),
    description=_("Filters are joined by “and”; an unknown one is refused."),
    **needs(ACCOUNTS_READ, parameters=[FREE]),
)
def list_accounts(request: HttpRequest, asked: Query[AccountsAsked]) -> AccountPage:
    rows = matching(asked, dict(request.GET.lists())).select_related("owner")
    found, cursor = part(rows, order(asked.sort), asked)
    parts = parts_of(request, asked.include, [account.pk for account in found])
    items = [account_out(account, parts.get(account.pk)) for account in found]
    return AccountPage(items=items, next_cursor=cursor)


@router.get(
    "/accounts/by-external-id",
    response=AccountOut,
    summary=_("One customer by its id in your system"),
    **needs(ACCOUNTS_READ, **{"x-may-miss": True}),
)
def read_account_by_external_id(request: HttpRequest, asked: Query[ByExternalId]) -> AccountOut:
    source = asked.source or key_of(request).source
    account = account_by_external_id(source, asked.external_id)
    return account_out(account, parts_of(request, asked.include, [account.pk]).get(account.pk))


@router.get(
    "/accounts/{int:account_id}",
    response=AccountOut,
    summary=_("One customer"),
    **needs(ACCOUNTS_READ),
)
def read_account(request: HttpRequest, account_id: Id, asked: Query[AccountAsked]) -> AccountOut:
    account = account_by_id(account_id)
    return account_out(account, parts_of(request, asked.include, [account.pk]).get(account.pk))


@router.post(
    "/accounts/batch",
    response=BatchAnswer,
    summary=_("Create or change customers"),
    description=_(
        "Each item is found by its external id in the key's source; only the fields that stand in "
        "it are changed, null empties one. What cannot be kept comes back under refused, with the "
        "reason."
    ),
    **needs(ACCOUNTS_WRITE),
)
def write_accounts(request: HttpRequest, given: AccountsIn) -> BatchAnswer:
    source = key_of(request).source
    batch = account_rows(given.items, source=source)
    return write(
        request,
        batch,
        what="accounts",
        verb=lambda rows: upsert_accounts(by=None, source=source, rows=rows),
        ids=lambda wanted: account_ids(source, wanted),
    )
