"""By what customers can be told apart: contract, plan, and every field of a customer."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account, TouchModel
from banso.know.subscriptions.models import Subscription
from banso.shared.fields.models import Kind
from banso.shared.fields.reads import fields_of
from banso.shared.figures import figure

CONTRACT, PLAN, EMPLOYEES = "contract", "plan", "employees"
FIELDS = ("segment", "touch_model", "industry", "country")
OWN = "own."
AMONG = 3


def groupings() -> list[tuple[str, str]]:
    """Key and name; a date tells no groups."""
    own = [f for f in fields_of("account") if f.kind != Kind.DATE]
    return [
        (CONTRACT, _("Contract")),
        (PLAN, _("Plan")),
        ("segment", _("Segment")),
        ("touch_model", _("Touch model")),
        ("industry", _("Industry")),
        ("country", _("Country")),
        (EMPLOYEES, _("Employees")),
        *((f"{OWN}{field.key}", field.label) for field in own),
    ]


def groups_of(by: str) -> dict[int, str]:
    """account -> its value, where there is one; contracts are told by `Lives.months`."""
    if by == PLAN:
        return first_plans()
    if by.startswith(OWN):
        return _own_groups(by.removeprefix(OWN))
    if by == EMPLOYEES:
        return thirds(_values(EMPLOYEES))
    if by not in FIELDS:
        return {}
    words = {value: str(label) for value, label in TouchModel.choices}
    told = {pk: str(value) for pk, value in _values(by) if value}
    return {pk: words.get(v, v) if by == "touch_model" else v for pk, v in told.items()}


def first_plans() -> dict[int, str]:
    """account -> the plan it began with."""
    paid = Subscription.objects.filter(is_trial=False).exclude(plan="")
    rows = paid.order_by("start", "pk").values_list("account_id", "plan")
    plans: dict[int, str] = {}
    for account, plan in rows.iterator(chunk_size=20_000):
        plans.setdefault(account, plan)
    return plans


def _finite(value: object) -> float | None:
    """A number as it can be reckoned with; PostgreSQL gives large ones as whole numbers of hundreds
    of digits.
    """
    if not isinstance(value, int | float):
        return None
    try:
        told = float(value)
    except OverflowError:
        return None
    return told if math.isfinite(told) else None


def thirds(pairs: Iterable[tuple[int, object]]) -> dict[int, str]:
    """account -> the lowest, middle or highest third of a number, named by its range."""
    known = [(pk, told) for pk, v in pairs if (told := _finite(v)) is not None]
    if not known:
        return {}
    values = np.array([value for _pk, value in known])
    edges = np.unique(np.quantile(values, [1 / AMONG, 2 / AMONG], method="inverted_cdf"))
    place = np.searchsorted(edges, values, side="left")
    names = {}
    for nth in np.unique(place):
        mine = values[place == nth]
        low, high = (_number(float(x)) for x in (mine.min(), mine.max()))
        names[int(nth)] = low if low == high else f"{low}–{high}"
    return {pk: names[int(nth)] for (pk, _value), nth in zip(known, place, strict=True)}


def _own_groups(key: str) -> dict[int, str]:
    kinds = {field.key: field.kind for field in fields_of("account")}
    values = _values(f"custom__{key}")
    if kinds.get(key) == Kind.NUMBER:
        return thirds(values)
    return {pk: str(value) for pk, value in values if value not in (None, "")}


def _values(path: str) -> Iterable[tuple[int, object]]:
    return Account.objects.order_by().values_list("pk", path).iterator(chunk_size=20_000)


def _number(value: float) -> str:
    return figure(value, 0 if value.is_integer() else 2)
