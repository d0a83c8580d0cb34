from __future__ import annotations

from secrets import token_hex

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from banso.know.forgetting.models import ForgottenPerson
from banso.know.forgetting.registry import Identity, Trace, traces
from banso.know.notes.models import Note
from banso.know.people.models import Membership, Person
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.lake import writes as lake
from banso.shared.lake.models import Forgetting
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

NAMED_IN = ("person.added", "person.changed", "person.linked", "person.placed", "person.left")
EMPTIED = ("name_kana", "email", "phone", "department", "title", "personality", "channel")


@transaction.atomic
def forget_person(
    *, by: User, person: Person, mode: str, everywhere: bool, reference: str = ""
) -> ForgottenPerson:
    """Take a person out of the database now, and owe the rewriting of the events."""
    if not by.may("settings"):
        raise PermissionDenied
    person = Person.objects.select_for_update().get(pk=person.pk)
    identity = Identity(person.pk, person.external_id, person.name, person.email, person.phone)
    places = Membership.objects.filter(person=person)
    account_ids = sorted(places.values_list("account_id", flat=True))
    asked = lake.forget(
        user_keys=[person.external_id],
        mode=mode,
        account_ids=None if everywhere else account_ids,
        words=identity.words,
    )
    touched = [*_mentions(identity), _journal(identity)]
    for trace in traces.values():
        touched += trace(identity)
    touched += _erased(person) if mode == Forgetting.Mode.ERASE else _emptied(person)
    receipt = ForgottenPerson.objects.create(
        reference=reference,
        person_id=identity.person_id,
        mode=mode,
        everywhere=everywhere,
        customers=len(account_ids),
        asked_by=by,
        asked_at=clock.now(),
        forgetting=asked,
        touched=[{"what": one.what, "rows": one.rows, "how": one.how} for one in touched],
    )
    record("person.forgotten", by=by, receipt=receipt.pk, person=identity.person_id, mode=mode)
    return receipt


def _mentions(identity: Identity) -> list[Trace]:
    met = Note.objects.filter(person_id=identity.person_id).count()
    mentioned = Note.objects.filter(happened__contains=identity.name).count()
    return [
        Trace(gettext_noop("Notes of a contact with this person"), met, "left"),
        Trace(gettext_noop("Notes whose text has the name"), mentioned, "left"),
    ]


def _journal(identity: Identity) -> Trace:
    """The journal keeps what happened; the name leaves it."""
    named = Entry.objects.filter(kind__in=NAMED_IN, payload__person=identity.person_id)
    rows = 0
    for entry in named.iterator():
        entry.payload["name"] = _nobody()
        entry.save(update_fields=["payload"])
        rows += 1
    return Trace(gettext_noop("Names in journal entries"), rows, "changed")


def _erased(person: Person) -> list[Trace]:
    places = Membership.objects.filter(person=person).delete()[0]
    person.delete()
    return [
        Trace(gettext_noop("Places at customers"), places, "removed"),
        Trace(gettext_noop("The person with all fields"), 1, "removed"),
    ]


def _emptied(person: Person) -> list[Trace]:
    """The person stays as a number at the customers; the id has nothing to do with the events."""
    for name in EMPTIED:
        setattr(person, name, "")
    person.name, person.external_id = _nobody(), f"forgotten-{token_hex(8)}"
    person.custom, person.product_role = {}, ""
    person.save()
    places = Membership.objects.filter(person=person).count()
    return [
        Trace(gettext_noop("Places at customers"), places, "left"),
        Trace(gettext_noop("Name, id, contact data and all other fields"), 1, "changed"),
    ]


def _nobody() -> str:
    with translation.override(organisation().language):
        return _("Forgotten person")
