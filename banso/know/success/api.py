"""Definitions of success by HTTP: what is called success, who said so, and its steps."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_by_external_id, account_by_id
from banso.know.people.models import Person
from banso.know.success import rules
from banso.know.success.models import Definition, Version
from banso.know.success.reads import (
    definition_by_id,
    definitions_asked,
    metric_choices,
    people_to_choose,
    versions_of,
)
from banso.know.success.rules import StepSaid
from banso.know.success.writes import (
    AlreadyDefined,
    ChangedMeanwhile,
    define_success,
    redefine_success,
)
from banso.shared import clock
from banso.shared.keys.problems import Refused
from banso.shared.keys.rules import SUCCESS_READ, SUCCESS_WRITE
from banso.shared.keys.writes import note_change
from banso.shared.rest.access import key_of, needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import WITHOUT_NUL, Asked, Given, Id, Page, Short

router = Router(tags=["success"])
SORTS = {"id": "pk", "said_on": "current__said_on", "created_at": "created_at"}
Words = Annotated[str, Field(min_length=1, max_length=rules.LONGEST_WORDS, pattern=WITHOUT_NUL)]
StepText = Annotated[str, Field(min_length=1, max_length=rules.LONGEST_STEP, pattern=WITHOUT_NUL)]
Who = Annotated[str, Field(max_length=rules.LONGEST_WHO, pattern=WITHOUT_NUL)]
Reason = Annotated[str, Field(max_length=rules.LONGEST_REASON, pattern=WITHOUT_NUL)]


class StepOut(BaseModel):
    words: str
    metric: str = Field(description=_("Key of the metric that observes it; empty for none."))


class WordingOut(BaseModel):
    version: int
    words: str
    person_id: int | None
    said_by: str = Field(description=_("Name of who said it."))
    said_on: date
    because: str = Field(description=_("What changed, and why."))
    written_by: str | None
    written_at: datetime
    steps: list[StepOut]


class SuccessOut(WordingOut):
    id: int
    account_id: int | None = Field(
        description=_("Null for what success looks like for all our customers.")
    )
    created_at: datetime
    ended_at: datetime | None
    ended_because: str


class SuccessPage(Page[SuccessOut]):
    pass


class WholeSuccess(SuccessOut):
    versions: list[WordingOut] = Field(description=_("Every wording, the newest first."))


class SuccessAsked(Asked):
    account_id: Id | None = None
    shared: bool | None = Field(None, description=_("Only those of no customer, or none of them."))
    state: Literal["open", "ended", "all"] = "open"
    sort: str = Field("id", pattern=r"^-?(id|said_on|created_at)$")


class StepIn(Given):
    words: StepText = Field(examples=["最初の日報が共有される"])
    metric: Annotated[str, Field(max_length=80, pattern=WITHOUT_NUL)] = ""


class WordingIn(Given):
    words: Words = Field(examples=["報告書を作る時間が半分になる"])
    person_id: Id | None = Field(None, description=_("Who said it: somebody at the customer."))
    said_by: Who = Field("", description=_("Who said it, where that is nobody to choose."))
    said_on: date = Field(examples=["2026-04-01"])
    steps: list[StepIn] = Field(default_factory=list, max_length=rules.MOST_STEPS)


class SuccessIn(WordingIn):
    account_id: Id | None = Field(None, examples=[1])
    account: Short | None = Field(
        None,
        description=_("External id of the customer in the key's source, in place of account_id."),
    )


class NewWordingIn(WordingIn):
    because: Reason = ""
    version: int | None = Field(
        None, ge=1, le=10**9,
        description=_("The version this follows: refused if another one came meanwhile."),
    )  # fmt: skip


def _wording(version: Version) -> dict[str, Any]:
    return {
        "version": version.number, "words": version.words, "person_id": version.person_id,
        "said_by": version.who, "said_on": version.said_on, "because": version.because,
        "written_by": str(version.by) if version.by else None, "written_at": version.at,
        "steps": [StepOut(words=s.words, metric=s.metric) for s in version.steps.all()],
    }  # fmt: skip


def _whole(definition: Definition) -> dict[str, Any]:
    if definition.current is None:
        raise TypeError("a definition without words is not read")
    return _wording(definition.current) | {
        "id": definition.pk, "account_id": definition.account_id,
        "created_at": definition.created_at, "ended_at": definition.ended_at,
        "ended_because": definition.ended_because,
    }  # fmt: skip


def _with_versions(pk: int) -> WholeSuccess:
    definition = definition_by_id(pk)
    versions = [WordingOut(**_wording(one)) for one in versions_of(definition)]
    return WholeSuccess(**_whole(definition), versions=versions)


@router.get(
    "/success-definitions",
    response=SuccessPage,
    summary=_("List definitions of success"),
    **needs(SUCCESS_READ),
)
def list_success_definitions(request: HttpRequest, asked: Query[SuccessAsked]) -> SuccessPage:
    rows = definitions_asked(account_id=asked.account_id, shared=asked.shared, state=asked.state)
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    return SuccessPage(items=[SuccessOut(**_whole(one)) for one in found], next_cursor=cursor)


@router.get(
    "/success-definitions/{int:definition_id}",
    response=WholeSuccess,
    summary=_("One definition of success with all its versions"),
    **needs(SUCCESS_READ),
)
def read_success_definition(request: HttpRequest, definition_id: Id) -> WholeSuccess:
    return _with_versions(definition_id)


@router.post(
    "/success-definitions",
    response={201: WholeSuccess},
    summary=_("Write down what a customer calls success"),
    description=_(
        "Without a customer: what success looks like for all our customers. A customer has one "
        "that holds; a further wording is another version of it."
    ),
    **needs(SUCCESS_WRITE, **{"x-may-miss": True}),
)
def create_success_definition(request: HttpRequest, given: SuccessIn) -> Status[WholeSuccess]:
    account, key = _account(request, given), key_of(request)
    said = _said(given, account)
    try:
        with transaction.atomic():
            made = define_success(by=None, account=account, **said)
            note_change(key=key, what="success", definition=made.pk)
    except AlreadyDefined:
        raise _refused(
            "account_id", gettext("This customer has a definition: write another version of it.")
        ) from None
    return Status(201, _with_versions(made.pk))


@router.post(
    "/success-definitions/{int:definition_id}/versions",
    response=WholeSuccess,
    summary=_("Another version of a definition of success"),
    description=_("The earlier ones are kept. Where nothing differs nothing is written."),
    **needs(SUCCESS_WRITE),
)
def change_success_definition(
    request: HttpRequest, definition_id: Id, given: NewWordingIn
) -> WholeSuccess:
    definition, key = definition_by_id(definition_id), key_of(request)
    said = _said(given, definition.account) | {"because": given.because}
    try:
        with transaction.atomic():
            redefine_success(by=None, definition=definition, seen=given.version, **said)
            note_change(key=key, what="success", definition=definition.pk)
    except ChangedMeanwhile:
        raise _refused(
            "version", gettext("It was changed or ended meanwhile: read it again first.")
        ) from None
    return _with_versions(definition_id)


def _account(request: HttpRequest, given: SuccessIn) -> Account | None:
    if given.account:
        return account_by_external_id(key_of(request).source, given.account)
    return None if given.account_id is None else account_by_id(given.account_id)


def _said(given: WordingIn, account: Account | None) -> dict[str, Any]:
    """What a version is made of, with what a form would have refused refused in words."""
    if given.said_on > clock.today():
        raise _refused(
            "said_on",
            gettext("This day has not come yet: choose the day on which it was said."),
        )
    known = dict(metric_choices()) if any(step.metric for step in given.steps) else {}
    for place, step in enumerate(given.steps):
        if step.metric and step.metric not in known:
            raise _refused(
                f"steps[{place}].metric",
                gettext("No metric in use has the key “%(value)s”: choose one of the list.")
                % {"value": step.metric},
            )
    return {
        "words": given.words, "said_on": given.said_on, "person": _person(given, account),
        "said_by": given.said_by,
        "steps": [StepSaid(step.words, step.metric) for step in given.steps],
    }  # fmt: skip


def _person(given: WordingIn, account: Account | None) -> Person | None:
    if given.person_id is None:
        if not given.said_by:
            raise _refused("said_by", gettext("Say who said it: choose a person, or write who."))
        return None
    if given.said_by:
        raise _refused("said_by", gettext("Choose a person or write somebody else, not both."))
    there = people_to_choose(account, None) if account else Person.objects.none()
    person = there.filter(pk=given.person_id).first()
    if person is None:
        raise _refused("person_id", gettext("This person does not stand at this customer."))
    return person


def _refused(field: str, why: str) -> Refused:
    return Refused(422, why, extra={"errors": [{"in": "body", "field": field}]})
