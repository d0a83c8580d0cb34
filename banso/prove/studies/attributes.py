"""What we know about customers and contracts, one value per decision row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.prove.studies.rules import (
    MOST_LEVELS,
    Candidate,
    Ints,
    Kind,
    comparable_levels,
    kind_of_numbers,
    known_at_landmark,
    leak_in_field,
)
from banso.shared.fields.models import FieldDefinition, Holder, KnownWhen
from banso.shared.fields.models import Kind as FieldKind
from banso.shared.fields.reads import fields_of

_EPOCH = date(1970, 1, 1)
_DAYS_IN_A_MONTH = 30.4375
_ALIKE = 1.5

# What a contract says is true for its term; what CS assigns may follow the customer's trouble.
_OF_ACCOUNT = {
    "industry": ("nominal", KnownWhen.START),
    "country": ("nominal", KnownWhen.START),
    "segment": ("nominal", KnownWhen.CHANGES),
    "touch_model": ("nominal", KnownWhen.CHANGES),
    "employees": ("number", KnownWhen.START),
}
_OF_SUBSCRIPTION = {
    "plan": ("nominal", KnownWhen.START),
    "seats": ("number", KnownWhen.START),
    "mrr_minor": ("number", KnownWhen.START),
}


@dataclass(frozen=True)
class NotCompared:
    """A field that was left aside, and why: "date", "many_values", "currencies", "intervals"."""

    label_en: str
    label_ja: str
    reason: str


@dataclass(frozen=True)
class _Field:
    key: str
    label_en: str
    label_ja: str
    kind: str
    known_when: str
    own: bool
    values: list[Any]


@dataclass(frozen=True)
class _Holders:
    """Records of one kind, and where the record of each decision row stands among them."""

    prefix: str
    fields: list[_Field]
    place: Ints
    recorded_on: Ints
    landmark: Ints


def attributes_of(rows: pa.Table) -> tuple[list[Candidate], list[NotCompared]]:
    """Candidates from the terms of the decisions, the customers' and the contracts' fields."""
    candidates, left_aside = _of_decisions(rows)
    for holders in (_accounts(rows), _subscriptions(rows)):
        for field in holders.fields:
            made = _candidate(field, holders)
            if isinstance(made, NotCompared):
                left_aside.append(made)
            elif made is not None:
                candidates.append(made)
    return candidates, left_aside


def in_both(label: str | Promise) -> tuple[str, str]:
    """A translatable label in English and in Japanese."""
    with override("en"):
        english = str(label)
    with override("ja"):
        return english, str(label)


def days_of(column: pa.ChunkedArray) -> Ints:
    """A date column as day numbers since 1970-01-01."""
    return np.asarray(column.cast(pa.int32()).to_numpy(), dtype=np.int64)


def _of_decisions(rows: pa.Table) -> tuple[list[Candidate], list[NotCompared]]:
    """Tenure, and the contract type where its decisions look equally far ahead.

    A month gives less time to leave than a quarter: such rates are no comparison.
    """
    tenure_en, tenure_ja = in_both(_("Months as a customer"))
    contract_en, contract_ja = in_both(_("Contract type"))
    months = pc.divide(rows["tenure_days"].cast(pa.float64()), _DAYS_IN_A_MONTH)
    tenure = Candidate(
        "decision.tenure", "attribute", "number", tenure_en, tenure_ja, months,
        replaces="tenure", unit="months",
    )  # fmt: skip
    ahead = days_of(rows["decided_on"]) - days_of(rows["landmark"])
    if len(ahead) and ahead.max() > _ALIKE * ahead.min():
        return [tenure], [NotCompared(contract_en, contract_ja, "intervals")]
    contract = Candidate(
        "decision.contract", "attribute", "nominal", contract_en, contract_ja,
        rows["contract"], replaces="contract",
    )  # fmt: skip
    return [tenure, contract], []


def _accounts(rows: pa.Table) -> _Holders:
    names = list(_OF_ACCOUNT)
    own = fields_of(Holder.ACCOUNT)
    records = Account.objects.order_by("pk").values_list("pk", "updated_at", "custom", *names)
    columns = _columns(records.iterator(chunk_size=20_000), 3 + len(names))
    fields = _built_in(Account, _OF_ACCOUNT, columns[3:]) + _own(own, columns[2])
    return _Holders(
        "account", fields, _places(columns[0], rows["account_id"]), _days(columns[1]),
        days_of(rows["landmark"]),
    )  # fmt: skip


def _subscriptions(rows: pa.Table) -> _Holders:
    names = list(_OF_SUBSCRIPTION)
    own = fields_of(Holder.SUBSCRIPTION)
    records = Subscription.objects.order_by("pk").values_list(
        "pk", "updated_at", "custom", "currency", *names
    )
    columns = _columns(records.iterator(chunk_size=20_000), 4 + len(names))
    fields = _built_in(Subscription, _OF_SUBSCRIPTION, columns[4:]) + _own(own, columns[2])
    if len({currency for currency in columns[3] if currency}) > 1:
        fields = [_mixed(f) if f.key == "mrr_minor" else f for f in fields]
    return _Holders(
        "subscription", fields, _places(columns[0], rows["subscription_id"]), _days(columns[1]),
        days_of(rows["landmark"]),
    )  # fmt: skip


def _columns(records: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*records, strict=True)] or [[] for _ in range(width)]


def _places(ids: list[int], wanted: pa.ChunkedArray) -> Ints:
    """Where each wanted id stands among the sorted ids; every decision has its records."""
    return np.asarray(np.searchsorted(np.asarray(ids, dtype=np.int64), wanted.to_numpy()))


def _days(moments: list[datetime]) -> Ints:
    return np.fromiter(((m.date() - _EPOCH).days for m in moments), np.int64, len(moments))


def _built_in(
    model: type[Model], known: dict[str, tuple[str, KnownWhen]], columns: list[list[Any]]
) -> list[_Field]:
    made = []
    for (name, (kind, known_when)), values in zip(known.items(), columns, strict=True):
        column = model._meta.get_field(name)
        english, japanese = in_both(getattr(column, "verbose_name", name))
        made.append(_Field(name, english, japanese, kind, known_when, False, values))
    return made


def _own(definitions: list[FieldDefinition], customs: list[dict[str, Any]]) -> list[_Field]:
    return [
        _Field(
            f"own.{d.key}", d.label_en, d.label_ja, d.kind, d.known_when, True,
            [custom.get(d.key) for custom in customs],
        )
        for d in definitions
    ]  # fmt: skip


def _mixed(field: _Field) -> _Field:
    return _Field(
        field.key, field.label_en, field.label_ja, "currencies", field.known_when, False,
        field.values,
    )  # fmt: skip


def _candidate(field: _Field, holders: _Holders) -> Candidate | NotCompared | None:
    """The field ready to compare; None where nobody has a value."""
    values, kind = _typed(field)
    if not any(value is not None for value in values):
        return None
    if kind not in ("number", "flag", "nominal"):
        return NotCompared(field.label_en, field.label_ja, kind)
    array = pa.array(values, pa.string() if kind == "nominal" else pa.float64())
    array = array.take(pa.array(holders.place))
    leak = leak_in_field(
        names=[field.key, field.label_en, field.label_ja] if field.own else [],
        known_when=field.known_when,
    )
    late = 0
    if field.known_when == KnownWhen.CHANGES and not leak:
        recorded_on = holders.recorded_on[holders.place]
        array, late = known_at_landmark(array, recorded_on=recorded_on, landmark=holders.landmark)
    return Candidate(
        f"{holders.prefix}.{field.key}", "attribute", kind, field.label_en, field.label_ja,
        array, leak=leak, recorded_late=late,
    )  # fmt: skip


def _typed(field: _Field) -> tuple[list[Any], Kind | str]:
    """Values without blanks, and what they are compared as, or why they are not."""
    if field.kind in ("number", FieldKind.NUMBER):
        numbers = [number_of(value) for value in field.values]
        return numbers, kind_of_numbers(numbers)
    values = [None if value in (None, "") else str(value) for value in field.values]
    if field.kind in (FieldKind.DATE, "currencies"):
        return values, str(field.kind)
    if field.kind == FieldKind.TEXT and not comparable_levels(values):
        return values, "many_values"
    if len({value for value in values if value}) > MOST_LEVELS:
        return values, "many_values"
    return values, "nominal"


def number_of(value: Any) -> float | None:
    """A number that can be reckoned with; None of anything else, as of hundreds of digits."""
    try:
        told = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return told if math.isfinite(told) else None
