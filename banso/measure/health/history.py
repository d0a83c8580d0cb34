"""What was known of the customers on a day in the past, as far as events and notes tell it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import pyarrow as pa
from django.db.models import Max, Q

from banso.know.accounts.models import Account, Stage
from banso.know.notes.models import Note
from banso.measure.health import rules

EPOCH = date(1970, 1, 1)


def customers_as_of(day: date) -> pa.Table:
    """Today's customers that were there on that day, as the metrics want their rows."""
    there = Account.objects.exclude(stage=Stage.LEFT)
    there = there.filter(Q(signed_up_on=None) | Q(signed_up_on__lte=day))
    rows = list(there.order_by("pk").values_list("pk", "signed_up_on").iterator())
    signed_up = [(since - EPOCH).days if since else None for _, since in rows]
    ids = pa.array([pk for pk, _ in rows], pa.int64())
    return pa.table(
        {
            "row_id": ids,
            "account_id": ids,
            "signed_up_day": pa.array(signed_up, pa.int32()),
            "as_of_day": pa.array([(day - EPOCH).days] * len(rows), pa.int32()),
        }
    )


def readings_as_of(
    values: pa.Table, measures: Sequence[rules.Measure], day: date, *, stale: bool
) -> dict[int, dict[str, rules.Reading]]:
    """Each customer's readings on that day, from a part of the metrics' values."""
    columns = {name: values[name].to_pylist() for name in values.column_names}
    ids = columns["row_id"]
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    span = {"account__gte": min(ids, default=0), "account__lte": max(ids, default=0)}
    notes = Note.objects.filter(at__lt=midnight, **span).order_by()
    contacts = dict(notes.values_list("account_id").annotate(last=Max("at")))
    accounts = Account.objects.filter(pk__gte=span["account__gte"], pk__lte=span["account__lte"])
    touch_models = dict(accounts.values_list("pk", "touch_model"))
    known = [m for m in measures if m.key in columns]
    found: dict[int, dict[str, rules.Reading]] = {}
    for place, pk in enumerate(ids):
        last = contacts.get(pk)
        readings = {
            m.key: rules.metric_reading(
                {"v": columns[m.key][place], "c": columns[f"{m.key}__censored"][place]},
                m,
                stale=stale,
            )
            for m in known
        }
        readings[rules.CONTACT_DAYS] = rules.contact_reading(
            last.date() if last else None, day, touch_models.get(pk, "")
        )
        found[pk] = readings
    return found
