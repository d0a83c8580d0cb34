"""Outcomes of the organisation's own: registered once, read again and again, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from banso.know.accounts.models import Account
from banso.prove.hypotheses.models import Origin, OwnOutcome, Reading
from banso.prove.hypotheses.own import counts_as_come
from banso.shared import clock
from banso.shared.fields.models import FieldDefinition, Holder, Kind
from banso.shared.journal.writes import record
from banso.shared.users.models import User
from banso.shared.users.reads import organisation


@transaction.atomic
def register_outcome(
    *,
    by: User,
    name: str,
    aim: str,
    origin: str,
    params: Mapping[str, Any],
    counts: str,
    compare: str = "",
) -> OwnOutcome:
    """Say what counts as come, before any hypothesis about it; read the answers there are."""
    if not by.may("define"):
        raise PermissionDenied
    made = OwnOutcome.objects.create(
        name=name, aim=aim, origin=origin, params=dict(params), compare=compare, counts=counts,
        by=by, created_at=clock.now(),
    )  # fmt: skip
    record("outcome.registered", by=by, outcome=made.pk, name=name, origin=origin)
    take_readings()
    return made


@transaction.atomic
def take_readings() -> int:
    """Keep every answer with its day that is not kept yet; how many these are.

    The next file may overwrite the fields: what was read once stays as it was.
    """
    today, found = clock.today(organisation().time_zone), 0
    fields = OwnOutcome.objects.filter(origin=Origin.FIELD, retired_at=None)
    for outcome in fields.select_for_update():
        new = _new_readings(outcome, today)
        Reading.objects.bulk_create(new, batch_size=1000, ignore_conflicts=True)
        if new:
            record("outcome.read", by=None, outcome=outcome.pk, readings=len(new))
        found += len(new)
    return found


def _new_readings(outcome: OwnOutcome, today: date) -> list[Reading]:
    known = set(Reading.objects.filter(outcome=outcome).values_list("account_id", "on"))
    answered, dated = outcome.params["field"], outcome.params["dated"]
    number = FieldDefinition.objects.filter(
        holder=Holder.ACCOUNT, key=answered, kind=Kind.NUMBER
    ).exists()
    made = []
    rows = Account.objects.exclude(custom={}).values_list("pk", "custom")
    for pk, custom in rows.iterator(chunk_size=20_000):
        try:
            on = date.fromisoformat(str(custom.get(dated, "")))
        except ValueError:
            continue
        value = custom.get(answered)
        text = "" if value is None else str(value)
        came = counts_as_come(text, number=number, counts=outcome.counts)
        if came is None or on > today or (pk, on) in known:
            continue
        reading = Reading(outcome=outcome, account_id=pk, on=on, value=text[:200], came=came)
        reading.read_at = clock.now()
        made.append(reading)
    return made


@transaction.atomic
def retire_outcome(*, by: User, outcome: OwnOutcome) -> None:
    """No new hypothesis may be about it; those there are go on."""
    if not by.may("define"):
        raise PermissionDenied
    if outcome.retired_at is None:
        outcome.retired_at = clock.now()
        outcome.save(update_fields=["retired_at"])
        record("outcome.retired", by=by, outcome=outcome.pk, name=outcome.name)
