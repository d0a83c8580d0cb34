"""By what customers can be told apart on the pages of experience: their fields, and bands of
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.know.accounts.models import Account
from banso.measure.experience.answers import customers_on, kept
from banso.measure.experience.columns import Ints, table
from banso.measure.metrics.models import MetricDefinition
from banso.measure.readings.groups import Grouping, groupings
from banso.measure.readings.reads import present_day, values_on_day, weeks_to_read
from banso.shared.fields.models import FieldDefinition, Kind
from banso.shared.fields.reads import fields_of
from banso.shared.lake.days import day_number

Names = npt.NDArray[np.object_]
SIZE, USAGE, MONEY = "size", "usage", "mrr"
UNKNOWN = ""
SIZES = ((50, "1-49"), (300, "50-299"), (1000, "300-999"))
LARGEST = "1000+"
USAGE_METRIC = "usage_28d"
THIRDS = ("low", "middle", "high")
MOST_TEXTS = 40
AFTER_A_WAVE = frozenset({"health", "stage"})
"""What is known of customers today only and moves with what happened since."""


@dataclass(frozen=True)
class Groups:
    """The group of each account, by sorted id; "" where it is not known."""

    ids: Ints
    names: Names

    @cached_property
    def levels(self) -> list[str]:
        return sorted({*self.names.tolist(), UNKNOWN})

    @cached_property
    def _codes(self) -> Ints:
        place = {name: at for at, name in enumerate(self.levels)}
        return np.array([place[name] for name in self.names.tolist()], dtype=np.int64)

    def coded(self, accounts: Ints) -> Ints:
        """The place of each one's group in ``levels``."""
        unknown = self.levels.index(UNKNOWN)
        if not len(self.ids):
            return np.full(len(accounts), unknown, dtype=np.int64)
        place = np.clip(np.searchsorted(self.ids, accounts), 0, len(self.ids) - 1)
        return np.where(self.ids[place] == accounts, self._codes[place], unknown)

    def at(self, accounts: Ints) -> Names:
        return np.array(self.levels, dtype=object)[self.coded(accounts)]


@dataclass(frozen=True)
class SegmentField:
    """One way to tell customers apart; ``ordered``: its groups from the lowest, where they have an
    order.
    """

    key: str
    label: str | Promise
    of_accounts: Callable[[Hashable], Mapping[int, Hashable]]
    labels: Callable[[], Mapping[str, str]] = dict
    ordered: tuple[str, ...] = ()
    day: date | None = None

    def groups(self, asof: Hashable) -> Groups:
        return kept(("groups", self.key, self.day, asof), lambda: self._groups(asof))

    def _groups(self, asof: Hashable) -> Groups:
        if self.key == SIZE:
            return _sizes()
        found = {pk: _text(value) for pk, value in self.of_accounts(asof).items()}
        ids = np.array(sorted(found), dtype=np.int64)
        return Groups(ids, np.array([found[pk] for pk in ids.tolist()], dtype=object))

    def name(self, group: str) -> str:
        """The group in words."""
        return _("(none)") if group == UNKNOWN else str(self.labels().get(group, group))


def _text(value: Hashable) -> str:
    return UNKNOWN if value is None else str(value)


def segment_fields(day: date) -> dict[str, SegmentField]:
    """Every way there is: size, usage and money in bands as of the day, then the fields."""
    made = [
        SegmentField(SIZE, gettext_lazy("Company size"), lambda _asof: {}, _size_names,
                     (*(name for _end, name in SIZES), LARGEST)),
        SegmentField(USAGE, gettext_lazy("Usage"), lambda _asof: _usage(day),
                     _third_names, THIRDS, day),
        SegmentField(MONEY, gettext_lazy("MRR"), lambda asof: _money(day, asof),
                     _third_names, THIRDS, day),
    ]  # fmt: skip
    made += [_of_grouping(one) for one in groupings().values()]
    made += [_of_own(one) for one in fields_of("account") if one.kind in (Kind.TEXT, Kind.NUMBER)]
    return {one.key: one for one in made}


def use_case_field(fields: Mapping[str, SegmentField]) -> SegmentField:
    """The organisation's own field for what customers use it for; industry without one."""
    own = [one for key, one in fields.items() if key.startswith("own_") and "use" in key]
    return own[0] if own else fields["industry"]


def _of_grouping(one: Grouping) -> SegmentField:
    def labels() -> Mapping[str, str]:
        return {str(key): str(value) for key, value in one.labels().items()}

    return SegmentField(one.key, one.label, lambda _asof: one.of_accounts(), labels)


def _of_own(field: FieldDefinition) -> SegmentField:
    def values(_asof: Hashable) -> Mapping[int, Hashable]:
        rows = Account.objects.order_by().annotate(chosen=F(f"custom__{field.key}"))
        return dict(rows.values_list("pk", "chosen"))

    if field.kind == Kind.NUMBER:
        return SegmentField(
            f"own_{field.key}", field.label, lambda asof: thirds(values(asof)), _third_names, THIRDS
        )
    return SegmentField(f"own_{field.key}", field.label, values)


def _sizes() -> Groups:
    ids, employees = table(Account.objects.all(), "pk", "employees", empty=0)
    order = np.argsort(ids, kind="stable")
    names = np.array([*(name for _end, name in SIZES), LARGEST, UNKNOWN], dtype=object)
    place = np.searchsorted([end for end, _name in SIZES], employees[order], side="right")
    return Groups(ids[order], names[np.where(employees[order] > 0, place, len(names) - 1)])


def _size_names() -> Mapping[str, str]:
    names = {
        name: _("%(range)s employees") % {"range": name.replace("-", "–")} for _e, name in SIZES
    }
    return names | {LARGEST: _("1000 employees or more")}


def _third_names() -> Mapping[str, str]:
    return {"low": _("Lowest third"), "middle": _("Middle third"), "high": _("Highest third")}


def thirds(values: Mapping[int, Hashable]) -> Mapping[int, Hashable]:
    """Lowest, middle and highest third of those with a number; equal numbers stay together."""
    known = {pk: float(v) for pk, v in values.items() if isinstance(v, int | float)}
    if not known:
        return {}
    numbers = np.fromiter(known.values(), dtype=np.float64)
    low, high = np.quantile(numbers, [1 / 3, 2 / 3])
    place = (numbers > low).astype(int) + (numbers > high)
    return {pk: THIRDS[at] for pk, at in zip(known, place.tolist(), strict=True)}


def _money(day: date, asof: Hashable) -> Mapping[int, Hashable]:
    found = customers_on(day, asof)
    return thirds(dict(zip(found.ids.tolist(), found.mrr.tolist(), strict=True)))


def _usage(day: date) -> Mapping[int, Hashable]:
    """As of the Monday before the day where that is kept, else now."""
    if not MetricDefinition.objects.filter(key=USAGE_METRIC).exists():
        return {}
    monday = day - timedelta(days=day.weekday())
    number = day_number(monday) if monday in weeks_to_read() else present_day()
    table = values_on_day(number, keys=[USAGE_METRIC])
    pairs = zip(table["account_id"].to_pylist(), table[USAGE_METRIC].to_pylist(), strict=True)
    return thirds(dict(pairs))


def in_order(field: SegmentField, groups: Sequence[str]) -> list[str]:
    """The groups as they are listed: by their order, else as given; who has none comes last."""
    place = {name: at for at, name in enumerate(field.ordered)}
    return sorted(groups, key=lambda g: (g == UNKNOWN, place.get(g, len(place))))
