"""Notes by HTTP: what was said, and when."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.know.notes.models import Note
from banso.know.notes.reads import notes_asked
from banso.shared.keys.rules import NOTES_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Moment, Page

router = Router(tags=["notes"])
SORTS = {"id": "pk", "at": "at"}


class NoteOut(BaseModel):
    id: int
    account_id: int
    person_id: int | None
    author: str | None
    at: datetime
    channel: str
    happened: str
    feeling: str
    mood: int | None = Field(description=_("From -2 (angry) to 2 (delighted)."))


class NotePage(Page[NoteOut]):
    pass


class NotesAsked(Asked):
    account_id: Id | None = None
    person_id: Id | None = None
    since: Moment | None = None
    sort: str = Field("id", pattern=r"^-?(id|at)$")


def note_out(note: Note) -> NoteOut:
    return NoteOut(
        id=note.pk,
        account_id=note.account_id,
        person_id=note.person_id,
        author=None if note.author is None else str(note.author),
        at=note.at,
        channel=note.channel,
        happened=note.happened,
        feeling=note.feeling,
        mood=note.mood,
    )


@router.get("/notes", response=NotePage, summary=_("List notes"), **needs(NOTES_READ))
def list_notes(request: HttpRequest, asked: Query[NotesAsked]) -> NotePage:
    rows = notes_asked(account_id=asked.account_id, person_id=asked.person_id, since=asked.since)
    found, cursor = part(rows, order_of(asked.sort, SORTS), asked)
    return NotePage(items=[note_out(note) for note in found], next_cursor=cursor)
