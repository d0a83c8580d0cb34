"""By what customers can be told apart, and the list of customers behind each group."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banso.know.accounts.columns import SHOWN_AT_FIRST
from banso.know.accounts.models import Account, Stage, TouchModel
from banso.know.accounts.reads import owner_names
from banso.know.accounts.rules import Filter, Question
from banso.know.subscriptions.account_columns import plans_of
from banso.measure.health import rules as health
from banso.measure.health.reads import borders_in_force
from banso.measure.health.words import BAND_NAMES
from banso.shared.fields.models import FieldDefinition, Kind
from banso.shared.fields.reads import fields_of

Labels = Mapping[Any, str | Promise]
OWN = "own_"


@dataclass(frozen=True)
class Grouping:
    """One way to tell customers apart; keys are those of the customer list's columns."""

    key: str
    label: str | Promise
    of_accounts: Callable[[], Mapping[int, Hashable]]
    labels: Callable[[], Labels] = dict

    def filter(self, group: Hashable) -> Filter:
        """What the customer list is asked for to show exactly this group."""
        if group in ("", None):
            return Filter(self.key, "is" if self.key == "owner" else "empty", self._nobody)
        if self.key == "health":
            low, high = band_limits()[str(group)]
            return Filter(self.key, "between", low=low, high=high)
        return Filter(self.key, "is", (str(group),))

    @property
    def _nobody(self) -> tuple[str, ...]:
        return ("nobody",) if self.key == "owner" else ()


def band_limits() -> dict[str, tuple[str, str]]:
    """The scores of each word, as the customer list filters by them."""
    borders = borders_in_force()
    return {
        health.GOOD: (str(borders.good), ""),
        health.WATCH: (str(borders.watch), str(borders.good - 1)),
        health.STRUGGLING: ("", str(borders.watch - 1)),
    }


def groupings() -> dict[str, Grouping]:
    """Every way there is, the organisation's own choice fields last."""
    made = [
        Grouping("stage", _name("stage"), _field("stage"), lambda: dict(Stage.choices)),
        Grouping("owner", _name("owner"), _field("owner_id"), lambda: {**owner_names()}),
        Grouping("health", gettext_lazy("Health score"), _health, lambda: {**BAND_NAMES}),
        Grouping("plan", gettext_lazy("Plan"), plans_of),
        Grouping("currency", _name("currency"), _field("currency")),
        Grouping("segment", _name("segment"), _field("segment")),
        Grouping(
            "touch_model",
            _name("touch_model"),
            _field("touch_model"),
            lambda: dict(TouchModel.choices),
        ),
        Grouping("industry", _name("industry"), _field("industry")),
        Grouping("country", _name("country"), _field("country")),
    ]
    made += [_of_own(field) for field in fields_of("account") if field.kind == Kind.CHOICE]
    return {grouping.key: grouping for grouping in made}


def _of_own(field: FieldDefinition) -> Grouping:
    return Grouping(
        f"{OWN}{field.key}", field.label, _own(field.key), lambda: dict(field.choice_pairs())
    )


def _name(field: str) -> str | Promise:
    label: str | Promise = Account._meta.get_field(field).verbose_name  # type: ignore[union-attr]  # own columns
    return label


def _field(name: str) -> Callable[[], Mapping[int, Hashable]]:
    return lambda: dict(Account.objects.order_by().values_list("pk", name))


def _own(key: str) -> Callable[[], Mapping[int, Hashable]]:
    rows = Account.objects.order_by().annotate(chosen=F(f"custom__{key}"))
    return lambda: {pk: value or "" for pk, value in rows.values_list("pk", "chosen")}


def _health() -> Mapping[int, Hashable]:
    rows = Account.objects.order_by().values_list("pk", "health")
    borders = borders_in_force()
    return {pk: "" if score is None else health.band(score, borders) for pk, score in rows}


def group_name(grouping: Grouping, group: Hashable, labels: Labels) -> str:
    return _("(none)") if group in ("", None) else str(labels.get(group, group))


def list_address(grouping: Grouping, group: Hashable, metric: str, *, descending: bool) -> str:
    """The query of the customer list: this group's customers with a value, sorted by it."""
    column = metric_column(metric)
    asked = Question(
        filters=(grouping.filter(group), Filter(column, "filled")),
        sort=f"-{column}" if descending else column,
        columns=(*SHOWN_AT_FIRST, column),
    )
    return urlencode(asked.pairs())


def metric_column(key: str) -> str:
    """The customer list's column of a metric."""
    return f"metric_{key.replace('-', '_')}"
