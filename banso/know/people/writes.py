from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.know.accounts.models import Account
from banso.know.accounts.reads import may_change
from banso.know.people.models import Membership, Person
from banso.know.people.reads import may_change_person, places_of
from banso.shared.journal.writes import record
from banso.shared.upserts.rules import CHANGED, CREATED, Change, Outcome, differences
from banso.shared.upserts.writes import insert_rows, slices, update_columns, upsert
from banso.shared.users.models import User

PLACE = ("account_id", "is_key", "influence")
KEPT = ("pk", "is_key", "influence")


@transaction.atomic
def upsert_people(
    *, by: User | None, source: str, rows: Sequence[Mapping[str, Any]], dry_run: bool = False
) -> list[Outcome]:
    """Create or change people by their id in the source. A row may name an ``account_id`` and the
    person's place there (``is_key``, ``influence``); the same person may stand at several accounts
    in several rows.
    """
    persons: dict[str, dict[str, Any]] = {}
    for row in rows:
        own = {name: value for name, value in row.items() if name not in PLACE}
        persons.setdefault(row["external_id"], {}).update(own)
    known = _ids_of_people(source, list(persons))
    for external_id, person in persons.items():
        if "name" not in person and external_id not in known:
            person["name"] = person.get("email") or external_id
    found = upsert(Person, source=source, rows=list(persons.values()), dry_run=dry_run)
    by_id = dict(zip(persons, found, strict=True))
    if not dry_run and any(outcome.state == CREATED for outcome in found):
        known = _ids_of_people(source, list(persons))
    outcomes = _memberships(rows, by_id, known, dry_run=dry_run)
    count = Counter(outcome.state for outcome in outcomes)
    if not dry_run and (count[CREATED] or count[CHANGED]):
        record(
            "people.upserted", by=by, source=source, created=count[CREATED], changed=count[CHANGED]
        )
    return outcomes


def _ids_of_people(source: str, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in slices(ids):
        rows = Person.objects.filter(source=source, external_id__in=some)
        found.update(rows.values_list("external_id", "pk"))
    return found


def _memberships(
    rows: Sequence[Mapping[str, Any]],
    by_id: dict[str, Outcome],
    known: dict[str, int],
    *,
    dry_run: bool,
) -> list[Outcome]:
    """Put people at their accounts; a new or changed place makes the row a changed one."""
    there: dict[tuple[int, int], dict[str, Any]] = {}
    for some in slices(list(known.values())):
        places = Membership.objects.filter(person__in=some)
        for person, account, *values in places.values_list("person_id", "account_id", *KEPT):
            there[person, account] = dict(zip(KEPT, values, strict=True))
    outcomes: list[Outcome] = []
    new: dict[tuple[int, int], dict[str, Any]] = {}
    changed: dict[tuple[str, ...], dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        outcome = by_id[row["external_id"]]
        place = {name: row[name] for name in ("is_key", "influence") if row.get(name) is not None}
        at = (known.get(row["external_id"]), row.get("account_id"))
        if at[0] and at[1]:
            old = there.get((at[0], at[1]))
            changes: tuple[Change, ...] = (Change("account", None, at[1]),)
            if old is None:
                new[at[0], at[1]] = {**place, "person_id": at[0], "account_id": at[1]}
            else:
                changes = differences(old, place)
                if changes:
                    changed[tuple(place)][old["pk"]] = place
            if changes and outcome.state != CREATED:
                outcome = Outcome(CHANGED, outcome.pk, (*outcome.changes, *changes))
        outcomes.append(outcome)
    if not dry_run:
        insert_rows(Membership, rows=list(new.values()))
        for by_pk in changed.values():
            update_columns(Membership, values=by_pk)
    return outcomes


@transaction.atomic
def add_person(
    *,
    by: User,
    account: Account,
    is_key: bool,
    influence: str,
    custom: Mapping[str, Any],
    **fields: Any,
) -> Person:
    """Add somebody at an account by hand."""
    _must_may_change(by, account)
    fields["external_id"] = fields.get("external_id") or f"P-{token_hex(4)}"
    person = Person.objects.create(**fields, source="manual", custom=_filled(custom))
    Membership.objects.create(person=person, account=account, is_key=is_key, influence=influence)
    record(
        "person.added",
        by=by,
        account_id=account.pk,
        person=person.pk,
        name=person.name,
        is_key=is_key,
    )
    return person


@transaction.atomic
def change_person(*, by: User, person: Person, custom: Mapping[str, Any], **fields: Any) -> Person:
    """Change what differs about a person; each account they stand at gets the entry."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    places = places_of(person)
    if not may_change_person(by, places):
        raise PermissionDenied
    changed = [name for name, value in fields.items() if getattr(person, name) != value]
    for name in changed:
        setattr(person, name, fields[name])
    own = {key: value for key, value in custom.items() if person.custom.get(key) != value}
    if changed or own:
        person.custom = _filled(person.custom | own)
        person.save()
        account_ids: list[int | None] = [place.account_id for place in places]
        for account_id in account_ids or [None]:
            names = [*changed, *(f"own_{key}" for key in own)]
            record(
                "person.changed",
                by=by,
                account_id=account_id,
                person=person.pk,
                name=person.name,
                fields=names,
            )
    return person


@transaction.atomic
def put_at_account(
    *, by: User, person: Person, account: Account, is_key: bool, influence: str
) -> Membership:
    """Place somebody at an account, or change their place there."""
    _must_may_change(by, account)
    place, created = Membership.objects.get_or_create(person=person, account=account)
    if created or (place.is_key, place.influence) != (is_key, influence):
        was_key = place.is_key
        place.is_key, place.influence = is_key, influence
        place.save()
        said = {
            "person": person.pk,
            "name": person.name,
            "is_key": is_key,
            "was_key": was_key,
            "influence": influence,
        }
        record(
            "person.linked" if created else "person.placed", by=by, account_id=account.pk, **said
        )
    return place


@transaction.atomic
def take_from_account(*, by: User, place: Membership) -> None:
    """Somebody left the account; the person and their notes stay."""
    _must_may_change(by, place.account)
    record(
        "person.left",
        by=by,
        account_id=place.account_id,
        person=place.person_id,
        name=place.person.name,
    )
    place.delete()


def _must_may_change(user: User, account: Account) -> None:
    if not may_change(user, account):
        raise PermissionDenied


def _filled(custom: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in custom.items() if value is not None}
