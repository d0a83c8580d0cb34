"""Which events arrive, by HTTP: names and the names of their properties, never a value."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.listen.events.models import EventName
from banso.listen.events.reads import event_names
from banso.shared.keys.rules import EVENTS_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Page, Short

router = Router(tags=["events"])
SORTS = {"id": "pk", "name": "name", "count": "count", "last_seen": "last_seen"}


class PropertyOut(BaseModel):
    key: str
    is_number: bool


class EventNameOut(BaseModel):
    name: str
    label: str = Field(description=_("What people call it, in the language of the answer."))
    is_core: bool
    count: int
    first_seen: datetime
    last_seen: datetime
    properties: list[PropertyOut] = Field(
        description=_("Properties found in its events; hidden ones are left out.")
    )


class EventNamePage(Page[EventNameOut]):
    pass


class EventNamesAsked(Asked):
    q: Short = Field("", description=_("Part of a name."))
    is_core: bool | None = None
    sort: str = Field("id", pattern=r"^-?(id|name|count|last_seen)$")


@router.get(
    "/event-names",
    response=EventNamePage,
    summary=_("List the names of events that arrived"),
    **needs(EVENTS_READ),
)
def list_event_names(request: HttpRequest, asked: Query[EventNamesAsked]) -> EventNamePage:
    rows = event_names(asked.q)
    if asked.is_core is not None:
        rows = rows.filter(is_core=asked.is_core)
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    return EventNamePage(items=[_out(event) for event in found], next_cursor=cursor)


def _out(event: EventName) -> EventNameOut:
    return EventNameOut(
        name=event.name,
        label=event.label,
        is_core=event.is_core,
        count=event.count,
        first_seen=event.first_seen,
        last_seen=event.last_seen,
        properties=[
            PropertyOut(key=found["key"], is_number=bool(found["numeric"]))
            for found in event.shown_properties
        ],
    )
