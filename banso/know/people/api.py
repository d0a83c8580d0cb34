"""People by HTTP: lists, one, and upserts in batches with their places at customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.know.accounts.reads import account_ids
from banso.know.people.models import Influence, Membership, Person
from banso.know.people.reads import (
    people_asked,
    people_ids,
    person_by_external_id,
    person_by_id,
    places_by_person,
)
from banso.know.people.writes import upsert_people
from banso.shared.fields.reads import fields_of
from banso.shared.keys.rules import PEOPLE_READ, PEOPLE_WRITE
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
    OwnValues,
    Page,
    Short,
    own_values,
)

router = Router(tags=["people"])
SORTS = {"id": "pk", "name": "name", "name_kana": "name_kana", "updated_at": "updated_at"}


class Place(BaseModel):
    """Where a person stands."""

    account_id: int
    external_id: str
    name: str
    is_key: bool
    influence: str


class PersonOut(BaseModel):
    id: int
    source: str
    external_id: str = Field(description=_("The user id that usage events carry."))
    name: str
    name_kana: str
    email: str
    phone: str
    department: str
    title: str
    product_role: str
    channel: str
    custom: OwnValues
    accounts: list[Place]
    created_at: datetime
    updated_at: datetime


class PersonPage(Page[PersonOut]):
    pass


class PeopleAsked(Asked):
    q: Short = Field("", description=_("Words in name, reading, e-mail or external id."))
    account_id: Id | None = None
    source: Short = ""
    external_id: Short = ""
    email: Short = ""
    is_key: bool | None = Field(None, description=_("Whether the person is a key person."))
    updated_since: Moment | None = None
    sort: str = Field("id", pattern=r"^-?(id|name|name_kana|updated_at)$")


class PersonByExternalId(BaseModel):
    external_id: Short = Field(min_length=1)
    source: Short = Field("", description=_("The key's own source where it is left out."))


class PersonIn(Given):
    external_id: Short = Field(min_length=1)
    name: Short | None = Field(None, min_length=1)
    name_kana: Short | None = None
    email: Annotated[Short, Field(max_length=254)] | None = None
    phone: Annotated[Short, Field(max_length=40)] | None = None
    department: Annotated[Short, Field(max_length=100)] | None = None
    title: Annotated[Short, Field(max_length=100)] | None = None
    product_role: Annotated[Short, Field(max_length=60)] | None = None
    channel: Annotated[Short, Field(max_length=60)] | None = None
    account: Short | None = Field(
        None, description=_("External id of the customer, in the key's source.")
    )
    is_key: bool | None = None
    influence: Influence | None = None
    custom: OwnValues = Field(default_factory=dict)


class PeopleIn(Given):
    items: list[Annotated[PersonIn, ONE_BY_ONE]] = Field(
        min_length=1,
        max_length=MOST,
        examples=[
            [{"external_id": "u-77", "name": "山田 花子", "account": "C-1042", "is_key": True}]
        ],
    )


def person_out(person: Person, places: Sequence[Membership]) -> PersonOut:
    return PersonOut(
        id=person.pk,
        source=person.source,
        external_id=person.external_id,
        name=person.name,
        name_kana=person.name_kana,
        email=person.email,
        phone=person.phone,
        department=person.department,
        title=person.title,
        product_role=person.product_role,
        channel=person.channel,
        custom=own_values(person.custom),
        accounts=[
            Place(
                account_id=place.account_id,
                external_id=place.account.external_id,
                name=place.account.name,
                is_key=place.is_key,
                influence=place.influence,
            )
            for place in places
        ],
        created_at=person.created_at,
        updated_at=person.updated_at,
    )


@router.get("/people", response=PersonPage, summary=_("List people"), **needs(PEOPLE_READ))
def list_people(request: HttpRequest, asked: Query[PeopleAsked]) -> PersonPage:
    rows = people_asked(
        q=asked.q,
        account_id=asked.account_id,
        is_key=asked.is_key,
        updated_since=asked.updated_since,
        same={name: getattr(asked, name) for name in ("source", "external_id", "email")},
    )
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    places = places_by_person(found)
    items = [person_out(person, places.get(person.pk, ())) for person in found]
    return PersonPage(items=items, next_cursor=cursor)


@router.get(
    "/people/by-external-id",
    response=PersonOut,
    summary=_("One person by the id in your system"),
    **needs(PEOPLE_READ, **{"x-may-miss": True}),
)
def read_person_by_external_id(request: HttpRequest, asked: Query[PersonByExternalId]) -> PersonOut:
    source = asked.source or key_of(request).source
    person = person_by_external_id(source, asked.external_id)
    return person_out(person, places_by_person([person]).get(person.pk, ()))


@router.get(
    "/people/{int:person_id}", response=PersonOut, summary=_("One person"), **needs(PEOPLE_READ)
)
def read_person(request: HttpRequest, person_id: Id) -> PersonOut:
    person = person_by_id(person_id)
    return person_out(person, places_by_person([person]).get(person.pk, ()))


@router.post(
    "/people/batch",
    response=BatchAnswer,
    summary=_("Create or change people"),
    description=_(
        "Each item is found by its external id in the key's source; only the fields that stand in "
        "it are changed. A person at several customers is sent once for each."
    ),
    **needs(PEOPLE_WRITE),
)
def write_people(request: HttpRequest, given: PeopleIn) -> BatchAnswer:
    source = key_of(request).source
    return write(
        request,
        _rows(given.items, source),
        what="people",
        verb=lambda rows: upsert_people(by=None, source=source, rows=rows),
        ids=lambda wanted: people_ids(source, wanted),
    )


def _rows(items: Sequence[Any], source: str) -> Batch:
    fields = {field.key: field for field in fields_of("person")}
    sent = [item for item in items if not isinstance(item, Unread)]
    accounts = account_ids(source, [item.account for item in sent if item.account])
    batch = Batch()

    def row_of(item: Any) -> Row:
        row = plain_row(item, (), leave_out=("custom", "account", "is_key", "influence"))
        if "name" in row and not row["name"]:
            raise Wrong("name", gettext("is missing"))
        if row.get("email"):
            _must_be_email(row["email"])
        if item.account:
            if item.account not in accounts:
                raise Wrong("account", gettext("“%(text)s” is not known") % {"text": item.account})
            row["account_id"] = accounts[item.account]
            given = {"is_key": item.is_key, "influence": item.influence}
            row |= {name: value for name, value in given.items() if value is not None}
        if item.custom:
            row["custom"] = checked(item.custom, fields)
        return row

    batch.read(items, row_of)
    return batch


def _must_be_email(text: str) -> None:
    try:
        validate_email(text)
    except ValidationError:
        raise Wrong("email", gettext("is no e-mail address")) from None
