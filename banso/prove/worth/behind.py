"""The customers behind an estimate: what each pays, decides when, and how far it would move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from banso.measure.revenue.reads import names_of
from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.regression import FloatArray
from banso.prove.worth.estimating import cells_of
from banso.prove.worth.ground import Change, Ground, change_of
from banso.prove.worth.rules import DAYS_A_MONTH, Asked

AT_ONCE = 2000


@dataclass(frozen=True)
class Behind:
    """All customers, most money at stake first: chance to renew without and with the whole change,
    and what that difference is of their MRR.
    """

    order: list[int]
    ground: Ground
    change: Change
    stay: FloatArray
    changed: FloatArray
    mrr: FloatArray
    in_time: list[bool]


@dataclass(frozen=True)
class Line:
    account_id: int
    name: str
    mrr: int
    decides: date
    in_time: bool
    value: float | None
    stay: float
    changed: float


def behind(ground: Ground, asked: Asked) -> Behind | None:
    """None where the change is refused."""
    change = change_of(ground, asked.target)
    if isinstance(change, NoAnswer):
        return None
    cells = cells_of(ground, change, asked)
    stay = 1 - 1 / (1 + np.exp(-cells.log_odds))
    if ground.lever.scale == "points":
        after = np.clip(stay - ground.lever.b * cells.shift, 0.0, 1.0)
    else:
        after = 1 - 1 / (1 + np.exp(-(cells.log_odds + ground.lever.b * cells.shift)))
    changed = stay + cells.moved * (after - stay)
    in_time = cells.decisions(asked.horizon) > 0
    stake = (changed - stay) * cells.money * in_time
    order = np.lexsort((ground.terms.account, -cells.money, -stake))
    return Behind(order.tolist(), ground, change, stay, changed, cells.money, in_time.tolist())


def lines_of(found: Behind, places: Sequence[int], today: date) -> Iterator[Line]:
    terms, values = found.ground.terms, found.ground.value
    names = names_of(int(terms.account[place]) for place in places)
    for place in places:
        pk, value = int(terms.account[place]), float(values[place])
        yield Line(
            pk, names.get(pk, ""), int(found.mrr[place]),
            today + timedelta(days=round(float(terms.first[place]) * DAYS_A_MONTH)),
            found.in_time[place], value if np.isfinite(value) else None,
            float(found.stay[place]), float(found.changed[place]),
        )  # fmt: skip


def csv_of(found: Behind, today: date, label: str) -> tuple[list[str], Iterator[list[object]]]:
    header = [
        _("Customer"), _("MRR (minor units)"), _("Decides on"), _("Within the time"), label,
        _("Chance to renew without it"), _("Chance to renew, whole difference"),
    ]  # fmt: skip

    def rows() -> Iterator[list[object]]:
        for begin in range(0, len(found.order), AT_ONCE):
            for line in lines_of(found, found.order[begin : begin + AT_ONCE], today):
                yield [
                    line.name, line.mrr, line.decides, _("Yes") if line.in_time else _("No"),
                    line.value, round(line.stay, 4), round(line.changed, 4),
                ]  # fmt: skip

    return header, rows()
