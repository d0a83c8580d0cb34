from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from banso.know.accounts.models import Account
from banso.know.forgetting.models import ForgottenPerson
from banso.know.forgetting.rules import State, cleared_by, state_of
from banso.know.people.models import Membership, Person
from banso.shared.lake import reads as lake
from banso.shared.lake.days import day_of
from banso.shared.lake.models import Forgetting
from banso.shared.lake.rules import GRACE

SHOWN = 20
HOW = {
    "removed": gettext_noop("removed"),
    "changed": gettext_noop("emptied"),
    "left": gettext_noop("left as it is"),
}


@dataclass(frozen=True)
class Where:
    """Events with the person's id at one customer, or at keys that nobody knows."""

    account: Account | None
    events: int
    stands_here: bool


@dataclass(frozen=True)
class Found:
    """What a forgetting would touch in the events."""

    places: list[Where]
    more: int
    events: int
    events_here: int
    others: int


def found_of(person: Person) -> Found:
    """Where events carry the id of the person, most events first."""
    counted = lake.accounts_of_users([person.external_id])
    own = set(Membership.objects.filter(person=person).values_list("account_id", flat=True))
    accounts = Account.objects.in_bulk([pk for pk in list(counted)[:SHOWN] if pk is not None])
    places = [
        Where(accounts.get(pk) if pk else None, rows, pk in own)
        for pk, rows in list(counted.items())[:SHOWN]
    ]
    others = Person.objects.filter(external_id=person.external_id).exclude(pk=person.pk)
    return Found(
        places=places,
        more=max(len(counted) - SHOWN, 0),
        events=sum(counted.values()),
        events_here=sum(rows for pk, rows in counted.items() if pk in own),
        others=others.count(),
    )


def receipts() -> QuerySet[ForgottenPerson]:
    """Every receipt, the newest first."""
    return ForgottenPerson.objects.select_related("forgetting", "asked_by")


def receipt_with(pk: int) -> ForgottenPerson:
    return get_object_or_404(receipts(), pk=pk)


def state(receipt: ForgottenPerson) -> State:
    done = receipt.forgetting
    return state_of(files=done.files, finished_at=done.finished_at, swept_at=done.swept_at)


def clear_by(receipt: ForgottenPerson) -> datetime | None:
    """When at the latest no old file of theirs is left."""
    finished_at = receipt.forgetting.finished_at
    return cleared_by(finished_at, GRACE) if finished_at else None


def touched(receipt: ForgottenPerson) -> list[tuple[str, int, str]]:
    """What was touched in the database, in the reader's language: what, rows, how."""
    said = []
    for one in receipt.touched:
        what, how = one["what"], HOW[one["how"]]
        said.append((_(what), one["rows"], _(how)))
    return said


def weeks(receipt: ForgottenPerson) -> list[tuple[date, int]]:
    """The Mondays of the weeks with events of theirs, and how many."""
    by_week = {int(week): rows for week, rows in receipt.forgetting.by_week.items()}
    return [(day_of(7 * week - 3), by_week[week]) for week in sorted(by_week)]


def events_left(user_key: str) -> int:
    """How many events of the files carry this id now."""
    return sum(lake.files_of_users([user_key], None).values())


def remaining(receipt: ForgottenPerson) -> list[str]:
    """What a forgetting does not reach, as sentences."""
    said = [
        _("Backups made before hold everything; after restoring one, forget the person again."),
        _(
            "The product: if it goes on sending events with the same id, they are kept as new "
            "ones. Stop that there first."
        ),
        _("Texts that people wrote: notes, tasks and the like may still mention the name."),
        _("Uploaded files and the files of past imports were not searched."),
        _("Properties of other people’s events were not searched."),
        _("Downloads, exports, sent e-mails and logs of the server are out of reach."),
    ]
    if not receipt.everywhere:
        said.insert(0, _("Events with the same id at other customers stay, as was asked."))
    if receipt.mode == Forgetting.Mode.PSEUDONYMISE:
        said.append(
            _("The events themselves stay, with customer, time, name and role, under a random id.")
        )
    return said
