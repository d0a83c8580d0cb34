from __future__ import annotations

from secrets import token_hex

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from banso.know.forgetting.registry import Identity, Trace
from banso.know.people.models import Membership, Person
from banso.listen.answers.names import Names
from banso.listen.earlier.models import Aside
from banso.listen.invitations.models import Invitation
from banso.listen.surveys.models import Response
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation

SCRUBBED = ("person", "external_id", "answers", "draft", "original")
AT_ONCE = 500


@transaction.atomic
def take_out(identity: Identity) -> list[Trace]:
    """Answers stay, without the person: what they counted still counts, and nobody can say whose
    it was. Names go out of the free texts, also out of colleagues' at the same customers.
    """
    names = _names(identity)
    own = Response.objects.filter(person=identity.person_id)
    accounts = set(own.exclude(account=None).values_list("account_id", flat=True))
    places = Membership.objects.filter(person=identity.person_id)
    accounts |= set(places.values_list("account_id", flat=True))
    theirs, texts = _scrub_answers(identity.person_id, accounts, names)
    asides = _scrub_asides(names)
    invitations = _scrub_invitations(identity)
    if theirs or texts:  # pages that remember what was written ask anew
        record("survey.person_taken_out", by=None, answers=theirs, texts=texts)
    return [
        Trace(gettext_noop("Answers to surveys, whose person was taken out"), theirs, "changed"),
        Trace(gettext_noop("Answers whose texts had the name"), texts, "changed"),
        Trace(gettext_noop("Names of unknown people in brought-in files"), asides, "removed"),
        Trace(
            gettext_noop("Invitations to surveys, with address and link"), invitations, "changed"
        ),
    ]


@transaction.atomic
def erase_answers(*, by: User, person: Person) -> list[Trace]:
    """Take a person out of the answers alone; the person stays."""
    if not by.may("settings"):
        raise PermissionDenied
    identity = Identity(person.pk, person.external_id, person.name, person.email, person.phone)
    done = take_out(identity)
    rows = {one.what: one.rows for one in done}
    record("person.answers_erased", by=by, person=person.pk, rows=rows)
    return done


@transaction.atomic
def note_export(*, by: User, person: Person, form: str) -> None:
    """Who handed a person's answers out, and when."""
    if not by.may("settings"):
        raise PermissionDenied
    record("person.answers_exported", by=by, person=person.pk, form=form)


def _names(identity: Identity) -> Names:
    with translation.override(organisation().language):
        instead = _("[name removed]")
    others = (identity.email, identity.external_id, identity.phone)
    return Names(name=identity.name, others=others, instead=instead)


def _scrub_answers(person: int, accounts: set[int], names: Names) -> tuple[int, int]:
    theirs = texts = 0
    rows = Response.objects.filter(Q(person=person) | Q(account__in=accounts)).order_by("pk")
    changed: list[Response] = []
    for row in rows.iterator(chunk_size=AT_ONCE):
        is_own = row.person_id == person
        before = (row.answers, row.draft, row.original)
        row.answers, row.draft = names.out_of(row.answers), names.out_of(row.draft)
        row.original = names.out_of(row.original)
        has_text = before != (row.answers, row.draft, row.original)
        if is_own:
            row.person = None
            if row.external_id.startswith("who ") or names.are_in(row.external_id):
                row.external_id = f"forgotten {token_hex(8)}"
        if is_own or has_text:
            changed.append(row)
        theirs, texts = theirs + is_own, texts + has_text
    Response.objects.bulk_update(changed, SCRUBBED, batch_size=200)
    return theirs, texts


def _scrub_asides(names: Names) -> int:
    """Whoever is forgotten needs no more to be found; their unclaimed answers keep no name."""
    rows = 0
    for aside in Aside.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
        is_named = any(names.are_in(text) for text in aside.people_texts)
        kept = names.out_of(aside.kept)
        if not is_named and kept == aside.kept:
            continue
        rows += 1
        if is_named and aside.response_id is not None:
            aside.delete()
            continue
        aside.kept = kept
        aside.people_texts = [] if is_named else aside.people_texts
        aside.external_id = f"forgotten {token_hex(8)}" if is_named else aside.external_id
        aside.save(update_fields=["kept", "people_texts", "external_id"])
    return rows


def _scrub_invitations(identity: Identity) -> int:
    """The invitation stays as a number of the response rate; its link opens nothing any more."""
    whose = Q(person=identity.person_id)
    if identity.email:
        whose |= Q(person=None, email__iexact=identity.email)
    asked = Invitation.objects.filter(whose)
    return asked.update(
        person=None, email="", detail="", token_hash=None, due=0, due_from=None, claimed_at=None
    )
