from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from banso.know.accounts.models import Account
from banso.know.notes.models import Note
from banso.shared.journal.models import Entry
from banso.shared.journal.reads import entries_of_account
from banso.shared.slots import entry_sentences

AT_ONCE = 20
ENTRIES_SEARCHED = 500
R = TypeVar("R", Note, Entry)


@dataclass(frozen=True)
class Moment:
    """One thing on the timeline: a note, or a journal entry in words."""

    at: datetime
    by: Any
    note: Note | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Timeline:
    """Newest first; ``older`` is where the next part begins, empty at the end."""

    moments: list[Moment]
    older: str


def notes_asked(
    *, account_id: int | None, person_id: int | None, since: datetime | None
) -> QuerySet[Note]:
    """Notes for a program whose key may read them."""
    given = {"account_id": account_id, "person_id": person_id, "at__gte": since}
    said = {name: value for name, value in given.items() if value is not None}
    return Note.objects.filter(**said).select_related("author")


def timeline_of(account: Account, *, q: str = "", before: datetime | None = None) -> Timeline:
    """Notes and what the journal says about one account, merged by time."""
    notes = (
        Note.objects.filter(account=account)
        .select_related("author", "person")
        .order_by("-at", "-pk")
    )
    for word in q.split():
        notes = notes.filter(
            Q(happened__icontains=word)
            | Q(feeling__icontains=word)
            | Q(person__name__icontains=word)
        )
    found = [Moment(note.at, note.author, note=note) for note in _before(notes, before)]
    found += _told(account, q, before)
    found.sort(key=lambda moment: moment.at, reverse=True)
    if len(found) <= AT_ONCE:
        return Timeline(found, "")
    last = found[AT_ONCE - 1].at
    shown = [moment for moment in found if moment.at >= last]
    is_end = len(shown) == len(found) and len(found) < AT_ONCE + 1
    return Timeline(shown, "" if is_end else last.isoformat())


def _before(rows: QuerySet[R], before: datetime | None, most: int = AT_ONCE + 1) -> list[R]:
    return list((rows.filter(at__lt=before) if before else rows)[:most])


def _told(account: Account, q: str, before: datetime | None) -> list[Moment]:
    """Journal entries that an app has words for."""
    sentences: dict[str, Callable[[Entry], str]] = {
        f.key: f.value for f in entry_sentences.fillings()
    }
    entries = entries_of_account(account.pk).filter(kind__in=sentences)
    most = ENTRIES_SEARCHED if q else AT_ONCE + 1
    told = [(entry, sentences[entry.kind](entry)) for entry in _before(entries, before, most)]
    words = [word.casefold() for word in q.split()]
    return [
        Moment(entry.at, entry.by, sentence=sentence)
        for entry, sentence in told
        if sentence and all(word in sentence.casefold() for word in words)
    ]
