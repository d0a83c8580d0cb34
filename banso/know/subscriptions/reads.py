from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

import pyarrow as pa
from django.db.models import Max, Q, QuerySet
from django.shortcuts import get_object_or_404

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.rules import LANDMARK_DAYS, DecisionRows, at_stake, decisions
from banso.shared.upserts.writes import slices

_TERM = pa.schema(
    [
        ("subscription_id", pa.int64()),
        ("account_id", pa.int64()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("term_months", pa.int64()),
        ("is_trial", pa.bool_()),
        ("outcome", pa.string()),
        ("cancelled_on", pa.date32()),
        ("observed_from", pa.date32()),
        ("mrr_minor", pa.int64()),
    ]
)


def decision_rows(*, data_cut: date, landmark_days: int = LANDMARK_DAYS) -> DecisionRows:
    """Every renewal decision of the organisation up to ``data_cut``; see ``rules.decisions``."""
    return decisions(_terms(), data_cut=data_cut, landmark_days=landmark_days)


def decisions_at_stake(*, data_cut: date, of: Collection[int] | None = None) -> pa.Table:
    """When each of these decisions was open, of all accounts or of some; see ``rules.at_stake``."""
    return at_stake(_terms(of), data_cut=data_cut)


def _terms(of: Collection[int] | None = None) -> pa.Table:
    names = ["pk" if name == "subscription_id" else name for name in _TERM.names]
    parts: list[dict[str, Any]] = (
        [{}] if of is None else [{"account__in": some} for some in slices(sorted(of))]
    )
    found = (Subscription.objects.filter(**part).values_list(*names) for part in parts)
    rows = chain.from_iterable(part.iterator(chunk_size=20_000) for part in found)
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, _TERM, strict=True)],
        schema=_TERM,
    )


def last_known_day(today: date) -> date | None:
    """The latest day up to today on which a subscription began, ended or was given notice.

    What is recorded tells nothing about renewals after it: an old file must not renew by itself.
    """
    found = Subscription.objects.aggregate(
        start=Max("start", filter=Q(start__lte=today)),
        end=Max("end", filter=Q(end__lte=today)),
        cancelled_on=Max("cancelled_on", filter=Q(cancelled_on__lte=today)),
    )
    days = [day for day in found.values() if day is not None]
    return max(days, default=None)


def next_term_ends(today: date) -> date | None:
    """The first end of a paid term after today, where one is known."""
    ahead = Subscription.objects.filter(is_trial=False, end__gt=today).order_by("end")
    return ahead.values_list("end", flat=True).first()


def subscription_by_id(pk: int) -> Subscription:
    """One subscription for a program whose key may read them, or a 404."""
    return get_object_or_404(Subscription, pk=pk)


def subscription_ids(source: str, external_ids: Sequence[str]) -> dict[str, int]:
    """external id -> id of those subscriptions of a source that are there."""
    found: dict[str, int] = {}
    for some in slices(list(dict.fromkeys(external_ids))):
        rows = Subscription.objects.filter(source=source, external_id__in=some)
        found.update(rows.values_list("external_id", "pk"))
    return found


def subscriptions_asked(conditions: Mapping[str, Any]) -> QuerySet[Subscription]:
    """Those that meet every condition that says something."""
    said = {name: value for name, value in conditions.items() if value is not None}
    return Subscription.objects.filter(**said)


def subscriptions_of(account: Account, *, most: int) -> list[Subscription]:
    """The subscriptions of one account, the latest first."""
    return list(Subscription.objects.filter(account=account).order_by("-start", "-pk")[:most])
