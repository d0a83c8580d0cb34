"""What a key is, and which fields the organisation has defined."""

from __future__ import annotations

from typing import Literal

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.shared.fields.reads import fields_of
from banso.shared.keys.rules import ACCOUNTS_READ
from banso.shared.rest.access import key_of, needs

router = Router(tags=["key"])


class KeyOut(BaseModel):
    name: str
    source: str = Field(description=_("The system whose external ids this key reads and writes."))
    scopes: list[str]


class OwnField(BaseModel):
    holder: Literal["account", "person", "subscription"]
    key: str
    name: str = Field(description=_("In the language of the answer."))
    kind: Literal["text", "number", "date", "choice"]
    choices: list[str]


class OwnFields(BaseModel):
    items: list[OwnField]


class FieldsAsked(BaseModel):
    holder: Literal["account", "person", "subscription"] = "account"


@router.get("/key", response=KeyOut, summary=_("What this key may do"), **needs(""))
def read_key(request: HttpRequest) -> KeyOut:
    key = key_of(request)
    return KeyOut(name=key.name, source=key.source, scopes=key.scopes)


@router.get(
    "/fields",
    response=OwnFields,
    summary=_("The organisation's own fields"),
    **needs(ACCOUNTS_READ),
)
def list_fields(request: HttpRequest, asked: Query[FieldsAsked]) -> OwnFields:
    found = [
        OwnField.model_validate(
            {
                "holder": field.holder,
                "key": field.key,
                "name": field.label,
                "kind": field.kind,
                "choices": field.choices,
            }
        )
        for field in fields_of(asked.holder)
    ]
    return OwnFields(items=found)
