from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from banso.know.people.models import Membership, Person
from banso.shared.journal.writes import record
from banso.shared.upserts.rules import CHANGED, CREATED, Change, Outcome, differences
from banso.shared.upserts.writes import insert_rows, slices, update_columns, upsert
from banso.shared.users.models import User

PLACE = ("account_id", "is_key", "influence")


@transaction.atomic
def upsert_people(
    *, by: User | None, source: str, rows: Sequence[Mapping[str, Any]], dry_run: bool = False
) -> list[Outcome]:
    """Create or change people by their id in the source. A row may name an ``account_id`` and the person's place
    there (``is_key``, ``influence``); the same person may stand at several accounts in several rows.
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
    """Put people at their accounts; a new or changed place makes a row that was the same a changed one."""
    there: dict[tuple[int, int], dict[str, Any]] = {}
    for some in slices(list(known.values())):
        values = Membership.objects.filter(person__in=some).values(
            "pk", "person_id", "account_id", "is_key", "influence"
        )
        there.update({(value["person_id"], value["account_id"]): value for value in values})
    outcomes, new = [], {}
    changed: dict[tuple[str, ...], dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        outcome = by_id[row["external_id"]]
        place = {name: row[name] for name in ("is_key", "influence") if row.get(name) is not None}
        account, person = row.get("account_id"), known.get(row["external_id"])
        if account and person:
            old = there.get((person, account))
            if old is None:
                new[person, account] = {**place, "person_id": person, "account_id": account}
                changes = (Change("account", None, account),)
            else:
                changes = differences(old, place)
                if changes:
                    changed[tuple(place)][old["pk"]] = place
            if changes and outcome.state != CREATED:
                outcome = Outcome(CHANGED, outcome.pk, (*outcome.changes, *changes))
        outcomes.append(outcome)
    if not dry_run:
        insert_rows(Membership, rows=list(new.values()))
        for values in changed.values():
            update_columns(Membership, values=values)
    return outcomes
